package main

import (
	"encoding/binary"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// counter counts the instructions that a child executes outside the kernel. On a machine that others use too, they say
// more than CPU time, which is longer when the processor's caches are theirs.
type counter struct{ fd int }

// newCounter counts for the next process that the calling goroutine starts, which stays on its thread for that.
func newCounter() counter {
	runtime.LockOSThread()
	attr := unix.PerfEventAttr{
		Type: unix.PERF_TYPE_HARDWARE, Config: unix.PERF_COUNT_HW_INSTRUCTIONS,
		Bits: unix.PerfBitDisabled | unix.PerfBitInherit | unix.PerfBitEnableOnExec | unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv,
	}
	attr.Size = uint32(unsafe.Sizeof(attr))
	fd, err := unix.PerfEventOpen(&attr, 0, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return counter{-1}
	}
	return counter{fd}
}

// started is to be called once the process is.
func (counter) started() { runtime.UnlockOSThread() }

// close returns how many they were, of a process that has ended; 0 where they can't be counted.
func (c counter) close() uint64 {
	if c.fd < 0 {
		return 0
	}
	defer unix.Close(c.fd)
	var b [8]byte
	if n, err := unix.Read(c.fd, b[:]); n != len(b) || err != nil {
		return 0
	}
	return binary.NativeEndian.Uint64(b[:])
}

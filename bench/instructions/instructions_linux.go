package instructions

import (
	"encoding/binary"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Counter counts those of one process.
type Counter struct{ user, kernel int }

// New counts, if that is wanted, for the next process that the calling goroutine starts, which stays on its thread for that.
func New(wanted bool) Counter {
	if !wanted {
		return Counter{-1, -1}
	}
	runtime.LockOSThread()
	return Counter{open(unix.PerfBitExcludeKernel), open(unix.PerfBitExcludeUser)}
}

// open returns a file of the counter, -1 where there is none: others' kernel instructions may be root's affair.
func open(without uint64) int {
	attr := unix.PerfEventAttr{
		Type: unix.PERF_TYPE_HARDWARE, Config: unix.PERF_COUNT_HW_INSTRUCTIONS,
		Bits: unix.PerfBitDisabled | unix.PerfBitInherit | unix.PerfBitEnableOnExec | unix.PerfBitExcludeHv | without,
	}
	attr.Size = uint32(unsafe.Sizeof(attr))
	fd, err := unix.PerfEventOpen(&attr, 0, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return -1
	}
	return fd
}

// Started is to be called once the process is.
func (Counter) Started() { runtime.UnlockOSThread() }

// Close returns how many they were, outside the kernel and in it, of a process that has ended; 0 where they can't be
// counted.
func (c Counter) Close() (user, kernel uint64) { return read(c.user), read(c.kernel) }

func read(fd int) uint64 {
	if fd < 0 {
		return 0
	}
	defer unix.Close(fd)
	var b [8]byte
	if n, err := unix.Read(fd, b[:]); n != len(b) || err != nil {
		return 0
	}
	return binary.NativeEndian.Uint64(b[:])
}

package shipper

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receiveNow reads from a socket without waiting. The runtime is not told of it: it would take what copies a large
// buffer for a call that blocks, hand the thread's work to another one, and wake that for it. And the kernel is asked
// for what a socket has, not a file: its way there is shorter.
func receiveNow(fd uintptr, b []byte) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

// duplicate returns another descriptor of a socket, which is not in Go's poller.
func duplicate(socket syscall.Conn) (fd int, err error) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return -1, err
	}
	failed := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if failed != nil {
		return -1, failed
	}
	return fd, os.NewSyscallError("dup", err)
}

// newWake makes the descriptor that wakes a thread which waits for others, outside Go's poller.
func newWake() (int, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return -1, fmt.Errorf("eventfd: %w", err)
	}
	return fd, nil
}

// wakeOn has wake be readable when ctx ends. It must not be closed before stop has returned.
func wakeOn(ctx context.Context, wake int) (stop func()) {
	woken := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(woken)
		_, _ = unix.Write(wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	})
	return func() {
		if !cancel() {
			<-woken
		}
	}
}

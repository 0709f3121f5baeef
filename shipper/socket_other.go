//go:build !linux

package shipper

import "syscall"

// receiveNow reads from a socket that does not block.
func receiveNow(fd uintptr, b []byte) (int, syscall.Errno) {
	n, err := syscall.Read(int(fd), b)
	errno, _ := err.(syscall.Errno) //nolint:errorlint // it is not wrapped
	return n, errno
}

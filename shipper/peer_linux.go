package shipper

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerClosed reports whether the peer has closed the connection, though not all it sent may have been read.
func peerClosed(conn *net.TCPConn) bool {
	const established = 1
	raw, err := conn.SyscallConn()
	if err != nil {
		return true
	}
	closed := true // when our end is closed already
	_ = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			closed = info.State != established
		}
	})
	return closed
}

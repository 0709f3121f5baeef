package shipper

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"
	"unsafe"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/event"
)

const (
	datagrams   = 128       // read at once
	maxDatagram = 64 << 10  // more than UDP can carry
	skMemDrops  = 8         // index of the drop counter in SO_MEMINFO
	perDatagram = 1280      // bytes a small datagram takes in the receive buffer, about
	fastest     = 1_000_000 // datagrams a second that must fit while we nap
	cacheLine   = 64
)

// udpListener receives syslog in datagrams (RFC 5426), many with one call of the kernel. Its socket is not in Go's
// poller: that would wake a thread for each datagram, while here a nap lets them gather.
type udpListener struct {
	*listenerBase
	fd    int
	wake  int // eventfd that ends the wait
	local net.Addr
	nap   time.Duration
	peers peerCache
	run   *run

	messages []mmsghdr
	names    [datagrams]unix.RawSockaddrInet6
	vectors  [datagrams]unix.Iovec
	space    []byte
	slot     int // bytes of space for each datagram
	stride   int // from one to the next; not a power of two, as all would want the same lines of the processor's cache
	drops    uint32
	checked  time.Time // when the drop counter was read

	senders []*session     // of the datagrams that were read, each once
	next    [datagrams]int // the next datagram of the same sender, plus 1; 0 if there is none
}

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	unix.Msghdr
	n uint32
}

func bindUDP(base *listenerBase, address string) (listener, error) {
	base.transport = event.UDP
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // takes it out of the poller; the duplicate stays
	l := &udpListener{listenerBase: base, local: conn.LocalAddr(), run: base.intake.newRun()}
	if l.fd, err = duplicate(conn.(*net.UDPConn)); err != nil {
		return nil, err
	}
	if l.wake, err = newWake(); err != nil {
		unix.Close(l.fd)
		return nil, err
	}
	l.setBuffer()
	l.slot = min(int(base.cfg.MaxMessage)+1, maxDatagram) // one more tells what is too long
	l.stride = (l.slot+cacheLine-1)&^(cacheLine-1) + 3*cacheLine
	l.space = make([]byte, datagrams*l.stride)
	l.messages = make([]mmsghdr, datagrams)
	for i := range l.messages {
		l.vectors[i].Base = &l.space[i*l.stride]
		l.vectors[i].SetLen(l.slot)
		h := &l.messages[i].Msghdr
		h.Iov, h.Name = &l.vectors[i], (*byte)(unsafe.Pointer(&l.names[i]))
		h.SetIovlen(1)
	}
	return l, nil
}

// setBuffer asks for a receive buffer, and sets the nap by what the kernel gave.
func (l *udpListener) setBuffer() {
	want := int(l.cfg.ReceiveBuffer)
	if unix.SetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, want) != nil { // beyond the limit for root only
		_ = unix.SetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, want)
	}
	got, err := unix.GetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err == nil && got/2 < want {
		l.log.Warn("the kernel gives UDP a smaller receive buffer than asked for; raise the sysctl net.core.rmem_max, or datagrams may be lost in bursts",
			zap.Int("bytes", got/2), zap.Int("receive_buffer", want))
	}
	l.nap = min(max(time.Duration(got/perDatagram)*time.Second/fastest, 200*time.Microsecond), 4*time.Millisecond)
}

func (l *udpListener) addr() net.Addr { return l.local }

func (l *udpListener) close() {
	unix.Close(l.fd)
	unix.Close(l.wake)
}

func (l *udpListener) serve(ctx context.Context) error {
	defer l.close()
	defer wakeOn(ctx, l.wake)()
	for drained := 0; ; {
		n, err := l.receive()
		if err != nil {
			return err
		}
		l.countDrops()
		if ctx.Err() != nil {
			if drained++; n == 0 || drained > maxDrain*datagrams {
				return nil
			}
			continue
		}
		switch {
		case n == datagrams:
		case n == 0:
			l.wait()
		default:
			time.Sleep(l.nap)
		}
	}
}

// wait waits for a datagram, or the stop.
func (l *udpListener) wait() {
	fds := [2]unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}, {Fd: int32(l.wake), Events: unix.POLLIN}}
	_, _ = unix.Poll(fds[:], -1)
}

// receive reads the datagrams that are there, up to a bound, and delivers them.
func (l *udpListener) receive() (int, error) {
	for i := range l.messages {
		l.messages[i].Namelen = unix.SizeofSockaddrInet6
	}
	n, errno := l.read()
	switch errno {
	case 0:
	case unix.EBADF, unix.ENOTSOCK, unix.EFAULT, unix.EINVAL, unix.ENOSYS:
		return 0, fmt.Errorf("recvmmsg: %w", errno)
	default: // nothing there, or the error of a datagram
		return 0, nil
	}
	l.sort(n)
	for _, from := range l.senders {
		for i := from.first; i > 0; i = l.next[i-1] {
			l.addDatagram(from, l.space[(i-1)*l.stride:][:l.messages[i-1].n], l.run)
		}
		from.first = 0
		l.run.deliver(from)
	}
	clear(l.senders)
	l.senders = l.senders[:0]
	return n, nil
}

// read is recvmmsg. The runtime is not told of the call, as it does not block (see readNow).
func (l *udpListener) read() (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(l.fd), uintptr(unsafe.Pointer(&l.messages[0])), datagrams, unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

// sort chains the datagrams of each sender: those of several come mixed, and a run of lines is of one.
func (l *udpListener) sort(n int) {
	var from *session
	var last netip.AddrPort
	for i := range n {
		if peer := addrOf(&l.names[i]); peer != last {
			from, last = nil, peer
		}
		if from == nil {
			if !l.takesDatagrams(last) {
				continue
			}
			from = l.peers.get(last, l.newSession)
		}
		if from.first == 0 {
			from.first = i + 1
			l.senders = append(l.senders, from)
		} else {
			l.next[from.last-1] = i + 1
		}
		from.last, l.next[i] = i+1, 0
	}
}

// countDrops reads how many datagrams the kernel dropped, once a second.
func (l *udpListener) countDrops() {
	now := time.Now()
	if now.Sub(l.checked) < time.Second {
		return
	}
	l.checked = now
	var info [skMemDrops + 1]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(l.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 || info[skMemDrops] == l.drops {
		return
	}
	dropped := info[skMemDrops] - l.drops
	l.drops = info[skMemDrops]
	l.stats.dropped.Add(uint64(dropped))
	l.logDrops(dropped)
}

func addrOf(name *unix.RawSockaddrInet6) netip.AddrPort {
	if name.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), portOf(&v4.Port))
	}
	addr := netip.AddrFrom16(name.Addr).Unmap()
	if name.Scope_id != 0 && addr.Is6() {
		addr = addr.WithZone(zoneOf(name.Scope_id))
	}
	return netip.AddrPortFrom(addr, portOf(&name.Port))
}

// portOf reads a port in network order.
func portOf(p *uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(p))
	return uint16(b[0])<<8 | uint16(b[1])
}

package shipper

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkConnectionsFloor receives what BenchmarkConnections receives over TCP with as little as can be: one thread
// sweeps over all connections as often as ours does, reads each that has something once, and counts the lines. What it
// takes is the kernel's share, which no receiver that reads TCP gets around: a packet and a read for each write, where
// a sweep does not find several of them on a connection.
func BenchmarkConnectionsFloor(b *testing.B) {
	for _, s := range connectionShapes {
		if s.Scheme != "tcp" || s.Hosts {
			continue
		}
		b.Run(s.String(), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			f := floor{t: b}
			var running sync.WaitGroup
			defer running.Wait()
			defer l.Close()
			running.Go(func() { f.run(l.(*net.TCPListener)) })
			s.benchmark(b, l.Addr(), f.lines.Load)
		})
	}
}

type floor struct {
	t     *testing.B
	lines atomic.Uint64
}

// run accepts and reads until the listener is closed.
func (f *floor) run(l *net.TCPListener) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		f.t.Error(err)
		return
	}
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { f.sweep(epoll, stop) })
	var open []int
	for {
		conn, err := l.AcceptTCP()
		if err != nil {
			break
		}
		fd, err := duplicate(conn)
		conn.Close()
		if err == nil {
			err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET&(1<<32-1), Fd: int32(fd)})
		}
		if err != nil {
			f.t.Error(err)
		}
		open = append(open, fd)
	}
	close(stop)
	running.Wait()
	for _, fd := range append(open, epoll) {
		unix.Close(fd)
	}
}

func (f *floor) sweep(epoll int, stop chan struct{}) {
	var events [sweepMost]unix.EpollEvent
	buf := make([]byte, 64<<10)
	for full := false; ; {
		n, _ := unix.EpollWait(epoll, events[:], 0)
		for i := range max(n, 0) {
			fd := int(events[i].Fd)
			n, errno := receiveNow(uintptr(fd), buf)
			if errno != 0 {
				continue
			}
			f.lines.Add(uint64(bytes.Count(buf[:n], []byte("\n"))))
			if n == len(buf) {
				full = true
				_ = unix.EpollCtl(epoll, unix.EPOLL_CTL_MOD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET&(1<<32-1), Fd: int32(fd)})
			}
		}
		select {
		case <-stop:
			return
		default:
		}
		if n < sweepMost && !full {
			time.Sleep(sweepEvery)
		}
		full = false
	}
}

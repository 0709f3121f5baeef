package shipper

import (
	"sync"
	"syscall"
	"time"
)

// pacedSocket is the socket below TLS. When a read follows another one soon, which took all there was, it waits for a
// good deal to read or a short time, as a stream does: a wake-up for each record would cost more than the record.
type pacedSocket struct {
	*connection
	raw     syscall.RawConn // nil: reads are not paced
	drained bool            // the read before took all there was
	last    time.Time       // when that was

	mu       sync.Mutex
	deadline time.Time // that of reading, as it was asked for
}

// pace has further reads be paced.
func (s *pacedSocket) pace() {
	if raw, err := s.SyscallConn(); err == nil {
		s.raw = raw
	}
}

func (s *pacedSocket) Read(p []byte) (int, error) {
	if s.raw != nil && s.drained && time.Since(s.last) < quietAfter {
		s.wait()
	}
	n, err := s.TCPConn.Read(p)
	s.drained, s.last = n < len(p), time.Now()
	return n, err
}

func (s *pacedSocket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	return s.TCPConn.SetReadDeadline(t)
}

// wait returns when there is as much as the low water, or the pause is over. Errors come again when it is read.
func (s *pacedSocket) wait() {
	setLowWater(s.raw, lowWater)
	s.mu.Lock()
	if until := time.Now().Add(pause); s.deadline.IsZero() || until.Before(s.deadline) {
		_ = s.TCPConn.SetReadDeadline(until)
	}
	s.mu.Unlock()
	woken := false
	_ = s.raw.Read(func(uintptr) bool {
		defer func() { woken = true }()
		return woken
	})
	setLowWater(s.raw, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.TCPConn.SetReadDeadline(s.deadline)
}

// setLowWater sets with how much to read a socket becomes readable. Where that is unknown, it costs CPU only.
func setLowWater(raw syscall.RawConn, n int) {
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, n)
	})
}

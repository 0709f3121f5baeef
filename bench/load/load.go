// Package load sends made-up syslog at a given rate, or as fast as it goes. It is for benchmarks on loopback.
package load

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"
)

// Load is what to send, and where.
type Load struct {
	Network     string // tcp, udp or relp
	Address     string
	Connections int
	Messages    int                      // in all
	Rate        int                      // messages a second, in all; 0: as fast as it goes
	Lines       [][]byte                 // sent in turn; nil: Lines(1000)
	Octets      bool                     // octet counting, instead of LF
	Dial        func() (net.Conn, error) // nil: Network and Address
}

// Lines makes n lines of sshd and others, of about 110 bytes, in the form that rsyslog forwards by default. The time is
// that of the call. They are the same in every run.
func Lines(n int) [][]byte {
	random := rand.New(rand.NewPCG(3164, 5424))
	stamp := time.Now().Format(time.Stamp)
	lines := make([][]byte, n)
	for i := range lines {
		from := fmt.Sprintf("203.0.113.%d port %d", random.IntN(256), 1024+random.IntN(60000))
		pid := 1000 + random.IntN(30000)
		text := ""
		switch random.IntN(10) {
		case 0:
			text = fmt.Sprintf("<38>%s web1 sshd[%d]: Accepted publickey for anna from %s ssh2: ED25519 SHA256:c2FtcGxl", stamp, pid, from)
		case 1:
			text = fmt.Sprintf("<78>%s web1 CRON[%d]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly)", stamp, pid)
		case 2:
			text = fmt.Sprintf("<30>%s web1 systemd[1]: Started session-%d.scope - Session %d of User anna, with a few more words.", stamp, pid, pid)
		default:
			text = fmt.Sprintf("<38>%s web1 sshd[%d]: Failed password for invalid user admin%d from %s ssh2", stamp, pid, random.IntN(100), from)
		}
		lines[i] = []byte(text)
	}
	return lines
}

// tick is how often a paced sender sends: about as a busy rsyslogd does.
const tick = time.Millisecond

// Send sends the load and returns when all is written. When ctx ends, it stops early, with the error of ctx.
func (l Load) Send(ctx context.Context) error {
	if l.Lines == nil {
		l.Lines = Lines(1000)
	}
	if l.Dial == nil {
		network := l.Network
		if network == "relp" {
			network = "tcp"
		}
		l.Dial = func() (net.Conn, error) { return net.Dial(network, l.Address) }
	}
	errs := make(chan error, l.Connections)
	var senders sync.WaitGroup
	for i := range l.Connections {
		share := l.Messages / l.Connections
		if i < l.Messages%l.Connections {
			share++
		}
		senders.Go(func() { errs <- l.sendOne(ctx, i, share) })
	}
	senders.Wait()
	for range l.Connections {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// sendOne is one connection.
func (l Load) sendOne(ctx context.Context, index, messages int) error {
	conn, err := l.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if l.Network == "relp" {
		return l.sendRELP(ctx, conn, index, messages)
	}
	s := sender{Load: l, conn: conn, next: index * len(l.Lines) / l.Connections}
	if l.Rate == 0 {
		for sent := 0; sent < messages && err == nil; {
			n := min(500, messages-sent)
			err = s.send(n)
			sent += n
		}
		return cause(ctx, err)
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	start := time.Now()
	for sent := 0; sent < messages && err == nil; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		due := int(time.Since(start).Seconds() * float64(l.Rate) / float64(l.Connections))
		n := min(due, messages) - sent
		err = s.send(n)
		sent += n
	}
	return cause(ctx, err)
}

func cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

type sender struct {
	Load
	conn net.Conn
	next int
	buf  bytes.Buffer
}

// send sends the next n lines: in one write, or each in a datagram.
func (s *sender) send(n int) error {
	s.buf.Reset()
	for range n {
		line := s.Lines[s.next%len(s.Lines)]
		s.next++
		switch {
		case s.Network == "udp":
			if _, err := s.conn.Write(line); err != nil {
				return err
			}
		case s.Octets:
			s.buf.WriteString(strconv.Itoa(len(line)))
			s.buf.WriteByte(' ')
			s.buf.Write(line)
		default:
			s.buf.Write(line)
			s.buf.WriteByte('\n')
		}
	}
	if s.buf.Len() == 0 {
		return nil
	}
	_, err := s.conn.Write(s.buf.Bytes())
	return err
}

package e2e

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// harm is a process of senders that mean harm: how many do what at once. They stand for other machines, so the process
// gives way to those that are measured.
type harm struct {
	TCP, UDP, TLS string // addresses
	// Of these there are so many all the time.
	Idle, Slow, Frozen, Stalled int
	// Of these there are at least so many, one after the other.
	Handshakes, Garbage, Spoofed int
}

// harmRole is the test binary's as such a process.
const harmRole = "HARM"

// begin starts the process, and returns when all is under way; end returns what was done until then.
func (h harm) begin(t *testing.T) (end func() (done harm)) {
	t.Helper()
	d := testbed.Again(t, harmRole, h)
	d.Hear(t)
	return func() (done harm) {
		t.Helper()
		if err := json.Unmarshal(d.Ask(t, []byte("end")), &done); err != nil {
			t.Fatal(err)
		}
		return done
	}
}

// harmIfAsked is the process's main function; it reports whether it was one.
func harmIfAsked() bool {
	var h harm
	if !testbed.Plays(harmRole, &h) {
		return false
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10)
	frozen := h.freeze()
	defer func() {
		for _, cmd := range frozen {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	hold := func(addr, text string, n int) (open []net.Conn) {
		for range n {
			if c, err := net.Dial("tcp", addr); err == nil {
				_, _ = io.WriteString(c, text)
				open = append(open, c)
			}
		}
		return open
	}
	hold(h.TCP, "", h.Idle)
	hold(h.TLS, "\x16\x03\x01\x02\x00\x01", h.Stalled) // half a ClientHello
	slow := hold(h.TCP, "9999 ", h.Slow)
	stop, report := make(chan struct{}), json.NewEncoder(os.Stdout)
	var running sync.WaitGroup
	repeat := func(atLeast int, every time.Duration, do func(i int)) *atomic.Int64 {
		var done atomic.Int64
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					if i >= atLeast {
						return
					}
				case <-time.After(every):
				}
				do(i)
				done.Add(1)
			}
		})
		return &done
	}
	repeat(0, time.Second, func(int) {
		for _, c := range slow {
			_, _ = c.Write([]byte("x"))
		}
	})
	handshakes := repeat(h.Handshakes, time.Millisecond, func(int) {
		if c, err := dialTLS(h.TLS); err == nil {
			_ = c.Close()
		}
	})
	garbage := repeat(h.Garbage, 5*time.Millisecond, h.sendNoise)
	spoofed := repeat(h.Spoofed, 200*time.Microsecond, h.spoof)
	_ = report.Encode(h)
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // or the test is gone
	h.Handshakes, h.Garbage, h.Spoofed = int(handshakes.Load()), int(garbage.Load()), int(spoofed.Load())
	close(stop)
	running.Wait()
	_ = report.Encode(h)
	return true
}

func dialTLS(addr string) (net.Conn, error) {
	return tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the test of the server
}

// sendNoise sends garbage to every port; it is the same for each i.
func (h harm) sendNoise(i int) {
	r := rand.New(rand.NewPCG(uint64(i), 6))
	b := make([]byte, 1+r.IntN(4096))
	for j := range b {
		b[j] = byte(r.Uint32())
	}
	for addr, network := range map[string]string{h.TCP: "tcp", h.UDP: "udp", h.TLS: "tcp"} {
		if c, err := net.Dial(network, addr); err == nil {
			_, _ = c.Write(b)
			_ = c.Close()
		}
	}
}

// spoof sends a datagram from an address of its own.
func (h harm) spoof(i int) {
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.IPv4(127, 7, byte(i>>8), byte(i))}}
	if c, err := d.Dial("udp", h.UDP); err == nil {
		_, _ = io.WriteString(c, "<13>spoofed")
		_ = c.Close()
	}
}

// freeze starts processes that stop in the middle of a frame.
func (h harm) freeze() (all []*exec.Cmd) {
	_, port, _ := net.SplitHostPort(h.TCP)
	for range h.Frozen {
		cmd := exec.Command("bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/`+port+`; printf '100 <13>half' >&3; kill -STOP $$`)
		if err := cmd.Start(); err != nil {
			fmt.Fprintln(os.Stderr, "harm:", err)
			break
		}
		all = append(all, cmd)
	}
	return all
}

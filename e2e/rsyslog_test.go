package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// tee is a TCP or UDP relay that keeps what passes through it.
type tee struct {
	addr string
	mu   sync.Mutex
	got  bytes.Buffer // TCP: the stream
	list []string     // UDP: the datagrams
}

func (e *tee) port() string {
	_, port, _ := net.SplitHostPort(e.addr)
	return port
}

func teeTCP(t *testing.T, to string) *tee {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	e := &tee{addr: l.Addr().String()}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				return
			}
			go func() {
				_, _ = io.Copy(io.MultiWriter(out, e), in)
				_, _ = in.Close(), out.Close()
			}()
		}
	}()
	return e
}

func (e *tee) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got.Write(p)
}

func teeUDP(t *testing.T, to string) *tee {
	t.Helper()
	in, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = in.(*net.UDPConn).SetReadBuffer(8 << 20)
	t.Cleanup(func() { _ = in.Close() })
	out, err := net.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	e := &tee{addr: in.LocalAddr().String()}
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, _, err := in.ReadFrom(buf)
			if err != nil {
				return
			}
			e.mu.Lock()
			e.list = append(e.list, string(buf[:n]))
			e.mu.Unlock()
			_, _ = out.Write(buf[:n])
		}
	}()
	return e
}

// messages are what was sent through the tee, as framed.
func (e *tee) messages(t *testing.T, octetCounted bool) []string {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.list != nil {
		return slices.Clone(e.list)
	}
	stream := e.got.String()
	if !octetCounted {
		return strings.Split(strings.TrimSuffix(stream, "\n"), "\n")
	}
	var list []string
	for stream != "" {
		count, rest, _ := strings.Cut(stream, " ")
		n, err := strconv.Atoi(count)
		if err != nil || n > len(rest) {
			t.Fatalf("octet count %q", count)
		}
		list, stream = append(list, rest[:n]), rest[n:]
	}
	return list
}

// A real rsyslogd forwards, over each transport and framing: what is indexed is, byte for byte and as often,
// what was on the wire, and the files hold each line.
func TestRsyslogdToIndex(t *testing.T) {
	for name, c := range map[string]struct {
		protocol, options string
		octets            bool
	}{
		"tcp traditional": {"tcp", `template="RSYSLOG_TraditionalForwardFormat"`, false},
		"tcp octets":      {"tcp", `template="RSYSLOG_ForwardFormat" TCP_Framing="octet-counted"`, true},
		"tcp rfc5424":     {"tcp", `template="RSYSLOG_SyslogProtocol23Format" TCP_Framing="octet-counted"`, true},
		"udp":             {"udp", `template="RSYSLOG_TraditionalForwardFormat"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			p := start(t, "up", "--data", data, "--listen", c.protocol+"://127.0.0.1:0")
			var wire *tee
			if c.protocol == "udp" {
				wire = teeUDP(t, p.addr("udp"))
			} else {
				wire = teeTCP(t, p.addr("tcp"))
			}
			r := testbed.StartRsyslogd(t, fmt.Sprintf(
				`if $programname == ["sshd", "sudo", "cron", "kernel"] then action(type="omfwd" target="127.0.0.1" port="%s" protocol="%s" %s)`,
				wire.port(), c.protocol, c.options))
			const lines = 300
			for n := range lines {
				r.Log(strings.Replace(numbered(n), fmt.Sprintf(" host%02d", n%50), "", 1))
			}
			r.Log("<38>sudo: tab\there, escape \x1b[31m and ünïcödé", "<4>kernel: [1.5] low on memory n=9999999")
			awaitCount(t, lines+2, "*", "--data", data)

			sent := wire.messages(t, c.octets)
			var got []string
			for _, d := range search(t, "*", "--data", data) {
				got = append(got, original(d))
			}
			slices.Sort(sent)
			slices.Sort(got)
			if !slices.Equal(got, sent) {
				t.Errorf("%d documents for %d messages on the wire", len(got), len(sent))
				for i := range min(len(got), len(sent)) {
					if got[i] != sent[i] {
						t.Errorf("first difference:\n got %q\nwant %q", got[i], sent[i])
						break
					}
				}
			}
			if all := numbersInFiles(t, data); len(all) != lines+1 {
				t.Errorf("%d numbers in the files, want %d", len(all), lines+1)
			}
			if err := p.stop(); err != nil {
				t.Errorf("exit: %v", err)
			}
		})
	}
}

// The lines of the real logs arrive unchanged, in the files too.
func TestCorporaThroughTCP(t *testing.T) {
	data := t.TempDir()
	p := start(t, "up", "--data", data, "--listen", "tcp://127.0.0.1:0")
	c, err := net.Dial("tcp", p.addr("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	var sent []string
	for _, name := range []string{"openssh-2k.log", "linux-2k.log", "auth-7k.log"} {
		text, err := os.ReadFile(testbed.Corpus(t, filepath.Join("logs", name)))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = "<86>" + strings.TrimSuffix(line, "\n")
			if len(line) == len("<86>") || line == "<86>\r" {
				continue
			}
			sent = append(sent, line)
			if _, err := io.WriteString(c, line+"\n"); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = c.Close()
	awaitCount(t, len(sent), "*", "--data", data)
	var got []string
	for _, d := range search(t, "*", "--data", data) {
		got = append(got, original(d))
	}
	slices.Sort(sent)
	slices.Sort(got)
	if !slices.Equal(got, sent) {
		t.Errorf("%d documents for %d lines, or other text", len(got), len(sent))
	}
	kept := 0
	for name, text := range files(t, filepath.Join(data, "hosts")) {
		if strings.HasSuffix(name, "/127.0.0.1/auth.log") {
			kept += strings.Count(text, "\n")
		}
	}
	if kept != len(sent) {
		t.Errorf("%d lines in the host's auth.log, want %d", kept, len(sent))
	}
}

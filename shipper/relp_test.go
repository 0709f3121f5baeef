package shipper

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// relpSender is a RELP client.
type relpSender struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
	txn  int
}

const relpOffers = "relp_version=0\nrelp_software=test\ncommands=syslog"

// relpTo connects to a listener and opens a session.
func (r *receiver) relpTo(listener int) *relpSender {
	r.t.Helper()
	return openRELP(r.t, r.dial(listener))
}

func openRELP(t testing.TB, conn net.Conn) *relpSender {
	t.Helper()
	s := &relpSender{t: t, conn: conn, in: bufio.NewReader(conn)}
	s.command("open", relpOffers)
	if txn, text := s.answer(); txn != 1 || !strings.HasPrefix(text, "200 OK\n") || !strings.Contains(text, "commands=syslog") {
		t.Fatalf("open is answered with %d %q", txn, text)
	}
	return s
}

func (s *relpSender) command(name, data string) {
	s.t.Helper()
	s.txn++
	if _, err := fmt.Fprintf(s.conn, "%d %s %d %s\n", s.txn, name, len(data), data); err != nil {
		s.t.Fatal(err)
	}
}

// send sends messages, in one write.
func (s *relpSender) send(messages ...string) {
	s.t.Helper()
	var b strings.Builder
	for _, m := range messages {
		s.txn++
		fmt.Fprintf(&b, "%d syslog %d %s\n", s.txn, len(m), m)
	}
	if _, err := io.WriteString(s.conn, b.String()); err != nil {
		s.t.Fatal(err)
	}
}

// answer reads one answer.
func (s *relpSender) answer() (txn int, text string) {
	s.t.Helper()
	txn, text, err := s.tryAnswer(20 * time.Second)
	if err != nil {
		s.t.Fatalf("no answer: %v", err)
	}
	return txn, text
}

func (s *relpSender) tryAnswer(within time.Duration) (txn int, text string, err error) {
	_ = s.conn.SetReadDeadline(time.Now().Add(within))
	var command string
	var size int
	header := make([]string, 0, 3)
	for len(header) < 3 {
		var word []byte
		for {
			c, err := s.in.ReadByte()
			if err != nil {
				return 0, "", err
			}
			if c == ' ' || c == '\n' {
				if c == '\n' {
					_ = s.in.UnreadByte()
				}
				break
			}
			word = append(word, c)
		}
		header = append(header, string(word))
	}
	txn, _ = strconv.Atoi(header[0])
	command = header[1]
	size, _ = strconv.Atoi(header[2])
	data := make([]byte, size+1)
	if _, err := io.ReadFull(s.in, data); err != nil {
		return 0, "", err
	}
	if data[size] != '\n' || command != "rsp" && command != "serverclose" {
		return 0, "", fmt.Errorf("%q is followed by %q", header, data)
	}
	return txn, string(data[:size]), nil
}

// answered reads answers until those of all messages are there.
func (s *relpSender) answered(n int) {
	s.t.Helper()
	for range n {
		if txn, text := s.answer(); text != "200 OK" {
			s.t.Fatalf("answer to %d: %q", txn, text)
		}
	}
}

// unanswered fails if there is an answer.
func (s *relpSender) unanswered() {
	s.t.Helper()
	if txn, text, err := s.tryAnswer(50 * time.Millisecond); err == nil {
		s.t.Fatalf("answer to %d: %q", txn, text)
	}
}

// close ends the session as the protocol has it.
func (s *relpSender) close() {
	s.t.Helper()
	s.command("close", "")
	if txn, text := s.answer(); txn != s.txn || text != "" {
		s.t.Fatalf("close is answered with %d %q", txn, text)
	}
	if txn, _ := s.answer(); txn != 0 {
		s.t.Fatalf("no serverclose")
	}
	if _, err := s.in.ReadByte(); err != io.EOF {
		s.t.Fatalf("after the close: %v", err)
	}
	s.conn.Close()
}

func relpConfig() Config {
	cfg := testConfig()
	cfg.Listeners = []ListenerConfig{{Listen: "relp://127.0.0.1:0"}, {Listen: "tcp://127.0.0.1:0"}}
	return cfg
}

func startRELP(t testing.TB, spool *memory) *receiver {
	t.Helper()
	r := launch(t, relpConfig(), t.TempDir(), spool)
	r.spool = spool
	return r
}

func relpLine(n int) string { return fmt.Sprintf("<38>Nov 21 23:40:00 web1 sshd[7]: line %d", n) }

func relpLines(from, to int) (lines []string) {
	for n := from; n < to; n++ {
		lines = append(lines, relpLine(n))
	}
	return lines
}

func TestRELP(t *testing.T) {
	r := startRELP(t, new(memory))
	s := r.relpTo(0)
	lines := append(relpLines(0, 500), "<6>Nov 21 23:40:00 web1 kernel: two\nlines", "no header")
	s.send(lines...)
	s.answered(len(lines))
	r.want("auth", lines[:500]...)
	r.want("kern", lines[500])
	s.send("", relpLine(500))
	s.answered(2)
	s.close()
	st := r.Stats().Listeners[0]
	if st.Lines != 503 || st.Empty != 1 || st.Name != "relp" {
		t.Errorf("%+v", st)
	}
	r.stop()
	if b := r.spool.batch("auth"); b.OriginOf(0).Transport != event.RELP || b.OriginOf(0).Listener != "relp" {
		t.Errorf("origin %+v", b.OriginOf(0))
	}
}

// A line is answered when it is safe, and not before.
func TestRELPWaitsForTheSpool(t *testing.T) {
	spool := &memory{err: event.ErrSpoolFull}
	r := startRELP(t, spool)
	s, tcp := r.relpTo(0), r.dial(1)
	s.send(relpLines(0, 10)...)
	r.send(tcp, relpLine(100)+"\n")
	r.received(11)
	s.unanswered()
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Lanes[0].Gapped == 1 }, "what came over TCP is a gap")
	spool.fail(nil)
	s.in.Reset(s.conn)
	s.answered(10)
	r.want("auth", relpLines(0, 10)...)
	if n := r.Stats().Lanes[0]; n.Appended != 10 || n.Gapped != 1 {
		t.Errorf("%+v", n)
	}
}

// What a full spool makes wait is bounded, and a stop ends it.
func TestRELPStopsWithAFullSpool(t *testing.T) {
	spool := &memory{err: event.ErrSpoolFull}
	cfg := relpConfig()
	cfg.DrainTimeout = 100 * time.Millisecond
	cfg.Batch.Lines = 10
	r := launch(t, cfg, t.TempDir(), spool)
	r.spool = spool
	s := r.relpTo(0)
	go func() { _, _ = io.WriteString(s.conn, relpFrames(2, relpLines(0, 20_000))) }()
	r.received(batchesPerLane * 10)
	s.unanswered()
	r.stop()
	if n := r.Stats().Lanes[0]; n.Appended+n.Gapped+n.Lost != 0 || n.Unanswered == 0 {
		t.Errorf("%+v", n)
	}
}

func relpFrames(txn int, lines []string) string {
	var b strings.Builder
	for i, m := range lines {
		fmt.Fprintf(&b, "%d syslog %d %s\n", txn+i, len(m), m)
	}
	return b.String()
}

// A sender that breaks off sends again what was not answered; each line is stored once.
func TestRELPResend(t *testing.T) {
	r := startRELP(t, new(memory))
	first := r.relpTo(0)
	first.send(relpLines(0, 100)...)
	r.received(100) // and the answers are lost
	first.conn.Close()
	second := r.relpTo(0)
	second.send(relpLines(40, 150)...)
	second.answered(110)
	r.want("auth", relpLines(0, 150)...)
	if n := r.Stats().Listeners[0].Resent; n != 60 {
		t.Errorf("%d lines are known to be sent again, want 60", n)
	}
	second.close()
	// Nothing is outstanding after a close: the same text is another line.
	third := r.relpTo(0)
	third.send(relpLine(149))
	third.answered(1)
	r.want("auth", append(relpLines(0, 150), relpLine(149))...)
}

// While it can't be told whether lines come again, they are held, and decided on when their sender waits.
func TestRELPHeldLines(t *testing.T) {
	r := startRELP(t, new(memory))
	first := r.relpTo(0)
	first.send(relpLines(0, 10)...)
	first.answered(10)
	first.conn.Close()
	second := r.relpTo(0)
	kern := "<6>Nov 21 23:40:00 web1 kernel: up"
	second.send(relpLine(3), relpLine(4), kern) // as if they were sent again, but the rest does not come
	r.want("kern", kern)
	second.answered(3)
	r.want("auth", append(relpLines(0, 10), relpLine(3), relpLine(4))...)
}

// Lines are known again before they are in the spool: a sender that gives up and comes back waits until they are.
func TestRELPResendWithAFullSpool(t *testing.T) {
	spool := &memory{err: event.ErrSpoolFull}
	r := startRELP(t, spool)
	first := r.relpTo(0)
	first.send(relpLines(0, 50)...)
	r.received(50)
	first.conn.Close()
	second := r.relpTo(0)
	second.send(relpLines(0, 60)...)
	second.unanswered()
	spool.fail(nil)
	second.in.Reset(second.conn)
	second.answered(60)
	r.want("auth", relpLines(0, 60)...)
}

func TestRELPFilesOnly(t *testing.T) {
	cfg := relpConfig()
	cfg.Files.FlushInterval = time.Minute
	cfg.Routes = []RouteConfig{{Select: "auth.*", Files: []string{"auth.log"}}, {Discard: true}}
	r := launch(t, cfg, t.TempDir(), new(memory))
	s := r.relpTo(0)
	s.send(relpLine(1), relpLine(2), "<6>Nov 21 23:40:00 web1 kernel: up")
	s.answered(3)
	if got := r.files()["auth.log"]; strings.Count(got, "\n") != 2 {
		t.Errorf("the file has %q", got)
	}
}

func TestRELPRefuses(t *testing.T) {
	r := startRELP(t, new(memory))
	for name, text := range map[string]string{
		"other protocol":    "<13>hello\n",
		"a line at once":    "1 syslog 5 hello\n",
		"no syslog":         "1 open 14 relp_version=0\n",
		"unknown command":   relpOpening + "2 eventlog 1 x\n",
		"out of order":      relpOpening + "3 syslog 1 x\n",
		"count too large":   relpOpening + "2 syslog 99999999999 x\n",
		"no end of a frame": relpOpening + "2 syslog 1 xx",
	} {
		c := r.dial(0)
		r.send(c, text)
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: the connection stays", name)
		}
		c.Close()
	}
	s := r.relpTo(0)
	s.send(relpLine(1))
	s.answered(1)
	r.want("auth", relpLine(1))
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].EndedFor["protocol"] == 7 }, "connections ended")
}

var relpOpening = fmt.Sprintf("1 open %d %s\n", len(relpOffers), relpOffers)

// A message longer than the limit is cut, marked and answered.
func TestRELPTruncates(t *testing.T) {
	cfg := relpConfig()
	cfg.Listeners[0].MaxMessage = 480
	spool := new(memory)
	r := launch(t, cfg, t.TempDir(), spool)
	r.spool = spool
	s := r.relpTo(0)
	long := relpLine(0) + strings.Repeat(" long", 100_000)
	s.send(long, relpLine(1))
	s.answered(2)
	r.want("auth", long[:480], relpLine(1))
	if n := r.Stats().Listeners[0].Truncated; n != 1 {
		t.Errorf("%d are marked", n)
	}
}

// When the receiver stops, what is read is answered, and the sender told.
func TestRELPStop(t *testing.T) {
	r := startRELP(t, new(memory))
	s := r.relpTo(0)
	s.send(relpLines(0, 1000)...)
	s.answered(1)
	r.stop()
	answered := 1
	for {
		txn, text, err := s.tryAnswer(20 * time.Second)
		if err != nil {
			t.Fatalf("no serverclose: %v", err)
		}
		if txn == 0 {
			break
		}
		if text == "200 OK" {
			answered++
		}
	}
	if stored := len(r.spool.messages("auth")); stored != answered {
		t.Errorf("%d lines are answered, %d are stored", answered, stored)
	}
}

package e2e

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// relpSender is an rsyslogd that forwards over RELP, with a queue on disk.
func relpSender(t *testing.T, port, more string) *testbed.Rsyslogd {
	t.Helper()
	testbed.Need(t, "rsyslog/omrelp")
	return testbed.StartRsyslogd(t, fmt.Sprintf(`module(load="omrelp")
if $programname == "sshd" then action(type="omrelp" target="127.0.0.1" port="%s" template="RSYSLOG_TraditionalForwardFormat"
	action.resumeInterval="1" action.resumeRetryCount="-1" timeout="5" %s
	queue.type="LinkedList" queue.size="1000000" queue.filename="relp" queue.saveOnShutdown="on")`, port, more))
}

func freePort(t *testing.T) string { return fmt.Sprint(testbed.FreePort(t)) }

// logNumbers logs the numbers from first up to last, at a pace that keeps the sender under load, until stop.
func logNumbers(sender *testbed.Rsyslogd, first, last int) {
	const piece = 200
	for n := first; n < last; n += piece {
		var all []string
		for i := n; i < min(n+piece, last); i++ {
			all = append(all, strings.Replace(numbered(i), fmt.Sprintf(" host%02d", i%50), "", 1))
		}
		sender.Log(all...)
		time.Sleep(2 * time.Millisecond)
	}
}

// millrace is killed again and again under the load of two rsyslogds, plain and over TLS: every message is stored,
// and once, as the senders live on.
func TestRELPReceiverKilled(t *testing.T) {
	dir := t.TempDir()
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	senderCert, senderKey := pki.Issue(t, "web1")
	plain, secure := freePort(t), freePort(t)
	config := writeConfig(t, fmt.Sprintf(`data: %q
listeners:
  - listen: relp://127.0.0.1:%s
  - listen: relps://127.0.0.1:%s
    tls: {certificate: %q, key: %q, ca: [%q]}
`, dir, plain, secure, cert, key, pki.CA))
	p := start(t, "up", "--config", config)
	senders := []*testbed.Rsyslogd{
		relpSender(t, plain, ""),
		relpSender(t, secure, fmt.Sprintf(`tls="on" tls.caCert=%q tls.myCert=%q tls.myPrivKey=%q tls.authMode="name" tls.permittedPeer=["127.0.0.1"]`,
			pki.CA, senderCert, senderKey)),
	}
	const perSender = 20_000
	var logged atomic.Int32
	for i, s := range senders {
		go func() {
			logNumbers(s, i*perSender, (i+1)*perSender)
			logged.Add(1)
		}()
	}
	for round := 0; logged.Load() < int32(len(senders)) && round < 5; round++ {
		time.Sleep(time.Second)
		p.kill()
		p = start(t, "up", "--config", config)
	}
	all := len(senders) * perSender
	awaitCount(t, all, "Accepted", "--data", dir)
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--data", dir)), sequence(0, all-1))
}

// rsyslogd is killed under load: what it has got an answer for is stored, and nothing twice.
func TestRELPSenderKilled(t *testing.T) {
	dir := t.TempDir()
	port := freePort(t)
	p := start(t, "up", "--data", dir, "--listen", "relp://127.0.0.1:"+port)
	sender := relpSender(t, port, "")
	const rounds, perRound = 5, 4000
	for round := range rounds {
		first := round * perRound
		logNumbers(sender, first, first+perRound)
		sender.Kill9()
		sender.Restart()
	}
	logNumbers(sender, rounds*perRound, (rounds+1)*perRound)
	awaitCount(t, perRound, "message:002*", "--data", dir) // the numbers of the last round
	sender.Stop()
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	found := numbersIn(t, search(t, "Accepted", "--data", dir))
	mustBeOnce(t, found, sequence(rounds*perRound, (rounds+1)*perRound-1)) // the last round, which ended well
	t.Logf("%d of %d lines were forwarded before rsyslogd was killed", len(found), (rounds+1)*perRound)
}

// Redis is killed and started again under load.
func TestRELPRedisStopped(t *testing.T) {
	rd := testbed.StartRedis(t)
	dir, port := t.TempDir(), freePort(t)
	config := writeConfig(t, fmt.Sprintf("data: %q\nspool: {redis: {url: %q, claim_after: 5s}}\nlisteners: [{listen: \"relp://127.0.0.1:%s\"}]\n", dir, rd.URL, port))
	p := start(t, "up", "--config", config)
	sender := relpSender(t, port, "")
	const lines = 20_000
	done := make(chan struct{})
	go func() {
		defer close(done)
		logNumbers(sender, 0, lines)
	}()
	awaitCount(t, lines/20, "Accepted", "--config", config)
	rd.Kill9()
	time.Sleep(time.Second) // lines go on coming in
	p.kill()
	p = start(t, "up", "--config", config)
	time.Sleep(time.Second)
	rd.Restart()
	<-done
	awaitCount(t, lines, "Accepted", "--config", config)
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--config", config)), sequence(0, lines-1))
}

// Every answer that a sender has read stands for a stored line, whenever millrace is killed.
func TestRELPAnswersAreTrue(t *testing.T) {
	dir := t.TempDir()
	var acknowledged []int
	const rounds, perRound = 8, 20_000
	for round := range rounds {
		p := start(t, "up", "--data", dir, "--listen", "relp://127.0.0.1:0")
		conn, err := net.Dial("tcp", p.addr("relp"))
		if err != nil {
			t.Fatal(err)
		}
		answers := make(chan int, 1)
		go func() { answers <- readAnswers(conn) }()
		first := round * perRound
		go sendRELP(conn, first, perRound)
		time.Sleep(time.Duration(50+20*round) * time.Millisecond)
		p.kill()
		n := <-answers
		_ = conn.Close()
		for i := range n {
			acknowledged = append(acknowledged, first+i)
		}
	}
	t.Logf("%d lines were acknowledged", len(acknowledged))
	p := start(t, "up", "--data", dir, "--listen", "relp://127.0.0.1:0")
	awaitCount(t, len(acknowledged), "Accepted", "--data", dir)
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--data", dir)), acknowledged)
	if len(files(t, filepath.Join(dir, "hosts"))) == 0 {
		t.Error("no files")
	}
}

func sendRELP(conn net.Conn, first, n int) {
	const offers = "relp_version=0\ncommands=syslog"
	if _, err := fmt.Fprintf(conn, "1 open %d %s\n", len(offers), offers); err != nil {
		return
	}
	for i := 0; i < n; i += 100 {
		var b strings.Builder
		for j := i; j < min(i+100, n); j++ {
			line := numbered(first + j)
			fmt.Fprintf(&b, "%d syslog %d %s\n", j+2, len(line), line)
		}
		if _, err := conn.Write([]byte(b.String())); err != nil {
			return
		}
	}
}

// readAnswers returns how many lines were answered, to the end of the connection.
func readAnswers(conn net.Conn) int {
	var all []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			return strings.Count(string(all), " rsp 6 200 OK\n")
		}
	}
}

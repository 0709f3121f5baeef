package shipper

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// omrelp is the configuration of an rsyslogd that forwards what is tagged test.
func omrelp(port int, more string) string {
	return fmt.Sprintf(`module(load="omrelp")
if $syslogtag contains "test" then action(type="omrelp" target="127.0.0.1" port="%d" template="RSYSLOG_TraditionalForwardFormat"
	action.resumeInterval="1" action.resumeRetryCount="-1" %s)
`, port, more)
}

func (r *receiver) port(listener int) int { return r.Addrs()[listener].(*net.TCPAddr).Port }

func tagged(n int) string { return fmt.Sprintf("<38>Nov 21 23:40:00 test[7]: number %06d", n) }

// logTagged logs the numbers from first up to last.
func logTagged(sender *testbed.Rsyslogd, first, last int) {
	for n := first; n < last; n += 100 {
		var all []string
		for i := n; i < min(n+100, last); i++ {
			all = append(all, tagged(i))
		}
		sender.Log(all...)
	}
}

// wantEach waits until each number up to n is stored, and fails if one is more than once.
func (r *receiver) wantEach(lane string, n int) {
	r.t.Helper()
	count := map[string]int{}
	testbed.Eventually(r.t, inTime, func() bool {
		clear(count)
		for _, m := range r.spool.messages(lane) {
			count[m[len(m)-6:]]++
		}
		return len(count) >= n
	}, "every number: ", n)
	for number, times := range count {
		if times > 1 {
			r.t.Errorf("number %s is stored %d times", number, times)
		}
	}
}

func TestRsyslogOverRELP(t *testing.T) {
	testbed.Need(t, "rsyslog/omrelp")
	r := startRELP(t, new(memory))
	sender := testbed.StartRsyslogd(t, omrelp(r.port(0), ""))
	logTagged(sender, 0, 3000)
	r.wantEach("auth", 3000)
	sender.Stop()
	if n := r.Stats().Listeners[0].EndedFor; len(n) > 0 {
		t.Errorf("connections ended because of %v", n)
	}
}

// With TLS the same rules hold as for tls listeners.
func TestRsyslogOverRELPWithTLS(t *testing.T) {
	testbed.Need(t, "rsyslog/omrelp")
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	senderCert, senderKey := pki.Issue(t, "web1.grid.example.org")
	for permitted, want := range map[string]bool{"*.grid.example.org": true, "*.other.example.org": false} {
		t.Run(permitted, func(t *testing.T) {
			cfg := relpConfig()
			cfg.Listeners = []ListenerConfig{{Listen: "relps://127.0.0.1:0",
				TLS: &tlsserver.Config{Certificate: cert, Key: key, CA: []string{pki.CA}, PermittedPeers: []string{permitted}}}}
			spool := new(memory)
			r := launch(t, cfg, t.TempDir(), spool)
			r.spool = spool
			sender := testbed.StartRsyslogd(t, omrelp(r.port(0), fmt.Sprintf(
				`tls="on" tls.caCert=%q tls.myCert=%q tls.myPrivKey=%q tls.authMode="name" tls.permittedPeer=["127.0.0.1"]`,
				pki.CA, senderCert, senderKey)))
			logTagged(sender, 0, 1000)
			if !want {
				testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].RefusedFor["not_permitted"] > 0 }, "refused")
				return
			}
			r.wantEach("auth", 1000)
			sender.Stop()
			r.stop()
			o := spool.batch("auth").OriginOf(0)
			if o.Transport != event.RELPTLS || o.Name != "web1.grid.example.org" {
				t.Errorf("%+v", o)
			}
		})
	}
}

// The connection breaks again and again, wherever it may be: each number is stored once.
func TestRsyslogOverBrokenRELP(t *testing.T) {
	testbed.Need(t, "rsyslog/omrelp")
	r := startRELP(t, new(memory))
	wire := breakEvery(t, r.Addrs()[0].String(), 40_000)
	sender := testbed.StartRsyslogd(t, omrelp(wire, ""))
	logTagged(sender, 0, 3000)
	r.wantEach("auth", 3000)
	st := r.Stats().Listeners[0]
	if st.Accepted < 4 {
		t.Errorf("%d connections", st.Accepted)
	}
	t.Logf("%d connections, %d lines were sent again", st.Accepted, st.Resent)
}

// breakEvery relays connections to an address, each until so many bytes were sent, and returns its port.
func breakEvery(t *testing.T, to string, n int) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go relay(in, to, n)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func relay(in net.Conn, to string, n int) {
	defer in.Close()
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	go func() {
		buf := make([]byte, 1000)
		for {
			k, err := out.Read(buf)
			if err != nil {
				break
			}
			_, _ = in.Write(buf[:k])
		}
		in.Close()
	}()
	buf := make([]byte, 1000)
	for n > 0 {
		k, err := in.Read(buf[:min(n, len(buf))])
		if err != nil {
			return
		}
		_, _ = out.Write(buf[:k])
		n -= k
	}
}

// TestRELPSnippet runs rsyslogd with the configuration that we give to users.
func TestRELPSnippet(t *testing.T) {
	testbed.Need(t, "rsyslog/omrelp")
	text, err := os.ReadFile("../deploy/rsyslog/relp.conf")
	if err != nil {
		t.Fatal(err)
	}
	r := startRELP(t, new(memory))
	target := fmt.Sprintf(`target="127.0.0.1" port="%d"`, r.port(0))
	conf := strings.Replace(string(text), `target="logs.example.org" port="2514"`, target, 1)
	if !strings.Contains(conf, target) {
		t.Fatal("the target has another name now")
	}
	sender := testbed.StartRsyslogd(t, strings.Replace(conf, "*.*", `:syslogtag,contains,"test"`, 1))
	logTagged(sender, 0, 200)
	r.wantEach("auth", 200)
}

package shipper

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// startTLS runs a receiver with a TLS listener whose certificate is for 127.0.0.1; senders need one of pki.
func startTLS(t *testing.T, pki *testbed.PKI, change func(*tlsserver.Config)) *receiver {
	t.Helper()
	cert, key := pki.Issue(t, "127.0.0.1")
	return start(t, func(c *Config) {
		one(c)
		c.Listeners = []ListenerConfig{{Listen: "tls://127.0.0.1:0", TLS: &tlsserver.Config{Certificate: cert, Key: key, CA: []string{pki.CA}}}}
		if change != nil {
			change(c.Listeners[0].TLS)
		}
	})
}

func (r *receiver) dialTLS(cert, key string) *tls.Conn {
	r.t.Helper()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		r.t.Fatal(err)
	}
	c := tls.Client(r.dial(0), &tls.Config{Certificates: []tls.Certificate{pair}, InsecureSkipVerify: true}) //nolint:gosec // the test of the server
	r.t.Cleanup(func() { c.Close() })
	return c
}

func TestTLS(t *testing.T) {
	pki := testbed.NewPKI(t)
	r := startTLS(t, pki, nil)
	cert, key := pki.Issue(t, "web1.example.org")
	c := r.dialTLS(cert, key)
	long := "<13>" + strings.Repeat("x", 40<<10)
	var want []string
	for i := range 2000 {
		want = append(want, fmt.Sprintf("<13>line %d", i))
		r.send(c, want[i]+"\n")
	}
	want = append(want, long, "<13>counted")
	r.send(c, long+"\n11 <13>counted")
	r.want("all", want...)
	time.Sleep(250 * time.Millisecond) // until the connection is quiet
	r.send(c, "<13>after a while\n<13>unfinished")
	want = append(want, "<13>after a while")
	r.want("all", want...)
	r.stop()
	want = append(want, "<13>unfinished")
	r.want("all", want...)
	o := r.spool.batch("all").OriginOf(0)
	if o.Transport != event.TLS || o.Name != "web1.example.org" || o.Realm != "CN=web1.example.org" || o.Listener != "tls" {
		t.Errorf("%+v", o)
	}
}

func TestTLSRefuses(t *testing.T) {
	pki, other := testbed.NewPKI(t), testbed.NewPKI(t)
	r := startTLS(t, pki, nil)
	plain := r.dial(0)
	r.send(plain, login+"\n")
	foreign := r.dialTLS(other.Issue(t, "web1.example.org"))
	_, _ = foreign.Write([]byte(login + "\n"))
	testbed.Eventually(t, inTime, func() bool {
		refused := r.Stats().Listeners[0].RefusedFor
		return refused["plain_text"] == 1 && refused["unknown_ca"] == 1
	}, "both to be refused and counted")
	if n := r.logs.FilterMessage("TLS connection refused").Len(); n != 1 {
		t.Errorf("logged %d times", n)
	}
	r.send(r.dialTLS(pki.Issue(t, "web1.example.org")), login+"\n")
	r.want("all", login)
}

func TestTLSConfig(t *testing.T) {
	for _, test := range []struct {
		l    ListenerConfig
		want string
	}{
		{ListenerConfig{Listen: "tls://127.0.0.1:0"}, "listeners[0].tls: it is missing: write"},
		{ListenerConfig{Listen: "tls://127.0.0.1:0", TLS: &tlsserver.Config{Certificate: "x"}}, "listeners[0].tls.key: it is missing: write"},
		{ListenerConfig{Listen: "tcp://127.0.0.1:0", TLS: &tlsserver.Config{}}, "listeners[0].tls: tcp://127.0.0.1:0 has none"},
	} {
		cfg := testConfig()
		cfg.Listeners = []ListenerConfig{test.l}
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}

// TestRsyslogOverTLS has rsyslogd forward with either of its TLS drivers, with names checked on both sides.
func TestRsyslogOverTLS(t *testing.T) {
	pki := testbed.NewPKI(t)
	cert, key := pki.Issue(t, "web1.grid.example.org")
	for _, driver := range []string{"gtls", "ossl"} {
		for _, permitted := range []string{"*.grid.example.org", "*.other.example.org"} {
			t.Run(driver+" "+permitted, func(t *testing.T) {
				testbed.Need(t, "rsyslog/lmnsd_"+driver)
				r := startTLS(t, pki, func(c *tlsserver.Config) { c.PermittedPeers = []string{permitted} })
				sender := testbed.StartRsyslogd(t, fmt.Sprintf(`
global(DefaultNetstreamDriverCAFile=%q DefaultNetstreamDriverCertFile=%q DefaultNetstreamDriverKeyFile=%q)
if $syslogtag contains "test" then action(type="omfwd" target="127.0.0.1" port="%d" protocol="tcp" TCP_Framing="octet-counted"
	template="RSYSLOG_TraditionalForwardFormat" action.resumeInterval="1" action.resumeRetryCount="-1"
	StreamDriver=%q StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="127.0.0.1")
`, pki.CA, cert, key, r.Addrs()[0].(*net.TCPAddr).Port, driver))
				for i := range 100 {
					sender.Log(fmt.Sprintf("<38>Nov 21 23:40:00 test[%d]: message", i))
				}
				if permitted == "*.other.example.org" {
					testbed.Eventually(t, inTime, func() bool { return r.Stats().Listeners[0].RefusedFor["not_permitted"] > 0 }, "the sender to be refused", sender.Output())
					return
				}
				r.received(100)
				r.stop()
				if o := r.spool.batch("all").OriginOf(0); o.Name != "web1.grid.example.org" {
					t.Errorf("%+v", o)
				}
			})
		}
	}
}

func TestOpenSSLClient(t *testing.T) {
	openssl := testbed.Need(t, "openssl")
	pki := testbed.NewPKI(t)
	r := startTLS(t, pki, nil)
	cert, key := pki.Issue(t, "web1.example.org")
	cmd := exec.Command(openssl, "s_client", "-quiet", "-connect", r.Addrs()[0].String(), "-CAfile", pki.CA, "-cert", cert, "-key", key, "-verify_return_error", "-verify_ip", "127.0.0.1")
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	fmt.Fprintln(out, login)
	r.want("all", login)
	out.Close()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

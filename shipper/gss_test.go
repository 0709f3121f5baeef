package shipper

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/shipper/gss"
)

// omgssapi is the configuration of an rsyslogd that forwards what is tagged test; options are such as "(z9,o)".
func omgssapi(port int, options string) string {
	return fmt.Sprintf(`$ModLoad omgssapi
$GSSMode encryption
$ActionResumeInterval 1
$ActionResumeRetryCount -1
:syslogtag, contains, "test" :omgssapi:%slocalhost:%d
`, options, port)
}

// Two listeners, each with a keytab of its own: the principal is stored, and chooses the route and the file.
func TestRsyslogOverGSS(t *testing.T) {
	testbed.Need(t, "rsyslog/omgssapi")
	one, two := testbed.StartKDC(t), testbed.StartKDC(t, "OTHER.TEST")
	cfg := testConfig()
	cfg.Listeners = nil
	for i, k := range []*testbed.KDC{one, two} {
		k.AddPrincipal("host/localhost", "host/web1.example.org")
		c := gss.DefaultConfig()
		c.Keytab, c.AllowedPrincipals = k.Keytab("host/localhost"), []string{"host/*"}
		cfg.Listeners = append(cfg.Listeners, ListenerConfig{Listen: "gss://127.0.0.1:0", Name: fmt.Sprint("realm", i+1), GSS: &c})
	}
	cfg.Routes = []RouteConfig{
		{Names: []string{"host/web1.*"}, Listeners: []string{"realm1"}, Lane: "one", Files: []string{"{name}.log"}},
		{Lane: "two"},
	}
	spool := new(memory)
	r := launch(t, cfg, t.TempDir(), spool)
	r.spool = spool
	for i, options := range []string{"(z9,o)", ""} {
		k := []*testbed.KDC{one, two}[i]
		sender := testbed.StartRsyslogd(t, omgssapi(r.port(i), options), k.ClientEnv(k.Keytab("host/web1.example.org"), "")...)
		logTagged(sender, 0, 500)
		r.wantEach([]string{"one", "two"}[i], 500)
		if i == 0 {
			r.Reopen() // reads the keytab again; the session goes on
			logTagged(sender, 500, 600)
			r.wantEach("one", 600)
		}
		sender.Stop()
	}
	r.stop()
	for i, realm := range []string{"TESTBED.TEST", "OTHER.TEST"} {
		b := spool.batch([]string{"one", "two"}[i])
		o := b.OriginOf(0)
		if o.Transport != event.GSS || o.Name != "host/web1.example.org" || o.Realm != realm || o.Listener != fmt.Sprint("realm", i+1) {
			t.Errorf("%+v", o)
		}
		if !strings.HasPrefix(string(b.Message(0)), "<38>") {
			t.Errorf("%q", b.Message(0))
		}
	}
	found := false
	for name, text := range r.files() {
		found = found || strings.Contains(name, "web1.example.org") && strings.Count(text, "\n") == 600
	}
	if !found {
		t.Errorf("no file of the principal: %v", r.files())
	}
}

func TestGSSRefuses(t *testing.T) {
	k := testbed.StartKDC(t)
	k.AddPrincipal("host/localhost")
	c := gss.DefaultConfig()
	c.Keytab, c.AllowedPrincipals = k.Keytab("host/localhost"), []string{"host/*"}
	cfg := testConfig()
	cfg.Listeners = []ListenerConfig{{Listen: "gss://127.0.0.1:0", GSS: &c}}
	r := launch(t, cfg, t.TempDir(), new(memory))
	plain, empty := r.dial(0), r.dial(0)
	empty.Close()
	r.send(plain, login+"\n")
	testbed.Eventually(t, inTime, func() bool {
		refused := r.Stats().Listeners[0].RefusedFor
		return refused["plaintext"] == 1 && refused["empty"] == 1
	}, "both refused and counted")
	if n := r.logs.FilterMessage("GSS connection refused").Len(); n != 1 {
		t.Errorf("logged %d times", n)
	}
	if st := r.Stats().Listeners[0].GSS; st == nil || st.Sessions != 0 {
		t.Errorf("%+v", st)
	}
}

// Plain senders of a GSS listener that allows them are plain TCP.
func TestGSSAllowsPlaintext(t *testing.T) {
	k := testbed.StartKDC(t)
	k.AddPrincipal("host/localhost")
	c := gss.DefaultConfig()
	c.Keytab, c.AllowedPrincipals, c.AllowPlaintext = k.Keytab("host/localhost"), []string{"host/*"}, true
	cfg := testConfig()
	cfg.Listeners = []ListenerConfig{{Listen: "gss://127.0.0.1:0", GSS: &c}}
	spool := new(memory)
	r := launch(t, cfg, t.TempDir(), spool)
	r.spool = spool
	r.send(r.dial(0), login+"\n")
	r.want("auth", login)
	r.stop()
	if o := spool.batch("auth").OriginOf(0); o.Transport != event.TCP || o.Name != "" {
		t.Errorf("%+v", o)
	}
}

func TestGSSConfig(t *testing.T) {
	empty := gss.DefaultConfig()
	for _, test := range []struct {
		l    ListenerConfig
		want string
	}{
		{ListenerConfig{Listen: "gss://127.0.0.1:0"}, "listeners[0].gss: it is missing: write"},
		{ListenerConfig{Listen: "gss://127.0.0.1:0", GSS: &empty}, "listeners[0].gss.allowed_principals: is empty: write"},
		{ListenerConfig{Listen: "tcp://127.0.0.1:0", GSS: &empty}, "listeners[0].gss: tcp://127.0.0.1:0 has none"},
		{ListenerConfig{Listen: "relps://127.0.0.1:0"}, "listeners[0].tls: it is missing: write"},
		{ListenerConfig{Listen: "relp://127.0.0.1:0", RELP: RELPConfig{Window: -1}}, "listeners[0].relp.window: -1 is out of range: write"},
	} {
		cfg := testConfig()
		cfg.Listeners = []ListenerConfig{test.l}
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}

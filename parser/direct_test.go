package parser

import (
	"bytes"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// compareDirect tells whether lines have the same document with an event and without one, and how many had none.
func compareDirect(t *testing.T, p *lineParser, b *event.Batch) (direct int) {
	t.Helper()
	p.senders.begin(b)
	for i := range b.Len() {
		p.header.Parse(b.Message(i))
		if !p.direct(b, i) {
			continue
		}
		direct++
		got := bytes.Clone(p.doc)
		p.begin(b.Message(i), b.OriginOf(i), b.Lines[i].Received, false)
		if err := p.finish(b, i); err != nil || !bytes.Equal(got, p.doc) {
			t.Fatalf("%q\ndirect  %s\nevent   %s, %v", b.Message(i), got, p.doc, err)
		}
	}
	return direct
}

// spread makes a batch in which lines come from all kinds of senders and at all times.
func spread(lines [][]byte) *event.Batch {
	origins := []event.Origin{
		{Peer: netip.MustParseAddrPort("192.0.2.1:514"), Transport: event.TCP, Listener: "tcp"},
		{Peer: netip.MustParseAddrPort("[2001:db8::1%eth0]:514"), Transport: event.TLS, Listener: "tls \"1\"", Name: "web\\1", Realm: "CN=wéb1\x01"},
		{Peer: netip.MustParseAddrPort("192.0.2.7:99"), Transport: event.GSS, Listener: "gss", Name: "web1", Realm: "EXAMPLE.ORG"},
		{Transport: event.Replay},
	}
	var b event.Batch
	received := time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC).UnixNano()
	for i, line := range lines {
		received += int64(i%5) * 333_333_333
		b.Add(b.AddOrigin(&origins[i/3%len(origins)]), received, uint64(i), 0, line)
	}
	return &b
}

func TestDirectDocumentsAreThoseOfEvents(t *testing.T) {
	cfg := utcConfig()
	cfg.Rules = nil
	var lines [][]byte
	for _, text := range []string{
		"<38>Dec 10 06:55:48 web1 sshd[24200]: hello", "<38>Dec 10 06:55:48 web1 sshd: quo\"ted \\ and \t é \u2028 \x7f", "<38>Dec 10 06:55:48 web1 [12]: no name",
		"<38>Dec 10 06:55:48 web1 no tag", "<38>Dec 10 06:55:48 app[1]: no host", "<38>2026-12-10T06:55:48.123456+01:00 wéb1 app[123456789012]: iso",
		"<191>1 2026-10-11T22:14:15.003456+02:00 h evt 8710 - - \ufeffrfc 5424", "<0>1 - - - - - - ", "<13>app: ", "Dec 10 06:55:48 web1 x: no priority",
		"<38>Feb 29 06:55:48 h x[0]: y", "<14>\"Dec 10\" x: y", "<14>Dec 10 06:55:48 h\xffh x: y", "<14>Dec 10 06:55:48 h x: \xc3",
		"<38>Dec 10 06:55:48 h a: Dec 10 06:55:40 inner b[2]: relayed", "<200>x", "", "<1>", "<38>Dec 10 06:55:48 web1 sshd[24200]: line feed\r\n",
	} {
		lines = append(lines, []byte(text))
	}
	for _, name := range []string{"sshd", "sudo", "pam", "cron", "kernel", "accounts", "access"} {
		lines = append(lines, exampleLines(t, name)...)
	}
	p := newTestLiner(t, cfg, shippedSet(t))
	if n := compareDirect(t, p, spread(lines)); n < len(lines)/2 {
		t.Errorf("only %d of %d lines have a document without an event", n, len(lines))
	}
	for _, name := range []string{"openssh-2k.log", "linux-2k.log", "apache-geohits-10k.log"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(testbed.Corpus(t, "logs/"+name))
			if err != nil {
				t.Fatal(err)
			}
			compareDirect(t, p, spread(bytes.Split(text, []byte("\n"))))
		})
	}
}

func TestDirectDocumentsAllocateNothing(t *testing.T) {
	cfg := utcConfig()
	cfg.Rules = nil
	p := newTestLiner(t, cfg, shippedSet(t))
	b := spread(exampleLines(t, "sshd"))
	all := func() {
		for i := range b.Len() {
			if _, _, err := p.parse(b, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	all()
	if n := testing.AllocsPerRun(20, all); n > 0 {
		t.Errorf("%v allocations for %d lines", n, b.Len())
	}
}

func FuzzDirect(f *testing.F) {
	cfg := utcConfig()
	cfg.Rules = nil
	set := shippedSet(f)
	for _, line := range exampleLines(f, "sshd") {
		f.Add(line)
	}
	f.Add([]byte("<165>1 2026-10-11T22:14:15.003Z h evt 8710 - - \ufeffé \"x\"\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		p := newTestLiner(t, cfg, set)
		compareDirect(t, p, spread([][]byte{line, line, line, line}))
	})
}

package syslog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/influxdata/go-syslog/v3/rfc5424"
)

// agree compares h with what go-syslog makes of line: whatever go-syslog accepts, we read alike.
func agree(t *testing.T, line []byte) {
	t.Helper()
	parsed, err := rfc5424.NewParser().Parse(line)
	if err != nil || parsed == nil {
		return
	}
	m := parsed.(*rfc5424.SyslogMessage)
	if m.Version != 1 || !m.Valid() || m.Timestamp != nil && m.Timestamp.Year() == 0 { // Time has no year 0
		return
	}
	var h Header
	h.Parse(line)
	str := func(p *string) string {
		if p == nil {
			return ""
		}
		return *p
	}
	of := func(s Span) string { return string(s.Of(line)) }
	if m.ProcID == nil && h.PID != (Span{}) { // ours: the pid of "backup[12]"
		if of(h.Tag) != of(h.App)+"["+of(h.PID)+"]" {
			t.Errorf("%q: app %q and pid %q of %q", line, of(h.App), of(h.PID), of(h.Tag))
		}
		h.PID = Span{}
	}
	got := []string{of(h.Host), of(h.Tag), of(h.PID), of(h.MsgID), of(h.Message), fmt.Sprint(h.Facility, h.Severity, h.Format)}
	want := []string{str(m.Hostname), str(m.Appname), str(m.ProcID), str(m.MsgID), strings.TrimPrefix(strings.TrimPrefix(str(m.Message), " "), string(bom)),
		fmt.Sprint(*m.Facility, *m.Severity, RFC5424)}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q:\n got %q\nwant %q", line, got, want)
	}
	if ns, ok := h.Time.Resolve(0, nil); !ok && m.Timestamp != nil && m.Timestamp.Year() > 1677 && m.Timestamp.Year() < 2262 || ok && !time.Unix(0, ns).Equal(*m.Timestamp) {
		t.Errorf("%q: time %v %v, want %v", line, ns, ok, m.Timestamp)
	}
	n := 0
	for sd := (StructuredData{Rest: h.Structured.Of(line)}); sd.Next(); n++ {
		params, ok := (*m.StructuredData)[string(sd.ID)]
		if !ok {
			t.Errorf("%q: element %q is not there", line, sd.ID)
		} else if _, ok := params[string(sd.Name)]; sd.Name != nil && !ok {
			t.Errorf("%q: parameter %q is not there", line, sd.Name)
		}
	}
	if m.StructuredData != nil && len(*m.StructuredData) > 0 && n == 0 {
		t.Errorf("%q: structured data %v was not seen", line, *m.StructuredData)
	}
}

func TestRFC5424AsGoSyslogReadsIt(t *testing.T) {
	parts := [][]string{
		{"<0>", "<34>", "<191>", "<007>", "<192>", "<1>"},
		{"1 ", "2 ", "1"},
		{"- ", "2003-10-11T22:14:15.003Z ", "2003-08-24T05:14:15.000003-07:00 ", "2003-02-29T00:00:00Z ", "2016-02-29T00:00:00+01:00 ", "2003-10-11T22:14:60Z ", "2003-10-11 "},
		{"- ", "host.example.com ", "::1 ", "ho\x7fst "},
		{"- ", "su ", "evntslog ", "-- "},
		{"- ", "123 ", "12-3 "},
		{"- ", "ID47 "},
		{"-", `[a@1 x="1"]`, `[a x="\"\\\]" y=""][b]`, "[a]", `[a x=1]`, `[a  x="1"]`, `[a x="1]`, "[]", `[a x="ü"]`},
		{"", " ", " msg", " \xef\xbb\xbfmsg", "  two", " ü", " [x]", "x"},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b bytes.Buffer
		for i, p := range parts {
			if i > 1 || rng.IntN(10) > 0 {
				b.WriteString(p[rng.IntN(len(p))])
			} else {
				b.WriteString(p[0])
			}
		}
		agree(t, b.Bytes())
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{sshd, "<5>Oct  1 22:14:15 relay Oct  1 22:14:13 web1 app[1]: x", "<189>29: router1: *Mar  1 18:48:50.483 UTC: %SYS-5-X: y",
		`<165>1 2003-10-11T22:14:15.003Z h evt - ID47 [a@1 x="1\"]" y=""][b] ` + "\xef\xbb\xbfmsg", "<5>Oct  1 22:14:15 ::1 Plex Media Server[1]: x", "\n", sshd + "\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var h Header
		h.Parse(line)
		last := int32(len(line))
		for _, s := range []Span{h.Timestamp, h.Host, h.Tag, h.App, h.PID, h.MsgID, h.Structured, h.Message} {
			if s.Start < 0 || s.Start > s.End || s.End > last {
				t.Fatalf("span %v of %d bytes", s, last)
			}
		}
		if end := len(TrimEnd(line)); int(h.Message.End) != end {
			t.Fatalf("the message ends at %d, what was written at %d", h.Message.End, end)
		}
		h.Time.Resolve(1733813749e9, time.UTC)
		for sd := (StructuredData{Rest: h.Structured.Of(line)}); sd.Next(); {
			sd.AppendValue(nil)
		}
		agree(t, line)
		sameEitherWay(t, line)
	})
}

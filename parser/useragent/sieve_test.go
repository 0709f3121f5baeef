package useragent

import (
	"reflect"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/cputime"
)

var agents = []string{
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 6_0 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0 Mobile/10A5376e Safari/8536.25",
	"Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
	"Opera/9.80 (Windows NT 6.1; U; en-US) Presto/2.7.62 Version/11.01", "curl/7.88.1", "python-requests/2.28", "Wget/1.13.4 (linux-gnu)",
	"UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/", "-", "Tiny Tiny RSS/1.11 (http://tt-rss.org/)",
	"Mozilla/5.0 (X11; Linux x86_64; rv:24.0) Gecko/20140205 Firefox/24.0 Iceweasel/24.3.0", "mozilla/5.0 (IPAD; cpu os 7_0)", "ſafari \u212android",
	"Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73", "SAMSUNG-SGH-E250/1.0 Profile/MIDP-2.0", "Windows-Media-Player/9.0", "a\xff\xfeb",
}

// TestSieve compares with what all rules say.
func TestSieve(t *testing.T) {
	p := New()
	r, err := p.rules()
	if err != nil {
		t.Fatal(err)
	}
	unsifted := func(l list) (all list) {
		for _, rule := range l {
			rule := *rule
			rule.clauses = nil
			all = append(all, &rule)
		}
		return all
	}
	all := &Parser{rules: func() (*rules, error) {
		return &rules{unsifted(r.agents), unsifted(r.systems), unsifted(r.devices)}, nil
	}}
	for _, text := range agents {
		for _, text := range []string{text, strings.ToUpper(text), text[len(text)/2:]} {
			got, _ := p.parse(text)
			want, _ := all.parse(text)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%q: %+v, want %+v", text, *got, *want)
			}
		}
	}
	for name, l := range map[string]list{"agents": r.agents, "systems": r.systems, "devices": r.devices} {
		free := 0
		for _, rule := range l {
			if len(rule.clauses) == 0 {
				free++
			}
		}
		if free > len(l)/5 {
			t.Errorf("%s: %d of %d rules are always tried", name, free, len(l))
		}
	}
}

func BenchmarkParse(b *testing.B) {
	p := New()
	for _, text := range agents { // compiles the rules that are tried
		if _, err := p.parse(text); err != nil {
			b.Fatal(err)
		}
	}
	defer cputime.Measure(b, 1)()
	i := 0
	for b.Loop() {
		_, _ = p.parse(agents[i%len(agents)])
		i++
	}
}

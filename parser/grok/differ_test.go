package grok

import (
	"os"
	"strconv"
	"testing"
)

// differPatterns are the definitions whose answers are compared: those with
// scanners in places where they are alone and where they are not, and the
// patterns that most lines meet.
var differPatterns = []string{
	`%{SYSLOGBASE} %{GREEDYDATA:m}`, `%{SYSLOGBASE2} %{GREEDYDATA:m}`, `%{COMBINEDAPACHELOG}`, `%{COMMONAPACHELOG}`, `%{SYSLOG5424LINE}`,
	`%{WORD:w}`, `%{WORD:w}%{DATA:x}$`, `(?:%{WORD:w}|%{NOTSPACE:n})$`, `%{POSINT:p} `, `%{NONNEGINT:p}\b.`, `%{INT:i}`, `%{INT:i}\d`, `%{NUMBER:n}`, `%{NUMBER:n}[.,]`,
	`%{IPV4:i}`, `%{IPV6:i}`, `^%{IPV6:i} `, `%{IPV6:i}%{DATA:d}$`, `%{IP:i}`, `%{IP:i} `, `%{IP:i}:%{INT:p}`, `%{HOSTNAME:h}`, `%{HOSTNAME:h}\.`, `%{HOSTNAME:h} `, `%{IPORHOST:h}`, `%{IPORHOST:h}(?::%{POSINT:p})?`,
	`^%{IPORHOST:h} `, `%{IPORHOST:h}[-.%]`, `from %{IPORHOST:h} port`, `%{HOSTPORT:h}`, `%{QS:q}`, `%{QS:q} %{QS:r}`, `%{DATA:d}%{QS:q}$`, `%{UUID:u}`, `%{MAC:m}`, `%{COMMONMAC:m}`, `%{CISCOMAC:m}\d?`, `%{WINDOWSMAC:m}\b`, `%{MAC:m}-`,
	`%{UNIXPATH:p}`, `%{UNIXPATH:p} `, `%{PATH:p}`, `%{URIPATH:p}`, `%{URIPATHPARAM:p}"`, `%{URI:u}`, `%{URIHOST:u}`, `%{TTY:t}`, `%{WINPATH:w}`, `%{EMAILADDRESS:e}`, `%{URN:u}`,
	`%{MONTH:m}`, `%{MONTHDAY:d}`, `%{TIME:t}`, `%{TIME:t} `, `%{SYSLOGTIMESTAMP:t}`, `%{SYSLOGTIMESTAMP:t} %{IPORHOST:h}`, `%{HTTPDATE:d}`, `\[%{HTTPDATE:d}\]`, `%{HTTPDATE:d}\d`, `%{TIMESTAMP_ISO8601:t}`, `%{TIMESTAMP_ISO8601:t} `,
	`%{TIMESTAMP_ISO8601:t}%{DATA:d} `, `%{DATESTAMP:d}`, `%{DATE:d}`, `%{BASE16FLOAT:f}`, `%{LOGLEVEL:l}`, `%{PROG:p}`, `%{DATA:a} %{DATA:b} %{GREEDYDATA:c}`, `%{GREEDYDATA:a}:%{GREEDYDATA:b}`, `%{NOTSPACE:a}%{SPACE:s}%{NOTSPACE:b}`,
	`Failed password for (?:invalid user )?%{USERNAME:u} from %{IP:i} port %{INT:p}`, `(?i)failed %{WORD:w}`, `(?<x>\S+) \k<x>`, `(?:%{WORD:w}[ :])+`, `(?<![a-z])%{WORD:w}(?= )`, `%{CISCO_REASON:r} for`,
	`%{NOTSPACE:i}:%{IP:j}`, `(?<k>\w+)=(?<v>\S*?)(?= |$)`, `(?<a>[a-z]+?)(?<b>\d+) `, `(?<o>(?:%{WORD:w}[- ])+)%{INT:i}`, `(?:(?<k>\w+)[=:](?<v>\w*) ?)+`, `(?<a>(?<b>\w+)\.\w+)`,
	`(?>(?<a>\S+?)[:=])%{DATA:d}[;, ]`, `(?>[a-z]+?\d?)\.`, `(?<a>\d++)-`, `(?!%{WORD:w}:)(?<x>\w*)[^ ]`, `(?<d>.*?)%{QS:q}`, `(?<a>[^"]*)"(?<b>[^"]*)"`, `(?<x>.{3,7}?)\d`, `%{TIME:t}|%{MONTH:m} +(?<d>\d+)`, `(?<t>%{MONTH:m} +%{MONTHDAY:d}) `,
	`(?:(?:%{IP:i}|(?<n>[^\t ,:]+))(?::%{NUMBER:p})? )?"?(?:(?<l>(?:%{IP}|%{WORD})(?:"?,?\s*(?:%{IP}|%{WORD}))*)|%{NOTSPACE:s}) - (?:-|%{DATA:u}) \[%{HTTPDATE:t}\] "%{DATA:r}" %{NUMBER:c}`,
	`%{IP:i}(?::%{WORD:p})?[^0-9a-f]`, `^%{IPORHOST:h}(?::%{WORD:w})*:? `, `%{IP:i}(?<r>[:0-9a-f]*)x`, `%{SYSLOGHOST:h}:+%{DATA:d}::`, `^%{DATA:d}%{IP:i}:+%{INT:p}`, `(?:%{WORD:w}|%{IP:i})(?:, ?%{IP:j})*[:,]%{INT:p}`,
}

// comparisons is how many lines TestDiffer compares with each oracle; a long
// run is GROK_COMPARISONS=10000000 go test -run TestDiffer -timeout 2h.
func comparisons(t testing.TB) int {
	if n, err := strconv.Atoi(os.Getenv("GROK_COMPARISONS")); err == nil {
		return n
	}
	if testing.Short() {
		return 10_000
	}
	return 20_000
}

// TestScannersAgree compares the scanners with the generic nodes.
func TestScannersAgree(t *testing.T) {
	mut := newMutator(t, 1)
	for _, lib := range []*Library{ECSLibrary(), LegacyLibrary()} {
		each := comparisons(t) / len(differPatterns) / 2
		for _, expr := range differPatterns {
			fast, plain := mustCompile(t, lib, expr), mustPlain(t, lib, expr)
			a, b := fast.NewMatcher(), plain.NewMatcher()
			for range each {
				line := mut.next()
				got, want := show(line, ours(fast, a, line)), show(line, ours(plain, b, line))
				if got != want && a.Err() == nil && b.Err() == nil {
					t.Errorf("%s on %q:\n scanners %s\n  generic %s", expr, line, got, want)
				}
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestOnigurumaAgrees compares with Ruby's regular expressions.
func TestOnigurumaAgrees(t *testing.T) {
	o := newOracle(t)
	mut := newMutator(t, 2)
	total := 0
	for _, lib := range []*Library{ECSLibrary(), LegacyLibrary()} {
		each := comparisons(t) / len(differPatterns) / 2
		for _, expr := range differPatterns {
			for n := 0; n < each && !t.Failed(); n += 2000 {
				lines := make([]string, min(2000, each-n))
				for i := range lines {
					lines[i] = mut.next()
				}
				total += o.compare(t, lib, expr, lines, Options{})
			}
		}
	}
	t.Logf("%d comparisons", total)
}

func mustPlain(t testing.TB, lib *Library, expr string) *Set {
	t.Helper()
	s, err := Compile(lib, []string{expr}, Options{NoScanners: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

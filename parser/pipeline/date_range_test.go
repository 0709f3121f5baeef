package pipeline

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestDateRange has dates beyond what 64 bits of nanoseconds hold, and names in other languages, with what
// Elasticsearch 8.19 says of them.
func TestDateRange(t *testing.T) {
	for _, c := range []struct{ options, text, want string }{
		{"formats: [ISO8601]", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
		{"formats: [ISO8601]", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{"formats: [yyyy-MM-dd], timezone: Europe/Paris", "1500-06-01", "1500-06-01T00:00:00.000+00:09"},
		{"formats: [strict_date]", "+12020-02-03", "+12020-02-03T00:00:00.000Z"},
		{"formats: [UNIX]", "253402300800", "+10000-01-01T00:00:00.000Z"},
		{"formats: [UNIX_MS]", "-62135596800000", "0001-01-01T00:00:00.000Z"},
		{"formats: [UNIX_MS], output_format: 'yyyy.MM.dd'", "253402300799999", "9999.12.31"},
		{"formats: [epoch_second]", "32503680000.5", "3000-01-01T00:00:00.500Z"},
		{"formats: ['d MMMM yyyy'], locale: fr", "3 février 2020", "2020-02-03T00:00:00.000Z"},
		{"formats: ['dd MMM yyyy'], locale: de-DE", "03 Mai 2020", "2020-05-03T00:00:00.000Z"},
		{"formats: [week_date]", "2020-W06-3", "2020-02-05T00:00:00.000Z"},
		{"formats: ['dd MMM yyyy'], locale: xx", "", "names of months and days are not known here in the language of the locale [xx]"},
	} {
		set, err := Compile([]Source{{Name: "p", File: "p.yml", Text: []byte("processors: [{date: {field: at, " + c.options + "}}]")}}, Deps{})
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.options, err, c.want)
			}
			continue
		}
		ev := event.New()
		ev.Put(ev.Doc(), event.Intern("at"), ev.Text(c.text))
		err = set.NewRunner().Run(set.Pipeline("p"), ev, received)
		if got := string(ev.Bytes(ev.Get(event.MustPath("@timestamp")))); err != nil || got != c.want {
			t.Errorf("%s of %s: %s, %v, want %s", c.options, c.text, got, err, c.want)
		}
	}
}

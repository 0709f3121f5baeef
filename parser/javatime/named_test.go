package javatime

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestNamed reads what Elasticsearch 8.19 was asked: the name of a format or its pattern, a text, and the date, - for none,
// or why it is none. What has no year is of 2026.
func TestNamed(t *testing.T) {
	text, err := os.ReadFile("testdata/named.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		got := "-"
		f, ok := Named(part[0])
		if !ok {
			f, err = Compile(part[0])
			ok = err == nil
		}
		if ok {
			if d, ok := f.Parse([]byte(part[1])); ok {
				if d.Has&HasYear == 0 {
					d.Year = 2026
					d.Has &^= HasZone
				}
				m := d.Moment(time.UTC)
				iso, err := Compile("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX")
				if err != nil {
					t.Fatal(err)
				}
				got = strings.Replace(write(iso, Moment{m.Seconds, m.Nanos, 0}, time.UTC), ".000000000", "", 1)
			} else if part[2] != "-" {
				got = f.Fault([]byte(part[1]))
			}
		}
		if got != part[2] {
			t.Errorf("%s of %q: %s, want %s", part[0], part[1], got, part[2])
		}
	}
}

func TestLanguages(t *testing.T) {
	for _, c := range []struct{ locale, pattern, text, want string }{
		{"fr", "dd MMM yyyy", "03 févr. 2020", "2020-02-03"}, {"fr-FR", "EEEE d MMMM yyyy", "lundi 3 février 2020", "2020-02-03"},
		{"fr_CA", "EEE dd MMM yyyy", "lun. 03 août 2020", "2020-08-03"}, {"fr", "dd MMM yyyy", "03 Feb 2020", ""},
		{"de", "dd. MMMM yyyy", "03. März 2020", "2020-03-03"}, {"de", "EEE dd MMM yyyy", "Mo 03 Feb 2020", "2020-02-03"},
		{"de", "EEE, dd MMM yyyy", "Di., 03 März 2020", "2020-03-03"}, {"es", "d 'de' MMMM 'de' yyyy", "9 de diciembre de 2020", "2020-12-09"},
		{"es", "dd MMM yyyy h a", "03 sept 2020 3 p.\u00a0m.", "2020-09-03"}, {"it", "EEEE d MMM yyyy", "martedì 4 giu 2019", "2019-06-04"},
		{"pt", "dd/MMM/yyyy", "03/fev/2020", "2020-02-03"}, {"nl", "dd MMM yyyy", "03 mrt 2020", "2020-03-03"}, {"nl", "dd MMMM yyyy", "03 mei 2020", "2020-05-03"},
		{"cs", "d. LLLL yyyy", "1. červenec 2020", "2020-07-01"}, {"ru", "d MMMM yyyy", "9 мая 2020", "2020-05-09"}, {"pl", "d MMM yyyy", "3 paź 2020", "2020-10-03"},
		{"en_GB", "dd MMM yyyy", "03 Feb 2020", "2020-02-03"},
	} {
		f, ok, err := CompileIn(c.pattern, c.locale)
		if !ok || err != nil {
			t.Errorf("%s: %v", c.locale, err)
			continue
		}
		got := ""
		if d, ok := f.Parse([]byte(c.text)); ok {
			got = time.Unix(d.Moment(time.UTC).Seconds, 0).UTC().Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s %s of %q: %s, want %s", c.locale, c.pattern, c.text, got, c.want)
		}
	}
	if _, ok, _ := CompileIn("yyyy", "xx"); ok {
		t.Error("xx is known")
	}
}

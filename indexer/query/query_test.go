package query_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/indexer/query"
	"github.com/millrace/millrace/indexer/query/querytest"
)

func TestErrorsShowThePlace(t *testing.T) {
	for _, tt := range []struct {
		text   string
		column int
		want   string
	}{
		{`process.name:`, 14, "a value is missing after process.name:"},
		{`process.name: `, 15, "a value is missing"},
		{`(a OR b`, 1, "this '(' is not closed"},
		{`a)`, 2, "there is no '(' for this ')'"},
		{`a AND`, 6, "a term is missing here"},
		{`a AND )`, 7, "a term is missing before this ')'"},
		{`OR a`, 1, "a term is missing before this operator"},
		{`a OR OR b`, 6, "a term is missing before this operator"},
		{`NOT`, 4, "a term is missing"},
		{`()`, 2, "a term is missing"},
		{`"open`, 1, "this quote is not closed"},
		{`grün:"open`, 6, "this quote is not closed"},
		{`a\`, 2, "a character is missing after this backslash"},
		{`:x`, 1, "the name of a field is missing"},
		{`_exists_:`, 10, "the name of a field is missing"},
		{`source.*:x`, 1, "name one field"},
		{`*:x`, 1, "name one field"},
		{`source:x`, 8, "source has fields of its own: name one of them, such as source."},
		{`event.original:x`, 1, "event.original is kept with the document, but can't be searched: search message"},
		{`event.original:*`, 1, "event.original is kept"},
		{`source.geo.location:x`, 1, "is a place on a map"},
		{`source.ip:example.org`, 11, "source.ip takes an address or a network, such as 192.0.2.7"},
		{`source.ip:10.0.0.0/99`, 11, "source.ip takes an address"},
		{`source.ip:1*`, 11, "source.ip takes an address"},
		{`source.ip >= 10.0.0.1`, 11, "a range of addresses has two ends"},
		{`source.ip:[10.0.0.1 TO ::1]`, 11, "two ends of one family"},
		{`source.ip:[a TO b]`, 11, `"a" is none`},
		{`source.port:http`, 13, `source.port is a number, "http" is not a whole one`},
		{`source.port:1*`, 13, "source.port is a number and takes no wildcards: write a range such as source.port:[1 TO 1023]"},
		{`source.port:[1 2]`, 16, "TO is missing"},
		{`source.port:[1 TO 2`, 13, "this '[' is not closed"},
		{`source.port:[1* TO 2]`, 14, "can't have wildcards"},
		{`source.port:[ TO 2]`, 15, "a value is missing before TO"},
		{`source.port >= `, 16, "a value is missing after >="},
		{`source.port >= *`, 13, "* is no value to compare with"},
		{`>= 5`, 1, "a range needs a field before it"},
		{`[1 TO 2]`, 1, "a range needs a field before it"},
		{`message:[a TO b]`, 9, "message is text, which has no order"},
		{`@timestamp:yesterday`, 12, `"yesterday" is none: write 2026-11-21`},
		{`message:"--"`, 9, "there is no word"},
		{`pam_un*`, 1, "a wildcard stands within one word"},
		{strings.Repeat("(", 60) + "a", 51, "nested more than 50 deep"},
		{strings.Repeat("NOT ", 60) + "a", 201, "nested more than 50 deep"},
		{strings.Repeat("a:(", 60) + "a", 0, "nested more than 50 deep"},
		{strings.Repeat("a ", 600), 1001, "more than 500 terms"},
		{strings.Repeat("a", 20_000), 1, "longer than 16384 bytes"},
		{"a \xff", 3, "not UTF-8"},
	} {
		_, err := query.Parse(tt.text, querytest.Now)
		var at *query.Error
		if !errors.As(err, &at) {
			t.Errorf("%.40s: error %v", tt.text, err)
			continue
		}
		if tt.column != 0 && at.Column != tt.column || !strings.Contains(at.Text, tt.want) {
			t.Errorf("%.40s: column %d: %s; want column %d: %s", tt.text, at.Column, at.Text, tt.column, tt.want)
		}
	}
}

func TestCaret(t *testing.T) {
	_, err := query.Parse("größe:[1 2]", querytest.Now)
	var at *query.Error
	if !errors.As(err, &at) {
		t.Fatal(err)
	}
	want := "größe:[1 2]\n         ^ TO is missing: a range is written [from TO to]"
	if at.Caret() != want {
		t.Errorf("%s\nwant\n%s", at.Caret(), want)
	}
}

func TestUnknownFields(t *testing.T) {
	q, err := query.Parse("proces.name:sshd AND user.name:root AND proces.name:su AND json.any:1", querytest.Now)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(q.Unknown(), " "); got != "proces.name" {
		t.Errorf("unknown: %s", got)
	}
}

func TestBounds(t *testing.T) {
	at := func(s string) int64 {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixNano()
	}
	q, err := query.Parse("sshd AND @timestamp >= 2026-11-20 AND NOT @timestamp < 2026-11-21T10:00", querytest.Now)
	if err != nil {
		t.Fatal(err)
	}
	since, until := q.And(query.Between(time.Time{}, querytest.Now)).Bounds()
	if since != at("2026-11-20T00:00:00Z") || until != at("2026-11-21T12:00:00Z") {
		t.Errorf("%d to %d", since, until)
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"pam_unix(sshd:auth)":           "pam unix sshd auth ",
		"10.1.2.3 — ÄRGER €5 <b>=\"c\"": "10 1 2 3 ärger 5 b c ",
		"":                              "",
		" -- ":                          "",
		strings.Repeat("a", 600):        strings.Repeat("a", 255) + " " + strings.Repeat("a", 255) + " " + strings.Repeat("a", 90) + " ",
		strings.Repeat("ä", 256):        strings.Repeat("ä", 255) + " ä ",
		"nul\x00x a\u00a0b c\u2003d":    "nul x a\u00a0b c d ",
	} {
		if got := string(query.AppendWords(nil, []byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzParse checks that what parses can be asked of both kinds of index, and that candidates lose nothing.
func FuzzParse(f *testing.F) {
	docs := make([]*query.Doc, len(querytest.Docs))
	words := make([]string, len(docs))
	for i, text := range querytest.Docs {
		docs[i] = &query.Doc{}
		if err := docs[i].Parse([]byte(text)); err != nil {
			f.Fatal(err)
		}
		words[i] = " " + string(query.AppendWords(nil, []byte(text)))
	}
	for _, c := range querytest.Cases {
		f.Add(c.Query)
	}
	single := regexp.MustCompile(`^"([^"]*)"(\*?)$`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := query.Parse(text, querytest.Now)
		if err != nil {
			var at *query.Error
			if !errors.As(err, &at) || at.Column < 1 || at.Column > utf8.RuneCountInString(at.Query)+1 {
				t.Fatalf("%v", err)
			}
			_ = at.Caret()
			return
		}
		if !json.Valid(q.DSL()) {
			t.Fatal("DSL is not JSON")
		}
		candidates := single.FindStringSubmatch(q.Candidates())
		for i, doc := range docs {
			if !q.Matches(doc) || candidates == nil {
				continue
			}
			word := " " + candidates[1]
			if candidates[2] == "" {
				word += " "
			}
			if !strings.Contains(words[i], word) {
				t.Errorf("document %d matches, but is no candidate of %s", i, q.Candidates())
			}
		}
	})
}

func BenchmarkMatches(b *testing.B) {
	q, err := query.Parse("process.name:sshd AND source.geo.country_iso_code:CN AND NOT user.name:root", querytest.Now)
	if err != nil {
		b.Fatal(err)
	}
	var d query.Doc
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Parse([]byte(querytest.Docs[1])); err != nil {
			b.Fatal(err)
		}
		q.Matches(&d)
	}
}

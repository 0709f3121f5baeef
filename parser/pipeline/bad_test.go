package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestBadDefinitions has what is wrong with a file as a whole; TestLoadErrors, with a processor's options. A refusal says
// where; what is taken, means what it says.
func TestBadDefinitions(t *testing.T) {
	for name, c := range map[string]struct{ text, wrong, doc string }{
		"a mustache that is not closed": {"processors:\n- drop: {if: ctx.x == 1}\n- set:\n    field: a\n    value: 'a {{x}} {{b'\n",
			"p.yml:5: processors[1] (set): [value]: template [{{b] has a {{ that is not closed", ""},
		"one in a name":                  {"processors:\n- set:\n    field: 'a{{{x}}'\n    value: 1\n", "p.yml:3: processors[0] (set): [field]: template [a{{{x}}] has a {{{ that is not closed by }}}", ""},
		"a section that is not closed":   {"processors:\n- set: {field: a, value: '{{#x}}y'}\n", "p.yml:2: processors[0] (set): [value]: template section [x] is not closed", ""},
		"an unknown processor within":    {"processors:\n- foreach:\n    field: a\n    processor:\n      frob: {}\n", "p.yml:5: processors[0] (foreach): foreach (frob): No processor type exists with name [frob]", ""},
		"an unknown option of a handler": {"processors:\n- drop:\n    on_failure:\n    - set: {field: a, value: 1, colour: red}\n", "p.yml:4: processors[0] (drop) on_failure[0] (set): processor [set] doesn't support one or more provided configuration parameters [colour]", ""},
		"an unknown processor in JSON":   {"{\"processors\": [\n  {\"drop\": {}},\n  {\"frob\": {}}\n]}", "p.yml:3: processors[1] (frob): No processor type exists with name [frob]", ""},
		"a duplicate option":             {"processors:\n- set:\n    field: a\n    field: b\n    value: 1\n", "p.yml: [4:5] mapping key \"field\" already defined", ""},
		"a duplicate option in JSON":     {"{\"processors\": [\n  {\"set\": {\"field\": \"a\", \"value\": 1,\n \"value\": 2}}]}", "p.yml: line 3: duplicate key [value]", ""},
		"a deep value":                   {"processors:\n- set: {field: a, value: " + strings.Repeat("[", 2_000) + strings.Repeat("]", 2_000) + "}\n", "p.yml: line 2: nested more than 1000 deep", ""},
		"a deep value in JSON":           {`{"processors":[{"set":{"field":"a","value":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}}]}", "p.yml: line 1: nested more than 1000 deep", ""},
		"an integer of 64 bits":          {"processors: [{set: {field: a, value: 18446744073709551615}}]", "p.yml: line 1: 18446744073709551615 has more than 64 bits: put it in quotes", ""},
		"an integer of more bits":        {"processors:\n- set: {field: a, value: 123456789012345678901234567890}", "p.yml: line 2: 123456789012345678901234567890 has more than 64 bits", ""},
		"a negative one":                 {"processors: [{set: {field: a, value: -123456789012345678901234567890}}]", "-123456789012345678901234567890 has more than 64 bits", ""},
		"an integer of 64 bits in JSON":  {`{"processors": [{"set": {"field": "a", "value": 18446744073709551615}}]}`, "p.yml: line 1: 18446744073709551615 has more than 64 bits", ""},
		"one in quotes":                  {"processors: [{set: {field: a, value: '123456789012345678901234567890'}}]", "", `{"a":"123456789012345678901234567890"}`},
		"a script with large numbers":    {"processors: [{script: {source: ctx.a = 99999999999}}]", "p.yml:1: processors[0] (script): [source] painless: line 1, column 9", ""},
		"a circle, which runs":           {"processors: [{pipeline: {name: p, ignore_failure: true}}, {set: {field: a, value: 1}}]", "", `{"a":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := Compile([]Source{{Name: "p", File: "p.yml", Text: []byte(c.text)}}, Deps{})
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("%.500v\nwant %s", err, c.wrong)
				}
				if n := len(fmt.Sprint(err)); n > 4096 {
					t.Errorf("the error has %d bytes", n)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			ev := event.New()
			load(t, ev, "{}")
			if err := set.NewRunner().Run(set.Pipeline("p"), ev, received); err != nil {
				t.Error(err)
			}
			if got, _ := ev.AppendJSON(nil); string(got) != c.doc {
				t.Errorf("%s, want %s", got, c.doc)
			}
		})
	}
}

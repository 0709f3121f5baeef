package selector

import (
	"strings"
	"testing"
)

const kern, user, mail, auth, cron, authpriv, local7 = 0, 1, 2, 4, 9, 10, 23

const (
	emerg = iota
	alert
	crit
	err
	warning
	notice
	info
	debug
)

func TestParse(t *testing.T) {
	type pair struct{ facility, severity uint8 }
	for _, test := range []struct {
		text    string
		in, out []pair
	}{
		{"auth,authpriv.*", []pair{{auth, debug}, {authpriv, emerg}}, []pair{{user, emerg}, {cron, info}}},
		{"*.*;kern,auth,authpriv.none", []pair{{user, info}, {local7, debug}}, []pair{{kern, emerg}, {auth, info}, {authpriv, debug}}},
		{"mail.info", []pair{{mail, info}, {mail, emerg}}, []pair{{mail, debug}}},
		{"mail.=info", []pair{{mail, info}}, []pair{{mail, debug}, {mail, notice}}},
		{"mail.*;mail.!err", []pair{{mail, warning}, {mail, debug}}, []pair{{mail, err}, {mail, emerg}}},
		{"mail.*;mail.!=info", []pair{{mail, debug}, {mail, notice}}, []pair{{mail, info}}},
		{"*.=debug; auth.none ; cron.err", []pair{{user, debug}, {cron, crit}}, []pair{{auth, debug}, {user, info}}},
		{"auth.none;auth.*", []pair{{auth, info}}, nil},
		{"*.*;*.!*", nil, []pair{{auth, info}}},
		{"auth.!none", []pair{{auth, debug}}, []pair{{user, debug}}},
		{"SECURITY.Warn,  kern.panic", nil, nil},
		{"security.warn", []pair{{auth, warning}}, []pair{{auth, notice}}},
		{"23.3", []pair{{local7, err}}, []pair{{local7, warning}, {user, err}}},
		{"*.error", []pair{{auth, err}}, []pair{{24, err}, {255, emerg}, {auth, 8}}},
	} {
		set, err := Parse(test.text)
		if (err != nil) != (test.in == nil && test.out == nil) {
			t.Errorf("Parse(%q): %v", test.text, err)
			continue
		}
		for _, p := range test.in {
			if !set.Has(p.facility, p.severity) {
				t.Errorf("%q misses %d.%d", test.text, p.facility, p.severity)
			}
		}
		for _, p := range test.out {
			if set.Has(p.facility, p.severity) {
				t.Errorf("%q has %d.%d", test.text, p.facility, p.severity)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, word := range map[string]string{
		"":              "no dot",
		"auth":          "no dot",
		"auth.*;":       "no dot",
		"atuh.*":        `"atuh" is not a facility`,
		"auth,.*":       `"" is not a facility`,
		"24.*":          `"24" is not a facility`,
		"auth.":         `"" is not a severity`,
		"auth.loud":     `"loud" is not a severity`,
		"auth.=*":       `"=*" is not a severity`,
		"auth.8":        `"8" is not a severity`,
		"auth.-1":       `"-1" is not a severity`,
		"auth.00000009": `"00000009" is not a severity`,
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("Parse(%q) = %v, want an error with %s", text, err, word)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"auth,authpriv.*", "*.*;kern.none", "mail.!=info;0.7", ";.", "*.!none"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Parse(text)
		if err != nil && set != (Set{}) {
			t.Error("a set and an error")
		}
		if err == nil { // a field behind all others has the last word
			none, err := Parse(text + ";*.none")
			if err != nil || none != (Set{}) {
				t.Errorf("%q;*.none selects %v, %v", text, none, err)
			}
		}
	})
}

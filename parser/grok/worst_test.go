package grok

import (
	"cmp"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWorstCase looks for patterns and lines that take long, and prints what
// the worst of them take: GROK_SEARCH=5m go test -run WorstCase -v. The search
// goes on from what was worst so far.
func TestWorstCase(t *testing.T) {
	limit, err := time.ParseDuration(os.Getenv("GROK_SEARCH"))
	if err != nil {
		t.Skip("GROK_SEARCH says for how long to search")
	}
	s := &search{t: t, rng: rand.New(rand.NewPCG(11, uint64(limit)))}
	for _, lib := range []*Library{ECSLibrary(), LegacyLibrary()} {
		for _, name := range lib.Names() {
			for _, unit := range []string{"a", "1.", "a ", ":", "\"a", "é", "a/", "\xff", "Jan 1 00:00:00 "} {
				s.try(trial{"%{" + name + "}!", strings.Repeat(unit, 1024/len(unit))})
			}
		}
	}
	for _, c := range cruel {
		for _, n := range []int{1 << 10, 1 << 14, 1 << 17} {
			s.try(trial{c.expr, c.line(n)})
		}
	}
	for begun := time.Now(); time.Since(begun) < limit; {
		s.try(s.next())
	}
	t.Logf("%d trials", s.trials)
	for _, r := range s.worst[:min(12, len(s.worst))] {
		t.Logf("%6.3f ms/KiB, %5.1f steps a byte, %4.1f ns a step, %6d bytes: %.150s on %.30q", r.cost, r.steps, r.cost*1e6/1024/r.steps, len(r.line), r.expr, r.line)
	}
}

type trial struct{ expr, line string }

type result struct {
	trial
	cost  float64 // CPU ms a KiB
	steps float64 // a byte
}

type search struct {
	t      *testing.T
	rng    *rand.Rand
	trials int
	worst  []result
}

const keepWorst = 40

func (s *search) try(c trial) {
	if len(c.expr) > 300 {
		return
	}
	set, err := Compile(ECSLibrary(), []string{c.expr}, Options{NoScanners: s.rng.IntN(2) == 0})
	if err != nil || c.line == "" {
		return
	}
	s.trials++
	m, line := set.NewMatcher(), []byte(c.line)
	m.Match(line) // grows the scratch space, and may compile what scanners are unsure of
	least := time.Duration(1 << 62)
	for i := 0; i < 5; i++ {
		start := cpuTime()
		m.Match(line)
		least = min(least, cpuTime()-start)
		if per := msPerKiB(least, line); len(s.worst) == keepWorst && per < s.worst[keepWorst-1].cost {
			return
		}
	}
	r := result{c, msPerKiB(least, line), float64(m.steps) / float64(len(line))}
	same := slices.IndexFunc(s.worst, func(o result) bool { return o.expr == c.expr })
	if same >= 0 {
		if s.worst[same].cost > r.cost {
			return
		}
		s.worst[same] = r
	} else {
		s.worst = append(s.worst, r)
	}
	slices.SortFunc(s.worst, func(a, b result) int { return cmp.Compare(b.cost, a.cost) })
	s.worst = s.worst[:min(len(s.worst), keepWorst)]
}

func msPerKiB(d time.Duration, line []byte) float64 {
	return float64(d) / 1e6 / float64(len(line)) * 1024
}

// next makes a trial anew, or one that is near to a bad one.
func (s *search) next() trial {
	if s.rng.IntN(4) == 0 {
		return trial{s.expr(3), s.text()}
	}
	c := s.worst[s.rng.IntN(len(s.worst))].trial
	switch s.rng.IntN(7) {
	case 0:
		c.line = s.text()
	case 1:
		c.expr += s.expr(1)
	case 2:
		c.expr = "(?:" + c.expr + ")" + s.pick(quantities)
	case 3:
		c.expr = s.expr(1) + c.expr
	case 4:
		c.expr = s.expr(3)
	case 5:
		i, j := s.rng.IntN(len(c.expr)+1), s.rng.IntN(len(c.expr)+1)
		c.expr = c.expr[:min(i, j)] + s.expr(0) + c.expr[max(i, j):]
	case 6:
		i := s.rng.IntN(len(c.line))
		c.line = c.line[:i] + s.pick(units) + c.line[i:]
	}
	return c
}

var (
	units      = []string{"a", "b", "ab", " ", "1", "1.", ":", "é", "日", "\xff", "\xc3", "\"", "\\", "/", "x", "Jan 1 00:00:00 ", "1.2.3.4", "::1", "-", ".", "\n", "<", "=", "A", "ſ", "𐐀"}
	quantities = []string{"*", "+", "?", "*?", "+?", "??", "*+", "++", "{2,5}", "{1,50}", "{3}", "{300}", "{0,1000}", "{2,}"}
	atoms      = []string{
		"a", "b", "ab", "é", ".", `\w`, `\W`, `\d`, `\S`, `\s`, `[[:alnum:]]`, `\p{L}`, `[^x]`, `[^\p{Lu}]`, `(?i:ab)`, `(?i:é)`, `(?m:.)`, "x", `\b`, `\B`, "^", "$", `\z`,
		`(?<x>a+)`, `(?<x>.*)`, `\k<x>`, `(?i:\k<x>)`, `(?=a*b)`, `(?!.*x)`, `(?<=.{200})`, `(?<!a{500})`, `(?<=a|bc)`, `(?>a|ab)`, `(?>.*x)`, `a{200}`, strings.Repeat("a", 100),
		"%{WORD}", "%{IPORHOST}", "%{NUMBER}", "%{DATA}", "%{QS}", "%{URI}", "%{IP}", "%{TIMESTAMP_ISO8601}", "%{GREEDYDATA}", "%{NOTSPACE}", "%{UNIXPATH}", "%{EMAILADDRESS}", "%{SYSLOGTIMESTAMP}",
	}
)

func (s *search) pick(list []string) string { return list[s.rng.IntN(len(list))] }

func (s *search) expr(depth int) string {
	if depth == 0 || s.rng.IntN(4) == 0 {
		return s.pick(atoms)
	}
	switch s.rng.IntN(4) {
	case 0:
		return s.expr(depth-1) + s.expr(depth-1)
	case 1:
		return "(?:" + s.expr(depth-1) + "|" + s.expr(depth-1) + ")"
	case 2:
		return "(?<g>" + s.expr(depth-1) + ")" + s.pick(quantities)
	}
	return "(?:" + s.expr(depth-1) + ")" + s.pick(quantities)
}

// text repeats a few units to one of some lengths.
func (s *search) text() string {
	unit := ""
	for range 1 + s.rng.IntN(3) {
		unit += s.pick(units)
	}
	n := []int{1 << 10, 1 << 10, 1 << 12, 1 << 16}[s.rng.IntN(4)]
	line := strings.Repeat(unit, max(1, n/len(unit)))
	if s.rng.IntN(2) == 0 {
		line += s.pick(units)
	}
	return line
}

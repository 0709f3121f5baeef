package useragent

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// list is rules that are tried in turn, as far as they may match: most look for a name that the text does not have.
type list []*rule

// rule is an expression, and what stands in for its groups.
type rule struct {
	replacements []string
	clauses      []clause // a match has a part of each
	regexp       func() *regexp.Regexp
}

type clause []part

// part is text in small letters.
type part struct {
	text   string
	tokens [4]uint16 // of its first threes of letters; the last is there again where there are fewer
}

const (
	leastPart = 3   // letters of a part
	mostParts = 512 // of a clause
)

// add adds a rule.
func (l *list) add(flags, expr string, replacements ...string) error {
	if flags != "" {
		expr = "(?" + flags + ")" + expr
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return fmt.Errorf("regex [%s]: %w", expr, err)
	}
	r := &rule{replacements: replacements, regexp: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
	for _, texts := range needed(parsed) {
		r.clauses = append(r.clauses, newClause(texts))
	}
	*l = append(*l, r)
	return nil
}

// find is the name and the version that the first rule gives which has a name for the text; "" when none has.
func (l list) find(t *sifted, text string) (name, version string, hasVersion bool) {
	for _, r := range l {
		if !t.may(r) {
			continue
		}
		if m := r.regexp().FindStringSubmatchIndex(text); m != nil {
			if name, version, hasVersion = versioned(text, m, r.replacements); name != "" {
				return name, version, hasVersion
			}
		}
	}
	return "", "", false
}

func newClause(texts []string) clause {
	c := make(clause, len(texts))
	for k, text := range texts {
		c[k].text = text
		for i := range c[k].tokens {
			at := min(i, len(text)-leastPart)
			c[k].tokens[i] = token(text[at], text[at+1], text[at+2])
		}
	}
	return c
}

// needed are the clauses of an expression, each as its texts.
func needed(re *syntax.Regexp) (clauses [][]string) {
	if all, ok := language(re); ok {
		if shortest(all) >= leastPart {
			clauses = append(clauses, all)
		}
		return clauses
	}
	switch re.Op {
	case syntax.OpLiteral:
		if text := strings.ToLower(longestASCII(re.Rune)); len(text) >= leastPart {
			return [][]string{{text}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needed(re.Sub[0])
		}
	case syntax.OpConcat:
		return neededInTurn(re.Sub)
	case syntax.OpAlternate:
		var either []string
		for _, sub := range re.Sub {
			of := needed(sub)
			if of == nil {
				return nil
			}
			either = append(either, best(of)...)
		}
		if len(either) <= mostParts {
			return [][]string{either}
		}
	}
	return clauses
}

// neededInTurn are the clauses of expressions one behind the other: what some of them match together is one text.
func neededInTurn(list []*syntax.Regexp) (clauses [][]string) {
	run := []string{""}
	end := func() {
		if shortest(run) >= leastPart {
			clauses = append(clauses, run)
		}
		run = []string{""}
	}
	for _, re := range list {
		all, ok := language(re)
		if !ok {
			end()
			clauses = append(clauses, needed(re)...)
			continue
		}
		if len(run)*len(all) > mostParts {
			end()
		}
		run = product(run, all)
	}
	end()
	return clauses
}

// language is all that an expression matches, in small letters, if that is ASCII and not much. What only looks at the
// text matches nothing.
func language(re *syntax.Regexp) (all []string, ok bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		text := longestASCII(re.Rune)
		return []string{strings.ToLower(text)}, len(text) == len(re.Rune)
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if r >= utf8.RuneSelf || len(all) > 16 {
					return nil, false
				}
				all = append(all, strings.ToLower(string(r)))
			}
		}
		slices.Sort(all)
		return slices.Compact(all), true
	case syntax.OpCapture:
		return language(re.Sub[0])
	case syntax.OpQuest:
		all, ok = language(re.Sub[0])
		return append(all, ""), ok
	case syntax.OpConcat:
		all = []string{""}
		for _, sub := range re.Sub {
			of, ok := language(sub)
			if !ok || len(all)*len(of) > mostParts {
				return nil, false
			}
			all = product(all, of)
		}
		return all, true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			of, ok := language(sub)
			if !ok || len(all)+len(of) > mostParts {
				return nil, false
			}
			all = append(all, of...)
		}
		return all, true
	}
	return nil, false
}

func product(heads, tails []string) []string {
	all := make([]string, 0, len(heads)*len(tails))
	for _, head := range heads {
		for _, tail := range tails {
			all = append(all, head+tail)
		}
	}
	return all
}

// best is the clause that lets the fewest texts through, by the look of it.
func best(clauses [][]string) []string {
	return slices.MaxFunc(clauses, func(a, b []string) int { return shortest(a) - shortest(b) })
}

func shortest(texts []string) int {
	n := len(texts[0])
	for _, text := range texts {
		n = min(n, len(text))
	}
	return n
}

func longestASCII(runes []rune) string {
	best, start := "", 0
	for i := 0; i <= len(runes); i++ {
		if i == len(runes) || runes[i] >= utf8.RuneSelf {
			if run := string(runes[start:i]); len(run) > len(best) {
				best = run
			}
			start = i + 1
		}
	}
	return best
}

const tokens = 4096

func token(a, b, c byte) uint16 {
	return (uint16(a)<<7 ^ uint16(b)<<3 ^ uint16(b)>>5 ^ uint16(c)) % tokens
}

// sifted is a text, ready to tell which rules may match.
type sifted struct {
	text string // in small letters
	has  [tokens / 64]uint64
	all  bool // it has a letter beyond ASCII that is one of ASCII's in another case: every rule is tried
}

func sift(text string) *sifted {
	s := &sifted{text: strings.ToLower(text), all: strings.ContainsAny(text, "ſ\u212a")}
	for i := 0; i+leastPart <= len(s.text); i++ {
		t := token(s.text[i], s.text[i+1], s.text[i+2])
		s.has[t/64] |= 1 << (t % 64)
	}
	return s
}

// may tells whether a rule may match.
func (t *sifted) may(r *rule) bool {
	if t.all {
		return true
	}
	for _, c := range r.clauses {
		if !t.hasOneOf(c) {
			return false
		}
	}
	return true
}

func (t *sifted) hasOneOf(c clause) bool {
	for k := range c {
		p, in := &c[k], true
		for _, w := range p.tokens {
			in = in && t.has[w/64]>>(w%64)&1 != 0
		}
		if in && strings.Contains(t.text, p.text) {
			return true
		}
	}
	return false
}

package query

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds is the time in which every document that q finds has its @timestamp, in ns since the epoch,
// without its end.
func (q *Query) Bounds() (since, until int64) {
	from, to := bounds(q.root)
	return nanos(from), nanos(to)
}

func bounds(n node) (from, to int64) {
	from, to = minMillis, maxMillis
	switch n := n.(type) {
	case and:
		for _, n := range n {
			f, t := bounds(n)
			from, to = max(from, f), min(to, t)
		}
	case dateRange:
		if n.field == "@timestamp" {
			return n.from, n.to
		}
	}
	return from, to
}

func nanos(ms int64) int64 {
	const limit = maxMillis / int64(time.Millisecond)
	return min(max(ms, -limit), limit) * int64(time.Millisecond)
}

// Candidates is an expression of SQLite's FTS5 over the words of documents (see AppendWords): documents
// that q finds are among those that it finds. It is empty when any document may be.
func (q *Query) Candidates() string { return q.root.candidates() }

func (n and) candidates() string {
	var all []string
	for _, n := range n {
		if c := n.candidates(); c != "" {
			all = append(all, c)
		}
	}
	return join(all, " AND ")
}

func (n or) candidates() string {
	var all []string
	for _, n := range n {
		c := n.candidates()
		if c == "" {
			return ""
		}
		all = append(all, c)
	}
	return join(all, " OR ")
}

func join(all []string, operator string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return "(" + strings.Join(all, operator) + ")"
}

func (all) candidates() string          { return "" }
func (not) candidates() string          { return "" }
func (exists) candidates() string       { return "" }
func (keywordRange) candidates() string { return "" }
func (longRange) candidates() string    { return "" }
func (dateRange) candidates() string    { return "" }

func (n exact) candidates() string {
	return wordsOf(pattern{texts: []string{n.value}})
}

func (n wildcard) candidates() string { return wordsOf(n.pattern) }

func (n wordLike) candidates() string { return wordsOf(n.pattern) }

func (n phrase) candidates() string {
	return wordsOf(pattern{texts: []string{strings.Join(n.words, " ")}})
}

func (n addrRange) candidates() string {
	if n.from != n.to || !n.from.Is4() { // IPv6 addresses can be written in many ways
		return ""
	}
	return wordsOf(pattern{texts: []string{n.from.String()}})
}

// wordsOf asks for the words that a value of this pattern has for sure. Next to a wildcard a word may go
// on: before one it is the beginning of a word, after one it is of no use.
func wordsOf(p pattern) string {
	var all []string
	for i, text := range p.texts {
		words := strings.Fields(string(AppendWords(nil, []byte(text))))
		for k, word := range words {
			goesOnBefore := k == 0 && i > 0 && startsInWord(text)
			goesOnAfter := k == len(words)-1 && i < len(p.texts)-1 && endsInWord(text)
			switch {
			case goesOnBefore || !plainWord(word):
			case !goesOnAfter:
				all = append(all, `"`+word+`"`)
			case utf8.RuneCountInString(word) < MaxWord:
				all = append(all, `"`+word+`"*`)
			}
		}
	}
	return join(all, " AND ")
}

func startsInWord(text string) bool { r, _ := utf8.DecodeRuneInString(text); return inWord(r) }
func endsInWord(text string) bool   { r, _ := utf8.DecodeLastRuneInString(text); return inWord(r) }

// plainWord reports whether SQLite takes the word for one: control characters divide words there.
func plainWord(word string) bool {
	for i := range len(word) {
		c := word[i]
		if c < utf8.RuneSelf && (c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

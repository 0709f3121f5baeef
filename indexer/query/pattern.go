package query

import "strings"

// pattern is text with wildcards, taken apart. There are always one more texts than wildcards.
type pattern struct {
	texts     []string
	wildcards []byte // '*' or '?'
}

// isPlain reports whether there are no wildcards.
func (p *pattern) isPlain() bool { return len(p.wildcards) == 0 }

// plain is the text of a pattern without wildcards.
func (p *pattern) plain() string { return strings.Join(p.texts, "") }

// isAny reports whether it is a lone *.
func (p *pattern) isAny() bool {
	return string(p.wildcards) == "*" && p.texts[0] == "" && p.texts[1] == ""
}

// String writes the pattern as Elasticsearch's wildcard query takes it.
func (p *pattern) String() string {
	var b strings.Builder
	for i, text := range p.texts {
		if i > 0 {
			b.WriteByte(p.wildcards[i-1])
		}
		for _, r := range text {
			if r == '*' || r == '?' || r == '\\' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// matches compares all of s with the pattern, in time proportional to the product of their lengths.
func (p *pattern) matches(s string) bool {
	rest, ok := strings.CutPrefix(s, p.texts[0])
	if !ok {
		return false
	}
	// Where a star was met: what follows it is tried at ever later places.
	star, retry := -1, ""
	for i := 0; ; {
		switch {
		case i == len(p.wildcards) && rest == "":
			return true
		case i < len(p.wildcards) && p.wildcards[i] == '*':
			star, retry = i, rest
			if after, ok := strings.CutPrefix(rest, p.texts[i+1]); ok {
				rest, i = after, i+1
				continue
			}
		case i < len(p.wildcards) && rest != "":
			if after, ok := strings.CutPrefix(rest[runeLen(rest):], p.texts[i+1]); ok {
				rest, i = after, i+1
				continue
			}
		}
		// Back to the last star, one character further.
		for {
			if star < 0 || retry == "" {
				return false
			}
			retry = retry[runeLen(retry):]
			if after, ok := strings.CutPrefix(retry, p.texts[star+1]); ok {
				rest, i = after, star+1
				break
			}
		}
	}
}

func runeLen(s string) int {
	n := 1
	for n < len(s) && s[n]&0xc0 == 0x80 {
		n++
	}
	return n
}

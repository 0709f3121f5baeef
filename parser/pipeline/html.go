package pipeline

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/event"
)

func newHTMLStrip(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		s := r.ev.Bytes(v)
		if bytes.IndexByte(s, '<') < 0 || bytes.IndexByte(s, '>') < 0 {
			return v, nil
		}
		r.buf = stripHTML(r.buf[:0], s)
		return r.ev.String(r.buf), nil
	})
}

// inlineElements leave nothing behind; the tags of all others end a line.
const inlineElements = " a abbr acronym b basefont bdo big cite code dfn em font i img input kbd label q s samp select small span strike strong sub sup textarea tt u var "

// stripHTML appends the text of s, as Lucene's HTMLStripCharFilter takes it: without tags, comments, scripts and
// styles, entities decoded. What only looks like a tag stays.
func stripHTML(dst, s []byte) []byte {
	steps := 64<<10 + 32*len(s)
	for len(s) > 0 {
		next := bytes.IndexAny(s, "<&")
		if next < 0 {
			return append(dst, s...)
		}
		dst, s = append(dst, s[:next]...), s[next:]
		n := 0
		switch {
		case s[0] == '&':
			dst, n = htmlEntity(dst, s)
		case bytes.HasPrefix(s, []byte("<!")):
			dst, n = htmlDeclaration(dst, s)
		case bytes.HasPrefix(s, []byte("<?")):
			if end := bytes.IndexByte(s, '>'); end > 2 && (s[end-1] == '?' || s[end-1] == '/') {
				n = end + 1
			}
		default:
			dst, n = htmlTag(dst, s, &steps)
		}
		if n == 0 { // it is what it looks like
			dst, n = append(dst, s[0]), 1
		}
		s = s[n:]
	}
	return dst
}

// htmlDeclaration reads a comment, a section of character data, which stays, or something else in <! and >.
func htmlDeclaration(dst, s []byte) ([]byte, int) {
	const open, end = "<![CDATA[", "]]>"
	switch {
	case bytes.HasPrefix(s, []byte("<!--")):
		return dst, 4 + commentEnd(s[4:], false)
	case bytes.HasPrefix(s, []byte(open)):
		data, _, found := bytes.Cut(s[len(open):], []byte(end))
		n := len(open) + len(data)
		if found {
			n += len(end)
		}
		return append(dst, data...), n
	}
	if end := bytes.IndexByte(s, '>'); end >= 0 {
		return dst, end + 1
	}
	return append(dst, s...), len(s)
}

// commentEnd is where what follows after --> begins. Quotes count in server-side includes and, where quotes is set,
// anywhere: what is in them ends nothing.
func commentEnd(s []byte, quotes bool) int {
	inside := false
	for i := 0; i < len(s); {
		switch rest := s[i:]; {
		case bytes.HasPrefix(rest, []byte("-->")):
			if i += 3; !inside {
				return i
			}
			inside = false
		case !inside && bytes.HasPrefix(rest, []byte("<!--#")):
			inside = true
			i += 5
		case (inside || quotes) && (rest[0] == '"' || rest[0] == '\''):
			i += quotedEnd(rest)
		default:
			i++
		}
	}
	return len(s)
}

// quotedEnd is the length of the quoted text at the start of s, in which a backslash takes a quote's meaning away.
func quotedEnd(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return len(s)
}

// htmlTag reads the tag at the start of s, with all of a script or style. After so many steps, nothing is a tag any more:
// quotes that are not closed can make every tag begin anew what the one before has seen.
func htmlTag(dst, s []byte, steps *int) ([]byte, int) {
	at := 1
	closes := at < len(s) && s[at] == '/'
	if closes {
		at++
	}
	at += htmlSpace(s[at:])
	n := htmlName(s[at:])
	name := strings.ToLower(string(s[at : at+n]))
	if n == 0 {
		return dst, 0
	}
	at += n
	if at == len(s) { // it is a tag as far as can be told
		return dst, at
	}
	end := 0
	if !closes {
		if end = tagEnd(s[at:], steps); end > 0 && (name == "script" || name == "style") && s[at] != '=' && s[at] != '/' {
			return htmlRaw(dst, s, name, at+end)
		}
	} else if space := htmlSpace(s[at:]); at+space < len(s) && s[at+space] == '>' {
		end = space + 1
	}
	if end == 0 {
		return append(dst, s[:at]...), at
	}
	if !strings.Contains(inlineElements, " "+name+" ") {
		dst = append(dst, '\n')
	}
	return dst, at + end
}

// htmlRaw goes from s[at:], behind the tag of a script or style, behind the tag that closes it.
func htmlRaw(dst, s []byte, element string, at int) ([]byte, int) {
	for at < len(s) {
		switch rest := s[at:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			at += 4 + commentEnd(rest[4:], true)
		case bytes.HasPrefix(rest, []byte("</")):
			at += 2
			name := at + htmlSpace(s[at:])
			if end := name + len(element); end <= len(s) && strings.EqualFold(string(s[name:end]), element) {
				if end += htmlSpace(s[end:]); end < len(s) && s[end] == '>' {
					return append(dst, '\n'), end + 1
				}
			}
		default:
			at++
		}
	}
	return dst, at
}

// tagEnd is the length of the rest of a tag, behind its name: up to the last > that only values of attributes are
// before. 0: there is none. s is not empty.
func tagEnd(s []byte, steps *int) (end int) {
	if htmlSpace(s) == 0 && s[0] != '=' {
		if s[0] == '>' || bytes.HasPrefix(s, []byte("/>")) {
			return bytes.IndexByte(s, '>') + 1
		}
		return 0
	}
	var jumps []int // where values in quotes end, further on
	for at := 0; ; at++ {
		for at < len(s) && s[at] != '<' && s[at] != '>' {
			if r, size := utf8.DecodeRune(s[at:]); unicode.IsSpace(r) {
				jumps = attributeEnds(jumps, s, at+size)
			}
			at++
			if *steps--; *steps < 0 {
				return 0
			}
		}
		if at < len(s) && s[at] == '>' {
			end = at + 1
		}
		jumps = slices.DeleteFunc(jumps, func(to int) bool { return to <= at })
		if len(jumps) == 0 {
			return end
		}
		*steps -= 1 + len(jumps)
		at = slices.Min(jumps) - 1
	}
}

// attributeEnds appends the places behind the value in quotes of the attribute at s[at]; quotes after a backslash may
// end it or not.
func attributeEnds(ends []int, s []byte, at int) []int {
	n := htmlName(s[at:])
	if n == 0 {
		return ends
	}
	at += n
	at += htmlSpace(s[at:])
	if at == len(s) || s[at] != '=' {
		return ends
	}
	at++
	at += htmlSpace(s[at:])
	if at == len(s) || s[at] != '"' && s[at] != '\'' {
		return ends
	}
	for i := at + 1; i < len(s); i++ {
		if s[i] != s[at] {
			continue
		}
		if ends = append(ends, i+1); s[i-1] != '\\' {
			break
		}
	}
	return ends
}

// htmlSpace is how much white space s begins with.
func htmlSpace(s []byte) int { return len(s) - len(bytes.TrimLeftFunc(s, unicode.IsSpace)) }

// htmlName is the length of the name that s begins with.
func htmlName(s []byte) (n int) {
	for n < len(s) {
		r, size := utf8.DecodeRune(s[n:])
		switch {
		case r == ':' || r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r):
		case n > 0 && (r == '-' || r == '.' || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc)):
		default:
			return n
		}
		n += size
	}
	return n
}

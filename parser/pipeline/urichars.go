package pipeline

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/parser/javatext"
)

// uriSet is a set of characters of RFC 2396: letters, digits and more, by the part of a URI that may have them.
type uriSet uint16

const (
	uriScheme uriSet = 1 << iota
	uriLabel
	uriScope
	uriUserInfo
	uriRegName
	uriServer
	uriServerOr6 // which may have a scope
	uriPath
	uriAny
)

var uriSets = func() (sets [256]uriSet) {
	for c := range utf8.RuneSelf {
		if isAlpha(byte(c)) || isDigit(byte(c)) {
			sets[c] = 1<<16 - 1
		}
	}
	const mark, userInfo = "-_.!~*'()", "-_.!~*'();:&=+$,"
	for set, more := range map[uriSet]string{
		uriScheme: "+-.", uriLabel: "-", uriScope: "_.", uriUserInfo: userInfo, uriRegName: userInfo + "@", uriServer: userInfo + ".@[]",
		uriServerOr6: userInfo + ".@[]%", uriPath: mark + ":@&=+$,;/", uriAny: mark + ";/?:@&=+$,[]",
	} {
		for _, c := range []byte(more) {
			sets[c] |= set
		}
	}
	return sets
}()

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// scanURI is how many bytes of s are of a part: of its set and, where escaped is set, percent escapes and what is not
// ASCII. A percent sign that is no escape is an error.
func scanURI(s string, set uriSet, escaped bool) (int, error) {
	i := 0
	for i < len(s) {
		c := s[i]
		switch {
		case uriSets[c]&set != 0:
			i++
		case escaped && c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return i, errURI
			}
			i += 3
		case escaped && c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if unicode.In(r, unicode.Z) || unicode.IsControl(r) {
				return i, nil
			}
			i += size
		default:
			return i, nil
		}
	}
	return i, nil
}

// checkURI fails unless all of s is of the part.
func checkURI(s string, set uriSet, escaped bool) error {
	if n, err := scanURI(s, set, escaped); err != nil || n < len(s) {
		return errURI
	}
	return nil
}

// decode undoes percent escapes; within brackets only where notInBrackets is not set.
func (u *javaURI) decode(s string, notInBrackets bool) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	start, inside := len(u.decoded), false
	out := u.decoded
	for i := 0; i < len(s); {
		c := s[i]
		if c == '[' {
			inside = true
		} else if inside && c == ']' {
			inside = false
		}
		if c != '%' || inside && notInBrackets {
			out = append(out, c)
			i++
			continue
		}
		run := len(out)
		for ; i+2 < len(s) && s[i] == '%'; i += 3 {
			out = append(out, fromHex(s[i+1])<<4|fromHex(s[i+2]))
		}
		if !utf8.Valid(out[run:]) {
			out = javatext.AppendUTF8(out[:run], bytes.Clone(out[run:]))
		}
	}
	u.decoded = out
	return view(out[start:])
}

// fromHex is what a hexadecimal digit stands for.
func fromHex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

package query

import (
	"unicode"
	"unicode/utf8"
)

// MaxWord is the length in characters at which a longer run of letters is cut into several words.
const MaxWord = 255

// Words are how text is searched, in both indices alike: runs of anything but white space, punctuation
// and symbols, in lower case. So `pam_unix(sshd:auth)` is four words, and an address is four numbers;
// searching for either looks for its words next to each other. templates has the same as an analyzer.

// AppendWords appends the words of text to dst, each followed by a blank.
func AppendWords(dst, text []byte) []byte {
	n := 0 // characters of the word so far
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch class := asciiClass[c]; class {
			case 0:
				if n > 0 {
					dst, n = append(dst, ' '), 0
				}
				continue
			default:
				if n == MaxWord {
					dst, n = append(dst, ' '), 0
				}
				dst, n = append(dst, class), n+1
			}
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if !inWord(r) {
			if n > 0 {
				dst, n = append(dst, ' '), 0
			}
			continue
		}
		if n == MaxWord {
			dst, n = append(dst, ' '), 0
		}
		dst, n = utf8.AppendRune(dst, lower(r)), n+1
	}
	if n > 0 {
		dst = append(dst, ' ')
	}
	return dst
}

// asciiClass is 0 for what stands between words, else the lower-case character.
var asciiClass = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		if inWord(rune(c)) {
			t[c] = byte(lower(rune(c)))
		}
	}
	return t
}()

func lower(r rune) rune { return unicode.ToLower(r) }

// inWord follows Java's Character.isWhitespace and the Unicode categories P and S, as Elasticsearch does.
// A control character that is no white space is part of a word; NUL is none here, as SQLite can't hold it.
func inWord(r rune) bool {
	switch {
	case r == 0, r >= '\t' && r <= '\r', r >= 0x1c && r <= 0x1f:
		return false
	case unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp):
		return r == 0xa0 || r == 0x2007 || r == 0x202f
	}
	return !unicode.IsPunct(r) && !unicode.IsSymbol(r)
}

// HasWords reports whether the words of a field, by its full path, can be asked for. It is the rule by
// which an index that looks for candidates by their words leaves fields out.
func HasWords(path []byte) bool {
	return string(path) != "event.original" && string(path) != "@timestamp"
}

// Package javatext reads bytes and texts as Java and Elasticsearch read them where Go's library differs: what is no
// UTF-8, and addresses that nobody should write.
package javatext

import "unicode/utf8"

// AppendUTF8 appends s with U+FFFD for what is no UTF-8, as often as Java's new String(s, UTF_8) puts it: once for a
// surrogate, and once for the beginning of a character as far as it goes.
func AppendUTF8(dst, s []byte) []byte {
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		if r == utf8.RuneError && size == 1 {
			size = malformed(s)
		}
		dst = utf8.AppendRune(dst, r)
		s = s[size:]
	}
	return dst
}

// malformed is the length of what is replaced at the beginning of s.
func malformed(s []byte) int {
	want := 0
	switch b := s[0]; {
	case b >= 0xe0 && b < 0xf0:
		want = 3 // also of a surrogate, all of which is replaced
	case b >= 0xf0 && b <= 0xf4:
		want = 4
	default:
		return 1
	}
	n := 1
	for n < len(s) && n < want && s[n]&0xc0 == 0x80 && !(n == 1 && outside(s[0], s[1])) {
		n++
	}
	return n
}

// outside tells a second byte with which the first writes a number in more bytes than it needs, or one beyond Unicode.
func outside(first, second byte) bool {
	return first == 0xe0 && second < 0xa0 || first == 0xf0 && second < 0x90 || first == 0xf4 && second > 0x8f
}

// Package screen is for text that people read on a terminal.
package screen

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable writes what a terminal could take for a command, and bytes that are not UTF-8, as Go would quote them.
// Lines are from strangers.
func Printable(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, w := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && w == 1:
			fmt.Fprintf(&s, `\x%02x`, b[0])
		case !unicode.IsGraphic(r):
			s.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			s.Write(b[:w])
		}
		b = b[w:]
	}
	return s.String()
}

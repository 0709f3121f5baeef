package pipeline

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// htmlNames are the entities that html_strip knows: those of HTML 4, and a few in capitals.
const htmlNames = " " + "AElig AMP Aacute Acirc Agrave Alpha Aring Atilde Auml Beta COPY Ccedil Chi Dagger Delta ETH Eacute Ecirc " +
	"Egrave Epsilon Eta Euml GT Gamma Iacute Icirc Igrave Iota Iuml Kappa LT Lambda Mu Ntilde Nu OElig Oacute " +
	"Ocirc Ograve Omega Omicron Oslash Otilde Ouml Phi Pi Prime Psi QUOT REG Rho Scaron Sigma THORN Tau Theta " +
	"Uacute Ucirc Ugrave Upsilon Uuml Xi Yacute Yuml Zeta aacute acirc acute aelig agrave alefsym alpha amp and " +
	"ang apos aring asymp atilde auml bdquo beta brvbar bull cap ccedil cedil cent chi circ clubs cong copy crarr " +
	"cup curren dArr dagger darr deg delta diams divide eacute ecirc egrave empty emsp ensp epsilon equiv eta eth " +
	"euml euro exist fnof forall frac12 frac14 frac34 frasl gamma ge gt hArr harr hearts hellip iacute icirc " +
	"iexcl igrave image infin int iota iquest isin iuml kappa lArr lambda lang laquo larr lceil ldquo le lfloor " +
	"lowast loz lrm lsaquo lsquo lt macr mdash micro middot minus mu nabla nbsp ndash ne ni not notin nsub ntilde " +
	"nu oacute ocirc oelig ograve oline omega omicron oplus or ordf ordm oslash otilde otimes ouml para part " +
	"permil perp phi pi piv plusmn pound prime prod prop psi quot rArr radic rang raquo rarr rceil rdquo real reg " +
	"rfloor rho rlm rsaquo rsquo sbquo scaron sdot sect shy sigma sigmaf sim spades sub sube sum sup sup1 sup2 " +
	"sup3 supe szlig tau there4 theta thetasym thinsp thorn tilde times trade uArr uacute uarr ucirc ugrave uml " +
	"upsih upsilon uuml weierp xi yacute yen yuml zeta zwj zwnj "

// htmlEntity appends what the entity or character reference at the start of s stands for, and says how long it is: 0
// when there is none. The semicolon may be absent at the end of the text only.
func htmlEntity(dst, s []byte) ([]byte, int) {
	if len(s) > 1 && s[1] == '#' {
		return htmlReference(dst, s)
	}
	end := 1
	for end < len(s) && (isAlpha(s[end]) || isDigit(s[end])) {
		end++
	}
	name := string(s[1:end])
	if end < len(s) && s[end] != ';' || name == "" || !strings.Contains(htmlNames, " "+name+" ") {
		return dst, 0
	}
	switch name {
	case "nbsp":
		dst = append(dst, ' ')
	case "lang":
		dst = append(dst, "\u2329"...)
	case "rang":
		dst = append(dst, "\u232a"...)
	default:
		dst = append(dst, html.UnescapeString("&"+name+";")...)
	}
	return dst, min(end+1, len(s))
}

// htmlReference is htmlEntity for &#65; and &#x41;. Two halves of a surrogate pair are one character.
func htmlReference(dst, s []byte) ([]byte, int) {
	r, n := htmlNumber(s)
	if n == 0 {
		return dst, 0
	}
	if r >= 0xd800 && r < 0xdc00 && s[n-1] == ';' && bytes.HasPrefix(s[n:], []byte("&#")) {
		if low, m := htmlNumber(s[n:]); low >= 0xdc00 && low < 0xe000 && s[n+m-1] == ';' {
			return utf8.AppendRune(dst, (r-0xd800)<<10|(low-0xdc00)+0x10000), n + m
		}
	}
	return utf8.AppendRune(dst, r), n // U+FFFD for half a pair
}

// htmlNumber reads a reference of up to seven decimal or five hexadecimal digits.
func htmlNumber(s []byte) (r rune, n int) {
	at, base, most := 2, 10, 7
	if at < len(s) && s[at]|0x20 == 'x' {
		at, base, most = 3, 16, 5
	}
	end := at
	for end < len(s) && (isDigit(s[end]) || base == 16 && isHex(s[end])) {
		end++
	}
	if end == at || end-at > most || end < len(s) && s[end] != ';' {
		return 0, 0
	}
	code, err := strconv.ParseUint(string(s[at:end]), base, 32)
	if err != nil || code > utf8.MaxRune {
		return 0, 0
	}
	return rune(code), min(end+1, len(s))
}

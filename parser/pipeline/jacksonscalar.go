package pipeline

import (
	"strings"
	"unicode/utf16"
)

// text reads a string; what it is called where a character in it is none, and where it has no end.
func (j *jackson) text(what, open string) error {
	for j.pos++; !j.end(); j.pos++ {
		switch c := j.s[j.pos]; {
		case c == '"':
			j.pos++
			return nil
		case c < ' ':
			return j.fault("Illegal unquoted character ("+described(c)+"): has to be escaped using backslash to be included in "+what, 1)
		case c == '\\':
			if err := j.escape(); err != nil {
				return err
			}
		}
	}
	return j.ended(open)
}

// escape moves on to the last character of an escape.
func (j *jackson) escape() error {
	j.pos++
	digits := 0
	switch {
	case j.end():
	case j.s[j.pos] == 'u':
		digits = 4
	case !strings.ContainsRune(`"\/bfnrt`, rune(j.s[j.pos])):
		return j.fault("Unrecognized character escape "+described(j.s[j.pos]), 1)
	}
	for ; digits > 0 && j.pos+1 < len(j.s); digits-- {
		if j.pos++; !strings.ContainsRune("0123456789abcdefABCDEF", rune(j.s[j.pos])) {
			return j.unexpected("expected a hex-digit for character escape sequence")
		}
	}
	if digits > 0 || j.end() {
		j.pos = len(j.s)
		return j.ended(" in character escape sequence")
	}
	return nil
}

// word reads true, false or null, of which so many letters have been.
func (j *jackson) word(w string, been int) error {
	from := j.pos - been
	for i := been; i < len(w); i++ {
		if j.end() || j.s[j.pos] != uint16(w[i]) {
			return j.unknown(from)
		}
		j.pos++
	}
	if !j.end() && j.s[j.pos] >= '0' && identifierPart(j.s[j.pos]) {
		return j.unknown(from)
	}
	return nil
}

func (j *jackson) nonStandard(w string, been int) error {
	if err := j.word(w, been); err != nil {
		return err
	}
	return j.fault("Non-standard token '"+w+"': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", 1)
}

// unknown is the fault of a word that is none of JSON's.
func (j *jackson) unknown(from int) error {
	const most = 256
	for !j.end() && identifierPart(j.s[j.pos]) && j.pos-from < most {
		j.pos++
	}
	token := string(utf16.Decode(j.s[from:j.pos]))
	if j.pos-from == most {
		token += "..."
	}
	return j.fault("Unrecognized token '"+token+"': was expecting "+jacksonValues, 1)
}

// number reads one, and what has to be behind it where it stands alone.
func (j *jackson) number() error {
	if j.s[j.pos] == '-' {
		if j.pos+1 >= len(j.s) || j.s[j.pos+1]-'0' > 9 {
			return j.sign("-")
		}
		j.pos++
	}
	if j.s[j.pos] == '0' && j.pos+1 < len(j.s) && j.s[j.pos+1]-'0' <= 9 {
		j.pos++
		return j.fault("Invalid numeric value: Leading zeroes not allowed", 1)
	}
	zero := j.s[j.pos] == '0'
	j.digits()
	whole := j.pos
	odd := func(why string) error {
		i := min(j.pos, len(j.s)-1)
		if j.pos = whole; zero { // such numbers Jackson reads again, others it only looks at
			j.pos = i
		}
		return j.odd(i, why)
	}
	if !j.end() && j.s[j.pos] == '.' {
		if j.pos++; j.digits() == 0 {
			return odd("Decimal point not followed by a digit")
		}
	}
	if !j.end() && j.s[j.pos]|0x20 == 'e' {
		if j.pos++; !j.end() && (j.s[j.pos] == '+' || j.s[j.pos] == '-') {
			j.pos++
		}
		if j.end() {
			return j.ended("expected a digit for number exponent")
		}
		if j.digits() == 0 {
			return odd("Exponent indicator not followed by a digit")
		}
	}
	if len(j.open) == 0 && !j.end() && !strings.ContainsRune(" \t\r\n", rune(j.s[j.pos])) {
		return j.unexpected("Expected space separating root-level values")
	}
	return nil
}

func (j *jackson) digits() (n int) {
	for ; !j.end() && j.s[j.pos]-'0' <= 9; n++ {
		j.pos++
	}
	return n
}

// sign is the fault of a number that begins with a plus, or has no digit behind its minus.
func (j *jackson) sign(sign string) error {
	j.pos++
	switch {
	case j.end() && sign == "-":
		return j.ended("No digit following sign")
	case j.end():
		return j.ended(" in a Number value")
	case j.s[j.pos] == 'I':
		word := sign + "Infinity"
		if j.pos+1 < len(j.s) && j.s[j.pos+1] == 'N' {
			word = sign + "INF"
		}
		return j.nonStandard(word, 1)
	case sign == "+":
		return j.odd(j.pos-1, "JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow")
	case j.s[j.pos] == '.':
		return j.unexpected("expected a valid value " + jacksonValues)
	}
	return j.odd(j.pos, "expected digit (0-9) to follow minus sign, for valid numeric value")
}

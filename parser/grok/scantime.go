package grok

// monthAt returns 3 if an English month's three letters are at p, noMatch if no
// month of the definition can begin there, else unsure.
func monthAt(line []byte, p int) int {
	if len(line)-p < 3 {
		if len(line)-p < 2 {
			return noMatch
		}
		return unsure
	}
	a, b, c := line[p]|0x20, line[p+1], line[p+2]
	ok := false
	switch a {
	case 'j':
		if ok = b == 'a' && c == 'n' || b == 'u' && (c == 'n' || c == 'l'); !ok {
			return noMatch
		}
	case 'f':
		if ok = b == 'e' && c == 'b'; !ok {
			return noMatch
		}
	case 'm':
		if ok = b == 'a' && (c == 'r' || c == 'y'); !ok && b != 'a' && b != 'r' && b < 0x80 {
			return noMatch
		}
	case 'a':
		if ok = b == 'p' && c == 'r' || b == 'u' && c == 'g'; !ok {
			return noMatch
		}
	case 's':
		if ok = b == 'e' && c == 'p'; !ok {
			return noMatch
		}
	case 'o':
		if ok = b == 'c' && c == 't'; !ok && b != 'k' && b != 't' {
			return noMatch
		}
	case 'n':
		if ok = b == 'o' && c == 'v'; !ok {
			return noMatch
		}
	case 'd':
		if ok = b == 'e' && c == 'c'; !ok && b != 'e' {
			return noMatch
		}
	default:
		return noMatch
	}
	if !ok {
		return unsure
	}
	return 3
}

// two returns the number that two digits at p make, -1 if they are not there.
func two(line []byte, p int) int {
	if len(line)-p < 2 {
		return -1
	}
	a, b := line[p]-'0', line[p+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// clock reads HH:MM:SS with two digits each; its end, or unsure.
func clock(line []byte, p int) int {
	if len(line)-p < 8 || line[p+2] != ':' || line[p+5] != ':' {
		return unsure
	}
	h, m, s := two(line, p), two(line, p+3), two(line, p+6)
	if uint(h) > 23 || uint(m) > 59 || uint(s) > 59 {
		return unsure
	}
	return p + 8
}

// wholeClock reads a clock that nothing follows which could be part of it.
func wholeClock(line []byte, p int) int {
	end := clock(line, p)
	if end < 0 {
		return unsure
	}
	if end < len(line) {
		if c := line[end]; c == ':' || c == '.' || c == ',' || kindOf[c]&isDigit != 0 {
			return unsure
		}
	}
	return end
}

func scanTime(line []byte, p int) int {
	if !is(line, p, isDigit) {
		return noMatch
	}
	return wholeClock(line, p)
}

func scanSyslogTimestamp(line []byte, p int) int {
	v := monthAt(line, p)
	if v == noMatch || wordBefore(line, p, false) {
		return noMatch
	}
	if v == unsure || p+3 < len(line) && line[p+3] != ' ' {
		return longMonth(line, p)
	}
	p += 3
	for p < len(line) && line[p] == ' ' {
		p++
	}
	d := 0
	for d < 2 && is(line, p+d, isDigit) {
		d++
	}
	switch {
	case d == 1 && line[p] != '0', d == 2 && two(line, p) >= 1 && two(line, p) <= 31:
	default:
		return noMatch
	}
	p += d
	if p >= len(line) || line[p] != ' ' {
		return noMatch
	}
	return wholeClock(line, p+1)
}

// longMonth is unsure of a word, in whatever language, before a blank and a day.
func longMonth(line []byte, p int) int {
	for p < len(line) && kindOf[line[p]]&(isAlnum|isHigh) != 0 {
		p++
	}
	if p >= len(line) || line[p] != ' ' {
		return noMatch
	}
	for p < len(line) && line[p] == ' ' {
		p++
	}
	if is(line, p, isDigit) {
		return unsure
	}
	return noMatch
}

func scanHTTPDate(line []byte, p int) int {
	if !is(line, p, isDigit) {
		return noMatch
	}
	if len(line)-p < 3 || line[p+1] != '/' && line[p+2] != '/' {
		return noMatch
	}
	if len(line)-p < len("17/May/2015:10:05:03 +0") {
		return unsure
	}
	if d := two(line, p); d < 1 || d > 31 || line[p+6] != '/' || monthAt(line, p+3) != 3 ||
		two(line, p+7) < 0 || two(line, p+9) < 0 || line[p+11] != ':' {
		return unsure
	}
	end := wholeClock(line, p+12)
	if end < 0 || end >= len(line) || line[end] != ' ' {
		return unsure
	}
	return scanInt(line, end+1)
}

func scanISO8601(line []byte, p int) int {
	if !is(line, p, isDigit) {
		return noMatch
	}
	if two(line, p) < 0 {
		return noMatch
	}
	if two(line, p+2) < 0 || len(line)-p < len("2015-05-17T10:05:03") || line[p+4] != '-' || line[p+7] != '-' {
		if len(line)-p > 4 && line[p+2] != '-' && line[p+4] != '-' {
			return noMatch
		}
		return unsure
	}
	if m, d := two(line, p+5), two(line, p+8); m < 1 || m > 12 || d < 1 || d > 31 || line[p+10] != 'T' && line[p+10] != ' ' {
		return unsure
	}
	end := clock(line, p+11)
	if end < 0 {
		return unsure
	}
	if end < len(line) && (line[end] == '.' || line[end] == ',' || line[end] == ':') {
		if frac := skip(line, end+1, isDigit); frac > end+1 {
			end = frac
		}
	}
	if end == len(line) {
		return end
	}
	switch c := line[end]; {
	case c == 'Z':
		return end + 1
	case (c == '+' || c == '-') && is(line, end+1, isDigit):
		zone := end + 3
		if zone < len(line) && line[zone] == ':' {
			zone++
		}
		if h, m := two(line, end+1), two(line, zone); uint(h) > 23 || uint(m) > 59 {
			return unsure
		}
		return zone + 2
	case kindOf[c]&isDigit != 0:
		return unsure
	}
	return end
}

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
	switch uint32(line[p]|0x20) | uint32(line[p+1])<<8 | uint32(line[p+2])<<16 {
	case 'j' | 'a'<<8 | 'n'<<16, 'f' | 'e'<<8 | 'b'<<16, 'm' | 'a'<<8 | 'r'<<16, 'a' | 'p'<<8 | 'r'<<16,
		'm' | 'a'<<8 | 'y'<<16, 'j' | 'u'<<8 | 'n'<<16, 'j' | 'u'<<8 | 'l'<<16, 'a' | 'u'<<8 | 'g'<<16,
		's' | 'e'<<8 | 'p'<<16, 'o' | 'c'<<8 | 't'<<16, 'n' | 'o'<<8 | 'v'<<16, 'd' | 'e'<<8 | 'c'<<16:
		return 3
	}
	switch a, b := line[p]|0x20, line[p+1]; {
	case a == 'm' && (b == 'a' || b == 'r' || b >= 0x80), a == 'o' && (b == 'k' || b == 't'), a == 'd' && b == 'e':
		return unsure // a month of another language
	}
	return noMatch
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

// within reports whether each byte of a word is zero's, or exceeds it by no more than most says.
func within(word, zero, most uint64) bool {
	d := word ^ zero
	return (d+(low-most)|d)&high == 0
}

// clock reads HH:MM:SS with two digits each; its end, or unsure. It looks at
// all eight bytes at once: none may exceed what its place allows.
func clock(line []byte, p int) int {
	if p > len(line)-8 {
		return unsure
	}
	d := eight(line, p)
	if !within(d, 0x30303A30303A3030, 0x0905000905000902) || d&0xFF == '2' && d>>8&0xFF > '3' { // 00:00:00, 29:59:59
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
	if v == noMatch || afterWord(line, p) {
		return noMatch
	}
	if v == unsure || p+3 < len(line) && line[p+3] != ' ' {
		return longMonth(line, p)
	}
	p += 3
	for p < len(line) && line[p] == ' ' {
		p++
	}
	end := dayAt(line, p)
	if end < 0 || end >= len(line) || line[end] != ' ' {
		return noMatch
	}
	return wholeClock(line, end+1)
}

// dayAt reads a day of the month that nothing but a blank may follow.
func dayAt(line []byte, p int) int {
	if len(line)-p < 2 {
		return noMatch
	}
	switch a, b := line[p]-'0', line[p+1]-'0'; {
	case a > 9:
	case b > 9:
		if a > 0 {
			return p + 1
		}
	case a == 0 && b > 0, a == 1, a == 2, a == 3 && b < 2:
		return p + 2
	}
	return noMatch
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
	if len(line)-p >= len("17/May/2015:10:05:03 +0") {
		const month = 0xFFFFFF << 24 // of the eight bytes from p on
		day, year := eight(line, p), eight(line, p+4)
		if within(day&^month, 0x302F0000002F3030, 0x0900000000000903) && within(year>>16, 0x3A303030302F, 0x0909090900) { // 00/…/0, 39/…/9, /0000:
			d := day&0xF*10 + day>>8&0xF
			if end := clock(line, p+12); end >= 0 && line[end] == ' ' && d-1 < 31 && monthAt(line, p+3) == 3 {
				return scanInt(line, end+1)
			}
		}
	}
	if !is(line, p, isDigit) || len(line)-p < 3 || line[p+1] != '/' && line[p+2] != '/' {
		return noMatch
	}
	return unsure
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

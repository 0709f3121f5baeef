package grok

// scanIPv4: an octet has as many digits as there are, for a dot or no digit
// follows; so there is one match at most.
func scanIPv4(line []byte, p int) int {
	if !is(line, p, isDigit) || p > 0 && is(line, p-1, isDigit) {
		return noMatch
	}
	for i := 0; ; i++ {
		v, d := 0, 0
		for d < 4 && is(line, p+d, isDigit) {
			v = v*10 + int(line[p+d]-'0')
			d++
		}
		if d == 0 || d > 3 || v > 255 {
			return noMatch
		}
		p += d
		if i == 3 {
			return p
		}
		if p >= len(line) || line[p] != '.' {
			return noMatch
		}
		p++
	}
}

// scanIPv6 rules out what has no colon where one must be.
func scanIPv6(line []byte, p int) int {
	d := 0
	for d < 5 && is(line, p+d, isHex) {
		d++
	}
	if d > 4 || p+d >= len(line) || line[p+d] != ':' {
		return noMatch
	}
	if d == 0 && (p+1 >= len(line) || line[p+1] != ':') {
		return noMatch
	}
	return unsure
}

func scanIP(line []byte, p int) int {
	if v := scanIPv6(line, p); v != noMatch {
		return v
	}
	return scanIPv4(line, p)
}

func scanHostname(line []byte, p int) int {
	if !is(line, p, isAlnum) {
		return noMatch
	}
	if v := wordBegins(line, p); v < 0 {
		return v
	}
	for {
		end := skip(line, p, isHost)
		if end-p > 63 {
			return unsure
		}
		if end >= len(line) || line[end] != '.' {
			return end
		}
		if !is(line, end+1, isAlnum) {
			return end + 1
		}
		p = end + 1
	}
}

func scanIPOrHost(line []byte, p int) int {
	if !is(line, p, isAlnum) && (p >= len(line) || line[p] != ':') {
		return noMatch
	}
	if kindOf[line[p]]&isHex != 0 || line[p] == ':' {
		if scanIPv6(line, p) == unsure {
			return unsure
		}
		if end := scanIPv4(line, p); end >= 0 {
			if is(line, end, isHost) || end < len(line) && line[end] == '.' {
				return unsure // the host name may be longer
			}
			return end
		}
	}
	return scanHostname(line, p)
}

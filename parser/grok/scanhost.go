package grok

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// scanIPv4: an octet has as many digits as there are, for a dot or no digit
// follows; so there is one match at most.
func scanIPv4(line []byte, p int) int {
	const zeros, others, high = 0x30303030, 0x76767676, 0x80808080 // others makes high bits of what are no digits
	last := len(line) - 4
	if last-p < len("0.0.0.0")-4 || p > 0 && line[p-1]-'0' <= 9 {
		return noMatch
	}
	for dots := 0; ; dots++ {
		var d uint32
		if p <= last {
			d = binary.LittleEndian.Uint32(line[p:]) ^ zeros
		} else {
			d = binary.LittleEndian.Uint32(line[last:])>>(8*(p-last)) ^ zeros
		}
		n := bits.TrailingZeros32((d+others|d)&high) / 8
		if n == 0 || n > 3 || bits.ReverseBytes32(d<<((32-8*n)&31)) > 0x020505 { // 255
			return noMatch
		}
		if p += n; dots == 3 {
			return p
		}
		if p >= len(line) || line[p] != '.' {
			return noMatch
		}
		p++
	}
}

// group16 returns where the one to four hexadecimal digits at p end.
func group16(line []byte, p int) int {
	end := p
	for end < p+4 && is(line, end, isHex) {
		end++
	}
	return end
}

// mayBeIPv6 reports whether a colon is where each form of the address has one.
func mayBeIPv6(line []byte, p int) bool {
	end := group16(line, p)
	if end >= len(line) || line[end] != ':' {
		return false
	}
	return end > p || p+1 < len(line) && line[p+1] == ':'
}

// scanIPv6 reads groups and at most one double colon; IPv4 tails and zones are
// left to the generic nodes. Every other end lies before a digit or a colon.
func scanIPv6(line []byte, p int) int {
	if !mayBeIPv6(line, p) {
		return noMatch
	}
	groups := 0
	for groups < 7 {
		end := group16(line, p)
		if end == p || end >= len(line) || line[end] != ':' {
			break
		}
		p = end + 1
		groups++
	}
	most := 7 - groups // groups after the double colon
	if groups == 0 {
		p++
	}
	switch {
	case groups == 7 && is(line, p, isHex):
		p = group16(line, p)
	case p >= len(line) || line[p] != ':':
		if groups == 6 && is(line, p, isDigit) {
			return unsure
		}
		return noMatch
	case is(line, p+1, isHex) && most > 0:
		for n := 0; n < most && p < len(line) && line[p] == ':' && is(line, p+1, isHex); n++ {
			p = group16(line, p+1)
		}
	default:
		p++
	}
	if p < len(line) {
		if c := line[p]; c == '.' || c == ':' || c == '%' || kindOf[c]&isHex != 0 {
			return unsure
		}
	}
	return p
}

// scanIP: behind the digits that an address begins with the one kind has a dot and the other a colon.
func scanIP(line []byte, p int) int {
	if end := scanIPv4(line, p); end >= 0 {
		return end
	}
	return scanIPv6(line, p)
}

// shorterIP is for places where a colon or a digit may follow. An IPv4 address has one end. That of an IPv6 address
// can lie behind its double colon and behind each digit from there on, or behind each of its last group.
func shorterIP(line []byte, start, end int) int {
	if text := line[start:end]; len(text) >= len("0.0.0.0") && (text[1] == '.' || text[2] == '.' || text[3] == '.') {
		return noMatch
	}
	least := firstPairOf(line[:end], start, end, ':', ':')
	if least < 0 {
		least = start + bytes.LastIndexByte(line[start:end], ':')
	}
	least += 2
	for end--; end >= least; end-- {
		if line[end-1] != ':' || end == least {
			return end
		}
	}
	return noMatch
}

func scanHostname(line []byte, p int) int {
	if !is(line, p, isAlnum) || afterWord(line, p) {
		return noMatch
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
	if v := scanIPv6(line, p); v != noMatch {
		if v >= 0 && is(line, v, isHost) {
			return unsure
		}
		return v
	}
	return scanIPv4OrHost(line, p)
}

// shorterIPOrHost is for places where a colon may follow, and no part of a host name: what comes before the first
// colon of an IPv6 address is one.
func shorterIPOrHost(line []byte, start, end int) int {
	if shorter := shorterIP(line, start, end); shorter >= 0 {
		return shorter
	}
	if colon := bytes.IndexByte(line[start:end], ':'); colon > 0 {
		return scanHostname(line[:start+colon], start)
	}
	return noMatch
}

func scanIPv4OrHost(line []byte, p int) int {
	if end := scanIPv4(line, p); end >= 0 {
		if is(line, end, isHost) || end < len(line) && line[end] == '.' {
			return unsure // the host name may be longer
		}
		return end
	}
	return scanHostname(line, p)
}

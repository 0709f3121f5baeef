package javatext

import (
	"net/netip"
	"strconv"
	"strings"
)

// ParseAddr reads an IP address as Elasticsearch's InetAddresses does: IPv4 within IPv6 is IPv4, a zone is left out,
// 1.2.3. is 1.2.3.0, and numbers of an IPv4 address overflow as a Java byte does once they are above 127.
func ParseAddr(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if v4 := s[strings.LastIndexByte(s, ':')+1:]; err != nil && strings.Count(v4, ".") == 3 {
		a, err = netip.ParseAddr(s[:len(s)-len(v4)] + wrapped(v4))
	}
	return a.WithZone("").Unmap(), err == nil
}

// wrapped is an IPv4 address with its numbers as they are after Java's overflow; one that does not end well stays.
func wrapped(s string) string {
	parts := strings.Split(s, ".")
	for i, part := range parts {
		if part == "" && i == len(parts)-1 {
			parts[i] = "0"
		}
		var octet int8
		for j, c := range []byte(part) {
			digit := int(c) - '0'
			next := int(octet)*10 + digit
			if digit < 0 || digit > 9 || next > 255 || j > 0 && octet == 0 {
				return s
			}
			octet = int8(next)
		}
		if part != "" {
			parts[i] = strconv.Itoa(int(uint8(octet)))
		}
	}
	return strings.Join(parts, ".")
}

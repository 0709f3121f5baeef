// Package proxyproto reads the header that a proxy writes before a connection's bytes, to say who connected to it: the
// PROXY protocol of HAProxy, versions 1 and 2.
//
// It reads not a byte more than the header, and never decides whether the proxy may be believed.
package proxyproto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// ErrHeader is what errors wrap that are about what was read, not about reading.
var ErrHeader = errors.New("not a PROXY protocol header")

const (
	signature = "\r\n\r\n\x00\r\nQUIT\n" // of version 2
	maxText   = 107                      // bytes of a version 1 header
	maxBinary = 4096                     // bytes behind the fixed part of a version 2 header: addresses, and attributes
)

// Read reads the header and returns the address of whoever connected to the proxy. It is not valid when the proxy speaks
// for itself (a health check), or for something without an address. The longest header is some 4 KiB; a deadline is up
// to the caller.
func Read(r io.Reader) (netip.AddrPort, error) {
	var head [maxText]byte
	if _, err := io.ReadFull(r, head[:len(signature)]); err != nil {
		return netip.AddrPort{}, fmt.Errorf("read PROXY header: %w", err)
	}
	switch {
	case string(head[:len(signature)]) == signature:
		return readBinary(r)
	case bytes.HasPrefix(head[:], []byte("PROXY ")):
		return readText(r, head[:])
	}
	return netip.AddrPort{}, fmt.Errorf("%w: it begins with %q", ErrHeader, head[:len(signature)])
}

// readText reads version 1, of which the shortest header is longer than the signature that is in line already.
func readText(r io.Reader, line []byte) (source netip.AddrPort, err error) {
	n := len(signature)
	for ; !bytes.HasSuffix(line[:n], []byte("\r\n")); n++ {
		if n == len(line) {
			return source, fmt.Errorf("%w: no end of line in %d bytes", ErrHeader, n)
		}
		if _, err := io.ReadFull(r, line[n:n+1]); err != nil {
			return source, fmt.Errorf("read PROXY header: %w", err)
		}
	}
	part := strings.Split(string(line[:n-2]), " ")
	if part[1] == "UNKNOWN" {
		return source, nil
	}
	if len(part) != 6 || part[1] != "TCP4" && part[1] != "TCP6" {
		return source, fmt.Errorf("%w: %q", ErrHeader, line[:n])
	}
	addr, err := netip.ParseAddr(part[2])
	if err != nil || addr.Is4() != (part[1] == "TCP4") || addr.Zone() != "" {
		return source, fmt.Errorf("%w: address %q", ErrHeader, part[2])
	}
	port, err := strconv.ParseUint(part[4], 10, 16)
	if err != nil {
		return source, fmt.Errorf("%w: port %q", ErrHeader, part[4])
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}

// readBinary reads version 2 from behind the signature.
func readBinary(r io.Reader) (source netip.AddrPort, err error) {
	var fixed [4]byte // version and command, family and protocol, length
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return source, fmt.Errorf("read PROXY header: %w", err)
	}
	size := int(binary.BigEndian.Uint16(fixed[2:]))
	if fixed[0]>>4 != 2 || fixed[0]&15 > 1 || size > maxBinary {
		return source, fmt.Errorf("%w: version and command %#x, %d bytes", ErrHeader, fixed[0], size)
	}
	rest := make([]byte, size)
	if _, err := io.ReadFull(r, rest); err != nil {
		return source, fmt.Errorf("read PROXY header: %w", err)
	}
	width := map[byte]int{0x11: 4, 0x21: 16}[fixed[1]] // TCP over IPv4, over IPv6
	if fixed[0]&15 == 0 || width == 0 {                // LOCAL, or something without an address
		return source, nil
	}
	if size < 2*width+4 {
		return source, fmt.Errorf("%w: %d bytes for two addresses", ErrHeader, size)
	}
	addr, _ := netip.AddrFromSlice(rest[:width])
	return netip.AddrPortFrom(addr.Unmap(), binary.BigEndian.Uint16(rest[2*width:])), nil
}

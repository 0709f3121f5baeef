package proxyproto

import (
	"errors"
	"io"
	"strings"
	"testing"
)

const (
	v4    = signature + "\x21\x11\x00\x0c\xc0\x00\x02\x01\x7f\x00\x00\x01\x30\x39\x02\x02"
	v6    = signature + "\x21\x21\x00\x24\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x30\x39\x02\x02"
	local = signature + "\x20\x00\x00\x00"
)

func TestRead(t *testing.T) {
	for _, test := range []struct{ header, want string }{
		{"PROXY TCP4 192.0.2.1 127.0.0.1 12345 514\r\n", "192.0.2.1:12345"},
		{"PROXY TCP6 2001:db8::1 ::1 12345 514\r\n", "[2001:db8::1]:12345"},
		{"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
		{"PROXY UNKNOWN\r\n", "invalid AddrPort"},
		{"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "invalid AddrPort"},
		{v4, "192.0.2.1:12345"},
		{strings.Replace(v4, "\x00\x0c", "\x00\x10", 1) + "\x04\x00\x01x", "192.0.2.1:12345"}, // an attribute
		{v6, "[2001:db8::1]:12345"},
		{local, "invalid AddrPort"},
		{signature + "\x21\x31\x00\x02xx", "invalid AddrPort"}, // a Unix socket
	} {
		r := strings.NewReader(test.header + "<13>line\n")
		got, err := Read(iotest{r})
		if err != nil || got.String() != test.want {
			t.Errorf("%q: %v, %v", test.header, got, err)
		}
		if rest, _ := io.ReadAll(r); string(rest) != "<13>line\n" {
			t.Errorf("%q: leaves %q", test.header, rest)
		}
	}
}

// iotest gives a byte at a time.
type iotest struct{ r io.Reader }

func (o iotest) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

func TestReadRefuses(t *testing.T) {
	for _, header := range []string{
		"<13>Nov 21 23:40:00 web1 a: b\n", "PROXY TCP4 192.0.2.1 127.0.0.1 12345\r\n", "PROXY TCP4 2001:db8::1 ::1 1 2\r\n",
		"PROXY TCP4 192.0.2.1 127.0.0.1 65536 514\r\n", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", "PROXY UDP4 192.0.2.1 127.0.0.1 1 2\r\n",
		"PROXY " + strings.Repeat("x", 200) + "\r\n", "PROXY TCP4 192.0.2.1 127.0.0.1 -1 2\r\n",
		signature + "\x11\x11\x00\x00", signature + "\x22\x11\x00\x00", signature + "\x21\x11\xff\xff", signature + "\x21\x11\x00\x04abcd",
	} {
		if got, err := Read(strings.NewReader(header)); !errors.Is(err, ErrHeader) {
			t.Errorf("%q: %v, %v", header, got, err)
		}
	}
	for _, whole := range []string{v4, v6, local, "PROXY TCP4 192.0.2.1 127.0.0.1 12345 514\r\n"} {
		for n := range len(whole) {
			if got, err := Read(strings.NewReader(whole[:n])); err == nil || errors.Is(err, ErrHeader) {
				t.Errorf("%q: %v, %v", whole[:n], got, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{v4, v6, local, "PROXY TCP4 192.0.2.1 127.0.0.1 12345 514\r\n", "PROXY UNKNOWN\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := strings.NewReader(text)
		addr, err := Read(r)
		if read := len(text) - r.Len(); read > len(signature)+4+maxBinary {
			t.Errorf("read %d bytes", read)
		}
		if err != nil && addr.IsValid() || addr.Addr().Is4In6() || addr.Addr().Zone() != "" {
			t.Errorf("%v, %v", addr, err)
		}
	})
}

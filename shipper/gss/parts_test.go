package gss

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
)

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der := must(x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestPatterns(t *testing.T) {
	who := func(realm string, c ...string) Principal { return Principal{c, realm} }
	for _, c := range []struct {
		pattern string
		who     Principal
		want    bool
	}{
		{"host/*.example.com@EXAMPLE.COM", who("EXAMPLE.COM", "host", "web1.example.com"), true},
		{"host/*.example.com@EXAMPLE.COM", who("EXAMPLE.COM", "host", "web1.example.com.evil.net"), false},
		{"host/*.example.com@EXAMPLE.COM", who("EVIL.COM", "host", "web1.example.com"), false},
		{"host/*@EXAMPLE.COM", who("EXAMPLE.COM", "host", "a", "b"), false},
		{"host/*@EXAMPLE.COM", who("EXAMPLE.COM", "host/a"), false},
		{"host/*@EXAMPLE.COM", who("EXAMPLE.COM", "host", "a/b"), true},
		{"*@EXAMPLE.COM", who("EXAMPLE.COM", "alice"), true},
		{"*@EXAMPLE.COM", who("EXAMPLE.COM", "alice@EXAMPLE.COM"), true},
		{"*@EXAMPLE.COM", who("EXAMPLE.COM", "host", "a"), false},
		{"**@EXAMPLE.COM", who("EXAMPLE.COM", "host", "a"), true},
		{"**@*.COM", who("EXAMPLE.COM", "host", "a"), true},
		{"host/web?", who("HOME", "host", "web1"), true},
		{"host/web?", who("AWAY", "host", "web1"), false},
		{"**", who("AWAY", "x"), false},
		{"**@*", who("AWAY", "x"), true},
		{"HOST/web1", who("HOME", "host", "web1"), false},
	} {
		ps := must(parsePatterns([]string{"never/this@NOWHERE", c.pattern}))
		if got := ps.match(c.who, "HOME"); got != c.want {
			t.Errorf("%s and %s: %v", c.pattern, c.who, got)
		}
	}
	for _, s := range []string{"", "@REALM", "host/a@", "a@b@c", "host/[a@REALM"} {
		if _, err := parsePattern(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestPrincipalText(t *testing.T) {
	for want, p := range map[string]Principal{
		`host/a@R`:    {[]string{"host", "a"}, "R"},
		`host\/a@R`:   {[]string{"host/a"}, "R"},
		`a\@b@R`:      {[]string{"a@b"}, "R"},
		`a\\\/b/c@R`:  {[]string{`a\/b`, "c"}, "R"},
		`alice@R.T`:   {[]string{"alice"}, "R.T"},
		`a\/b/c\@d@R`: {[]string{"a/b", "c@d"}, "R"},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestValidate(t *testing.T) {
	good := DefaultConfig()
	good.AllowedPrincipals = []string{"host/*"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for key, edit := range map[string]func(*Config){
		"keytab":                     func(c *Config) { c.Keytab = "" },
		"service_names":              func(c *Config) { c.ServiceNames = nil },
		"allowed_principals":         func(c *Config) { c.AllowedPrincipals = nil },
		"enctypes":                   func(c *Config) { c.EncTypes = []int32{18, 23} },
		"clock_skew":                 func(c *Config) { c.ClockSkew = 0 },
		"handshake_timeout":          func(c *Config) { c.HandshakeTimeout = 0 },
		"max_message":                func(c *Config) { c.MaxMessage = 5 },
		"max_sessions":               func(c *Config) { c.MaxSessions = 0 },
		"max_handshakes":             func(c *Config) { c.MaxHandshakes = -1 },
		"max_handshakes_per_address": func(c *Config) { c.MaxHandshakesPerAddress = 0 },
		"replay_cache":               func(c *Config) { c.ReplayCache = 0 },
	} {
		c := good
		edit(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") || !strings.Contains(err.Error(), ": write ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestOpen compares decryption with the library's for every length around the block size.
func TestOpen(t *testing.T) {
	for _, et := range encTypes {
		key := randomKey(et)
		k := must(newUsageKey(key, usageInitiatorSeal))
		for n := range 100 {
			msg := make([]byte, n)
			rand.Read(msg)
			ed := must(crypto.GetEncryptedData(msg, key, usageInitiatorSeal, 0))
			got, err := k.open(bytes.Clone(ed.Cipher))
			if err != nil || !bytes.Equal(got, msg) {
				t.Fatalf("enctype %d, %d bytes: %v", et, n, err)
			}
			for i := range ed.Cipher {
				bad := bytes.Clone(ed.Cipher)
				bad[i] ^= 0x80
				if _, err := k.open(bad); err == nil {
					t.Fatalf("enctype %d, %d bytes: byte %d was changed unnoticed", et, n, i)
				}
			}
		}
		for n := range 60 {
			if _, err := k.open(make([]byte, n)); err == nil {
				t.Errorf("enctype %d: %d zeros were opened", et, n)
			}
		}
	}
}

func TestInflate(t *testing.T) {
	deflate := func(b []byte) []byte {
		var buf bytes.Buffer
		w := must(zlib.NewWriterLevel(&buf, 9))
		w.Write(b)
		w.Close()
		return buf.Bytes()
	}
	msg := []byte(strings.Repeat("<13>a line ", 100))
	z := deflate(msg)
	if !IsDeflated(append([]byte("z"), z...)) || IsDeflated([]byte("zebra")) || IsDeflated(nil) {
		t.Error("IsDeflated")
	}
	for range 2 { // a second time from the pool
		got, err := Inflate([]byte("kept "), z, len(msg))
		if err != nil || string(got) != "kept "+string(msg) {
			t.Fatalf("%q, %v", got, err)
		}
		for name, c := range map[string]struct {
			src  []byte
			max  int
			want error
		}{
			"one too many": {z, len(msg) - 1, ErrInflateLimit},
			"bomb":         {deflate(make([]byte, 50<<20)), 64 << 10, ErrInflateLimit},
			"cut":          {z[:len(z)-5], 1 << 20, ErrInflate},
			"no checksum":  {z[:len(z)-4], 1 << 20, ErrInflate},
			"bad checksum": {append(bytes.Clone(z[:len(z)-1]), z[len(z)-1]^1), 1 << 20, ErrInflate},
			"more after":   {append(bytes.Clone(z), 'x'), 1 << 20, ErrInflate},
			"no zlib":      {[]byte("<13>plain"), 1 << 20, ErrInflate},
			"empty":        {nil, 1 << 20, ErrInflate},
		} {
			got, err := Inflate([]byte("kept"), c.src, c.max)
			if !errors.Is(err, c.want) || string(got) != "kept" || cap(got) > 1<<20 {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	if got, err := Inflate(nil, deflate(nil), 10); err != nil || len(got) != 0 {
		t.Errorf("empty message: %v", err)
	}
}

func TestBucket(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1":          "192.0.2.1",
		"2001:db8:1:2:3::4":  "2001:db8:1:2::",
		"fe80::1%eth0":       "fe80::",
		"::ffff:192.0.2.255": "192.0.2.255",
	} {
		if got := bucket(netip.MustParseAddr(in).Unmap()); got != netip.MustParseAddr(want) {
			t.Errorf("%s: %s", in, got)
		}
	}
}

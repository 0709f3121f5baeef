package gss

import (
	"errors"
	"fmt"
	"time"
)

// maxHandshake is the longest handshake token. Windows allows tickets up to 65,535 bytes, MIT Kerberos
// makes them of one or two thousand; below 64 KiB the byte order of the length cannot be mistaken.
const maxHandshake = 64<<10 - 1

// wrapOverhead is what a token may be longer than the message in it: header, confounder, padding and MAC
// take less than 200 bytes, the rest is kindness to unusual mechanisms' padding.
const wrapOverhead = 64 << 10

// Config is what an Acceptor needs to know. Sizes are in bytes.
type Config struct {
	// Keytab is the path of the keytab with the keys of the service.
	Keytab string `yaml:"keytab"`
	// Patterns for the service in the ticket, such as host/log.example.com. Without a
	// realm, every realm in the keytab will do.
	ServiceNames []string `yaml:"service_names"`
	// Patterns for the sender, such as host/*.example.com@EXAMPLE.COM. * and ? stay
	// within a component, ** is every name. Without a realm, the realm of the service is meant.
	AllowedPrincipals []string `yaml:"allowed_principals"`
	// Encryption types that are accepted, by their IANA numbers, for the service key, the
	// session key and the subkey: 17 and 18 are AES with SHA-1, 19 and 20 AES with SHA-2.
	EncTypes []int32 `yaml:"enctypes"`
	// ClockSkew is how far a sender's clock may be from ours, either way.
	ClockSkew time.Duration `yaml:"clock_skew"`
	// Whether messages are accepted that are signed but not encrypted.
	AllowIntegrityOnly bool `yaml:"allow_integrity_only"`
	// Whether senders are accepted that do not speak GSS at all: anyone. Their sessions have no principal.
	AllowPlaintext bool `yaml:"allow_plaintext"`
	// Whether to answer with a key of our own, which makes recorded connections worthless everywhere.
	AcceptorSubkey bool `yaml:"acceptor_subkey"`
	// Whether a session ends when its ticket has expired, which loses what the sender has under way.
	EndWithTicket bool `yaml:"end_with_ticket"`
	// MaxMessage is the longest message; a token may be 64 KiB longer.
	MaxMessage int `yaml:"-"`
	// Most connections in and after their handshake.
	MaxSessions int `yaml:"max_sessions"`
	// Most handshakes under way. What is over is closed before a byte is read.
	MaxHandshakes int `yaml:"max_handshakes"`
	// Most handshakes under way from one IPv4 address or IPv6 /64. rsyslogd loses the line with which
	// it fails to connect, so there should be room for every sender behind one address to come back at once.
	MaxHandshakesPerAddress int `yaml:"max_handshakes_per_address"`
	// HandshakeTimeout is for the whole handshake.
	HandshakeTimeout time.Duration `yaml:"handshake_timeout"`
	// ReplayCache is how many authenticators are remembered; each for two to four times the clock skew.
	// When it is full, senders are refused until there is room.
	ReplayCache int `yaml:"replay_cache"`

	// Now is the clock, time.Now when nil.
	Now func() time.Time `yaml:"-"`
}

// DefaultConfig returns a configuration that lacks only the allowed principals.
func DefaultConfig() Config {
	return Config{
		Keytab:                  "/etc/krb5.keytab",
		ServiceNames:            []string{"host/*"},
		EncTypes:                []int32{17, 18, 19, 20},
		ClockSkew:               5 * time.Minute,
		AcceptorSubkey:          true,
		MaxMessage:              64 << 10,
		MaxSessions:             10000,
		MaxHandshakes:           1024,
		MaxHandshakesPerAddress: 64,
		HandshakeTimeout:        10 * time.Second,
		ReplayCache:             1 << 17,
	}
}

// SetDefaults makes c the default.
func (c *Config) SetDefaults() { *c = DefaultConfig() }

// UnmarshalYAML reads c over the defaults.
func (c *Config) UnmarshalYAML(read func(any) error) error {
	type plain Config
	c.SetDefaults()
	return read((*plain)(c))
}

// Validate reports everything that is wrong with c.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Keytab == "" {
		bad("keytab: is empty: write the path of a keytab, such as /etc/krb5.keytab")
	}
	if len(c.ServiceNames) == 0 {
		bad("service_names: is empty: write the service of this receiver, such as host/log.example.com, or host/*")
	} else if _, err := parsePatterns(c.ServiceNames); err != nil {
		bad("service_names: %w", err)
	}
	if len(c.AllowedPrincipals) == 0 {
		bad("allowed_principals: is empty: write who may send, such as host/*@EXAMPLE.COM, or **@EXAMPLE.COM for a whole realm")
	} else if _, err := parsePatterns(c.AllowedPrincipals); err != nil {
		bad("allowed_principals: %w", err)
	}
	if len(c.EncTypes) == 0 {
		bad("enctypes: is empty: write some of 17, 18, 19, 20")
	}
	for _, id := range c.EncTypes {
		if _, ok := encTypeOf(id); !ok {
			bad("enctypes: %d is not supported: write some of 17, 18, 19, 20", id)
		}
	}
	if c.ClockSkew < time.Second || c.ClockSkew > time.Hour {
		bad("clock_skew: %v is out of range: write 1s to 1h (5m is usual)", c.ClockSkew)
	}
	if c.HandshakeTimeout <= 0 {
		bad("handshake_timeout: %v is out of range: write a duration such as 10s", c.HandshakeTimeout)
	}
	if c.MaxMessage < 1<<10 || c.MaxMessage > 64<<20 {
		bad("max_message: %d is out of range: write 1024 to 67108864 bytes", c.MaxMessage)
	}
	for _, v := range []struct {
		key string
		n   int
	}{
		{"max_sessions", c.MaxSessions},
		{"max_handshakes", c.MaxHandshakes},
		{"max_handshakes_per_address", c.MaxHandshakesPerAddress},
		{"replay_cache", c.ReplayCache},
	} {
		if v.n < 1 {
			bad("%s: %d is out of range: write 1 or more", v.key, v.n)
		}
	}
	return errors.Join(errs...)
}

// Package tlsserver is the server's side of TLS for syslog (RFC 5425), compatible with rsyslog's gtls and ossl drivers:
// who may connect is told by certificate authorities, revocation lists, names and fingerprints.
//
// It accepts no connections and reads no messages. Certificates, keys and lists are read again when their files change,
// or on [Server.Reload]; connections go on as they are.
package tlsserver

import (
	"crypto/tls"
	"fmt"
	"runtime"
	"time"
)

// Config is the TLS part of a listener.
type Config struct {
	// File with the certificate of this server, and those between it and its authority (PEM).
	Certificate string `yaml:"certificate"`
	// File with its key (PEM).
	Key string `yaml:"key"`
	// Files with the authorities that senders' certificates must come from (PEM). Without them senders need no certificate,
	// unless permitted_peers has fingerprints.
	CA []string `yaml:"ca"`
	// Files with lists of revoked certificates, each signed by one of these authorities (PEM or DER).
	CRL []string `yaml:"crl"`
	// Names that senders' certificates must have one of: web1.example.org, *.example.org (* stands for one label or a
	// part of one), or fingerprints SHA256:AB:CD:... and SHA1:AB:CD:.... A name is looked for among the alternative names
	// of the certificate, then in its common name, as rsyslog does. All are permitted when empty.
	PermittedPeers []string `yaml:"permitted_peers"`
	// Oldest version of TLS: 1.2 or 1.3. 1.2 when empty.
	MinVersion string `yaml:"min_version"`
	// How long a handshake may take. 10s when 0.
	HandshakeTimeout time.Duration `yaml:"handshake_timeout"`
	// Most handshakes that compute at once; others wait for their turn. When 0, half of the processors: a flood of them
	// leaves the others to lines.
	MaxHandshakes int `yaml:"max_handshakes"`
}

const defaultTimeout = 10 * time.Second

// defaultHandshakes leaves at least half of the processors to other things, but not that of a machine with one.
func defaultHandshakes() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// Validate names the first key that is wrong, relative to this section, and what to write instead. It does not read the
// files: New does.
func (c *Config) Validate() error {
	switch {
	case c.Certificate == "":
		return fmt.Errorf("certificate: it is missing: write the file of the server's certificate")
	case c.Key == "":
		return fmt.Errorf("key: it is missing: write the file of the certificate's key")
	case len(c.CRL) > 0 && len(c.CA) == 0:
		return fmt.Errorf("crl: there is no authority that it could be of: write ca, too")
	case c.HandshakeTimeout < 0:
		return fmt.Errorf("handshake_timeout: %v is out of range: write a time above 0, such as 10s", c.HandshakeTimeout)
	case c.MaxHandshakes < 0:
		return fmt.Errorf("max_handshakes: %d is out of range: write a number above 0", c.MaxHandshakes)
	}
	if _, err := c.minVersion(); err != nil {
		return fmt.Errorf("min_version: %w", err)
	}
	p, err := parsePermitted(c.PermittedPeers)
	if err != nil {
		return fmt.Errorf("permitted_peers: %w", err)
	}
	if len(p.names) > 0 && len(c.CA) == 0 {
		return fmt.Errorf("permitted_peers: anybody can make a certificate with the name %q: write ca, too, or fingerprints only", c.PermittedPeers[0])
	}
	return nil
}

func (c *Config) minVersion() (uint16, error) {
	switch c.MinVersion {
	case "", "1.2":
		return tls.VersionTLS12, nil
	case "1.3":
		return tls.VersionTLS13, nil
	}
	return 0, fmt.Errorf("%q is no version: write 1.2 or 1.3", c.MinVersion)
}

package tlsserver

import (
	"crypto/sha1" //nolint:gosec // rsyslog's lists have such fingerprints
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
)

// permitted is a list of permitted peers.
type permitted struct {
	names  []string // lower case, with * within labels
	sha1   map[[sha1.Size]byte]bool
	sha256 map[[sha256.Size]byte]bool
}

func parsePermitted(list []string) (*permitted, error) {
	p := &permitted{sha1: map[[sha1.Size]byte]bool{}, sha256: map[[sha256.Size]byte]bool{}}
	for _, text := range list {
		kind, digits, fingerprint := strings.Cut(text, ":")
		if !fingerprint {
			if err := checkPattern(text); err != nil {
				return nil, err
			}
			p.names = append(p.names, strings.ToLower(text))
			continue
		}
		sum, err := hex.DecodeString(strings.ReplaceAll(digits, ":", ""))
		switch kind = strings.ToUpper(kind); {
		case err == nil && kind == "SHA1" && len(sum) == sha1.Size:
			p.sha1[[sha1.Size]byte(sum)] = true
		case err == nil && kind == "SHA256" && len(sum) == sha256.Size:
			p.sha256[[sha256.Size]byte(sum)] = true
		default:
			return nil, fmt.Errorf("%q is neither a name nor a fingerprint: write SHA256: and 32 bytes, or SHA1: and 20, in hexadecimal", text)
		}
	}
	return p, nil
}

func checkPattern(text string) error {
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || strings.ContainsAny(label, `[]?\/ `) {
			return fmt.Errorf("%q is not a name: write one such as web1.example.org or *.example.org", text)
		}
	}
	return nil
}

// any reports whether everybody is permitted.
func (p *permitted) any() bool { return len(p.names)+len(p.sha1)+len(p.sha256) == 0 }

// permits reports whether a certificate is permitted. Go itself does not look at common names; rsyslog's users have
// certificates with nothing else.
func (p *permitted) permits(c *x509.Certificate) bool {
	if p.any() || p.sha256[sha256.Sum256(c.Raw)] || p.sha1[sha1.Sum(c.Raw)] { //nolint:gosec // see above
		return true
	}
	for _, name := range append(c.DNSNames, c.Subject.CommonName) {
		for _, pattern := range p.names {
			if matches(pattern, strings.ToLower(name)) {
				return true
			}
		}
	}
	for _, ip := range c.IPAddresses {
		for _, pattern := range p.names {
			if pattern == ip.String() {
				return true
			}
		}
	}
	return false
}

// matches compares label by label: a * never stands for a dot.
func matches(pattern, name string) bool {
	patterns, labels := strings.Split(pattern, "."), strings.Split(name, ".")
	if len(patterns) != len(labels) {
		return false
	}
	for i := range labels {
		if ok, err := path.Match(patterns[i], labels[i]); !ok || err != nil || labels[i] == "" {
			return false
		}
	}
	return true
}

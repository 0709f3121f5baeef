package testbed

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// PKI is a certificate authority for one test, with ECDSA P-256 keys.
type PKI struct {
	CA string // the file of its certificate, PEM

	dir  string
	cert *x509.Certificate
	key  crypto.Signer
}

// NewPKI makes a certificate authority.
func NewPKI(t testing.TB) *PKI {
	t.Helper()
	p := &PKI{dir: t.TempDir()}
	p.cert = template("millrace test CA")
	p.cert.IsCA, p.cert.BasicConstraintsValid = true, true
	p.cert.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	p.CA, _, p.key = p.issue(t, "ca", p.cert)
	return p
}

// Issue makes a certificate and a key for a server or a client, and returns their files (PEM). The name is an
// IP address or a DNS name; it is the common name too.
func (p *PKI) Issue(t testing.TB, name string) (certFile, keyFile string) {
	t.Helper()
	c := template(name)
	c.KeyUsage = x509.KeyUsageDigitalSignature
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	certFile, keyFile, _ = p.issue(t, strings.NewReplacer("*", "_", "/", "_", ":", "_").Replace(name), c)
	return certFile, keyFile
}

func template(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
}

// issue signs c with the authority's key, or with its own when there is none yet.
func (p *PKI) issue(t testing.TB, file string, c *x509.Certificate) (certFile, keyFile string, key crypto.Signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("testbed: %v", err)
	}
	signer := p.key
	if signer == nil {
		signer = key
	}
	certDER, err := x509.CreateCertificate(rand.Reader, c, p.cert, key.Public(), signer)
	if err != nil {
		t.Fatalf("testbed: certificate %s: %v", file, err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatalf("testbed: key %s: %v", file, err)
	}
	certFile, keyFile = filepath.Join(p.dir, file+".pem"), filepath.Join(p.dir, file+".key")
	writeFile(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certDER})))
	writeFile(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	return certFile, keyFile, key
}

package tlsserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority issues certificates as a test wants them.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		SubjectKeyId: []byte(name),
	}
	a.issue("ca", a.cert)
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) write(name, kind string, der []byte, err error) {
	a.t.Helper()
	if err == nil {
		err = os.WriteFile(a.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
	}
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) issue(name string, c *x509.Certificate) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if a.key == nil {
		a.key = key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
	a.write(name+".pem", "CERTIFICATE", der, err)
	der, err = x509.MarshalPKCS8PrivateKey(key)
	a.write(name+".key", "PRIVATE KEY", der, err)
}

func TestExpiredAndRevoked(t *testing.T) {
	a := newAuthority(t, "test CA")
	for i, name := range []string{"server", "good", "revoked", "expired"} {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 10)), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		}
		if name == "expired" {
			c.NotAfter = time.Now().Add(-time.Minute)
		}
		a.issue(name, c)
	}
	list := &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(-time.Minute),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(12), RevocationTime: time.Now()}},
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	a.write("crl.pem", "X509 CRL", der, err)
	s, err := New(Config{Certificate: a.path("server.pem"), Key: a.path("server.key"), CA: []string{a.path("ca.pem")}, CRL: []string{a.path("crl.pem")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]Reason{"good": "", "revoked": ReasonRevoked, "expired": ReasonExpired} {
		peer, err := connect(t, s, hello(a.path(name+".pem"), a.path(name+".key"), nil))
		var failed *Error
		if want == "" && (err != nil || peer.Name != name) || want != "" && (!errors.As(err, &failed) || failed.Reason != want) {
			t.Errorf("%s: %+v, %v, want %q", name, peer, err, want)
		}
	}
	other := newAuthority(t, "other CA")
	if _, err := New(Config{Certificate: a.path("server.pem"), Key: a.path("server.key"), CA: []string{other.path("ca.pem")}, CRL: []string{a.path("crl.pem")}}, nil); err == nil {
		t.Error("a list of another authority is no error")
	}
}

package testbed

import (
	"crypto/x509"
	"os"
	"runtime"
	"testing"
)

// recorder notes how a test would have ended.
type recorder struct {
	testing.TB
	verdict string
}

func (r *recorder) Skipf(string, ...any)  { r.verdict = "skip"; runtime.Goexit() }
func (r *recorder) Fatalf(string, ...any) { r.verdict = "fatal"; runtime.Goexit() }

func certPool(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s: no certificate", file)
	}
	return pool
}

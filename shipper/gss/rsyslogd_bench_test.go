package gss

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// BenchmarkRsyslogd receives lines of 120 bytes that a real rsyslogd reads from a file, seals one by one and sends. What
// counts is the receiver's CPU time for each (cpu-ns/msg), system calls included: rsyslogd is the slower end.
func BenchmarkRsyslogd(b *testing.B) {
	k := startRealm(b)
	for _, name := range []string{"aes256-sha1", "aes256-sha2"} {
		b.Run(name, func(b *testing.B) {
			r := startReceiver(b, k.config())
			file := filepath.Join(b.TempDir(), "lines")
			host, _ := os.Hostname()
			line := strings.Repeat("x", 119-len("<133>Nov 21 22:14:15  tag ")-len(host)) + "\n"
			if err := os.WriteFile(file, bytes.Repeat([]byte(line), b.N), 0o644); err != nil {
				b.Fatal(err)
			}
			before := cpu(b)
			conf := fmt.Sprintf("module(load=\"imfile\")\ninput(type=\"imfile\" file=%q tag=\"tag\")\n", file)
			testbed.StartRsyslogd(b, conf+testbed.Omgssapi(r.port(), "encryption", ""),
				k.ClientEnv(k.client, k.ClientConfig("permitted_enctypes = "+name))...)
			testbed.Eventually(b, 5*time.Minute, func() bool {
				r.mu.Lock()
				defer r.mu.Unlock()
				return r.lines >= b.N
			}, "all lines")
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/msg")
			b.ReportMetric(float64(r.data.Len())/float64(b.N), "bytes/msg")
		})
	}
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

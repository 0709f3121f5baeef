// Package testbed starts the real servers that tests run against: Debian's redis-server and rsyslogd, and
// Elasticsearch, on loopback, on free ports, in temporary folders. Whatever a test starts here has ended,
// and its folder is gone, when the test is over. Nothing in the program imports this package, and nothing
// here touches a server that it did not start.
//
// A machine that cannot have a part (no root, no Debian, no Maven) skips the tests that need it and says why;
// with MILLRACE_TEST_REQUIRE=1, as in CI, they fail. The script `install` beside this file brings the parts.
package testbed

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Need returns the path of a part that the test cannot do without, and skips the test when the machine does
// not have it (or fails it, see the package comment). A part is the name of a command ("redis-server"), a
// module of rsyslog ("rsyslog/omrelp"), or "elasticsearch".
func Need(t testing.TB, part string) string {
	t.Helper()
	path, err := find(part)
	if err != nil {
		missing(t, part, err)
	}
	return path
}

// missing skips or fails the test for want of a part.
func missing(t testing.TB, part string, why error) {
	t.Helper()
	if os.Getenv("MILLRACE_TEST_REQUIRE") == "1" {
		t.Fatalf("testbed: %s is required here: %v", part, why)
	}
	t.Skipf("testbed: left out for want of %s: %v", part, why)
}

func find(part string) (string, error) {
	if part == "elasticsearch" {
		return findElasticsearch()
	}
	if module, ok := strings.CutPrefix(part, "rsyslog/"); ok {
		for _, pattern := range []string{"/usr/lib/*/rsyslog/", "/usr/lib/rsyslog/", "/usr/lib64/rsyslog/"} {
			if found, _ := filepath.Glob(pattern + module + ".so"); len(found) > 0 {
				return found[0], nil
			}
		}
		return "", fmt.Errorf("no such module of rsyslog on this machine; run internal/testbed/install as root")
	}
	path, err := exec.LookPath(part)
	if err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin"} { // not on a user's PATH
		if path, err := exec.LookPath(filepath.Join(dir, part)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w; run internal/testbed/install as root", err)
}

// Corpus returns the path of a file below shared/corpora, a folder of sample logs that may lie beside the
// checkout. Comparisons with it are an extra: the test is skipped when the file is not there.
func Corpus(t testing.TB, rel string) string {
	t.Helper()
	path, ok := findUp(filepath.Join("shared", "corpora", rel))
	if !ok {
		t.Skipf("testbed: comparison left out: no shared/corpora/%s beside this checkout", rel)
	}
	return path
}

// findUp looks for rel in the working directory, which for a test is its package's, and in all above it.
func findUp(rel string) (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		path := filepath.Join(dir, rel)
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

// Eventually polls cond until it is true, and fails the test when it is not within the given time. The message
// says what was waited for.
func Eventually(t testing.TB, within time.Duration, cond func() bool, message ...any) {
	t.Helper()
	if !poll(within, cond) {
		t.Fatalf("testbed: not within %v: %s", within, fmt.Sprintln(message...))
	}
}

// poll asks often at first, then less, so that a short wait ends soon and a long one costs little.
func poll(within time.Duration, cond func() bool) bool {
	deadline := time.Now().Add(within)
	for pause := time.Millisecond; !cond(); pause = min(2*pause, 100*time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(pause)
	}
	return true
}

// FreePort returns a port of 127.0.0.1 that was free for TCP and UDP a moment ago. Where a server can bind
// port 0 itself, let it.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 20 {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatalf("testbed: free port: %v", err)
		}
		udp, err := net.ListenPacket("udp", tcp.Addr().String())
		tcp.Close()
		if err == nil {
			udp.Close()
			return tcp.Addr().(*net.TCPAddr).Port
		}
	}
	t.Fatal("testbed: no port is free for both TCP and UDP")
	return 0
}

// tempDir is t.TempDir with a path short enough for a Unix socket, and open to servers that drop privileges.
func tempDir(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "millrace-"+name+"-")
	if err != nil {
		t.Fatalf("testbed: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatalf("testbed: %v", err)
	}
	return dir
}

// writeFile is os.WriteFile for tests.
func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatalf("testbed: %v", err)
	}
}

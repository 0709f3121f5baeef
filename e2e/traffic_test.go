package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writeConfig makes a configuration file.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "millrace.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// numbered is line n of a load: what was sent, stored and lost is told apart by the number.
func numbered(n int) string {
	return fmt.Sprintf("<86>%s host%02d sshd[%d]: Accepted password for ada from 192.0.2.%d port %d ssh2 n=%07d",
		time.Now().Format(time.Stamp), n%50, 1000+n%60000, n%250, 1024+n%60000, n)
}

var number = regexp.MustCompile(`n=(\d{7})`)

// numbersIn counts how often each number stands in the documents.
func numbersIn(t *testing.T, documents []map[string]any) map[int]int {
	t.Helper()
	found := map[int]int{}
	for _, d := range documents {
		m := number.FindStringSubmatch(original(d))
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(m[1])
		found[n]++
	}
	return found
}

// original is the line that a document was made of.
func original(doc map[string]any) string {
	e, _ := doc["event"].(map[string]any)
	s, _ := e["original"].(string)
	return s
}

// mustBeOnce fails unless each of the acknowledged numbers was stored once, and no number more often.
func mustBeOnce(t *testing.T, stored map[int]int, acknowledged []int) {
	t.Helper()
	var lost, twice []int
	for _, n := range acknowledged {
		if stored[n] == 0 {
			lost = append(lost, n)
		}
	}
	for n, times := range stored {
		if times > 1 {
			twice = append(twice, n)
		}
	}
	slices.Sort(twice)
	if len(lost) > 0 || len(twice) > 0 {
		t.Errorf("of %d acknowledged numbers %d are lost (%v …), %d are stored more than once (%v …)",
			len(acknowledged), len(lost), lost[:min(len(lost), 10)], len(twice), twice[:min(len(twice), 10)])
	}
}

// sendTCP sends the numbers from first to last over one connection, in pieces so that a pace can be kept.
func sendTCP(t *testing.T, addr string, first, last int, pace time.Duration) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = c.Close() }()
	const piece = 500
	var b strings.Builder
	for n := first; n <= last; n += piece {
		b.Reset()
		for i := n; i < min(n+piece, last+1); i++ {
			b.WriteString(numbered(i))
			b.WriteByte('\n')
		}
		if _, err := c.Write([]byte(b.String())); err != nil {
			t.Errorf("send: %v", err)
			return
		}
		time.Sleep(pace)
	}
}

// search runs `millrace search --json` and returns the documents.
func search(t *testing.T, args ...string) []map[string]any {
	t.Helper()
	out, stderr, code := millrace(t, append([]string{"search", "--json", "--limit", "1000000"}, args...)...)
	if code != 0 {
		t.Fatalf("search %v: exit code %d: %s", args, code, stderr)
	}
	var docs []map[string]any
	for line := range strings.Lines(out) {
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("search printed %q: %v", line, err)
		}
		docs = append(docs, d)
	}
	return docs
}

// awaitCount waits until `millrace search --count` answers at least n.
func awaitCount(t *testing.T, n int, args ...string) {
	t.Helper()
	last := ""
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		out, stderr, _ := millrace(t, append([]string{"search", "--count"}, args...)...)
		last = strings.TrimSpace(out) + stderr
		if got, err := strconv.Atoi(strings.TrimSpace(out)); err == nil && got >= n {
			return
		}
	}
	t.Fatalf("want %d documents, search --count says %s", n, last)
}

// files returns the content of all files below dir, by path. A folder that is not there yet has none.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		found[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func sequence(first, last int) []int {
	s := make([]int, 0, last-first+1)
	for n := first; n <= last; n++ {
		s = append(s, n)
	}
	return s
}

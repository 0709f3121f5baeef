package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What an operator gets wrong is named, with its place and the remedy, and ends the process with a code of its own.
func TestMistakesAreNamed(t *testing.T) {
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	file := write(t, filepath.Join(dir, "file"), "not a folder")
	broken := write(t, filepath.Join(dir, "broken.mmdb"), "not a database")
	write(t, filepath.Join(dir, "own", "mine.yml"), "processors:\n- grok:\n    field: message\n    patterns: ['%{NO_SUCH_NAME:x}']\n")
	write(t, filepath.Join(dir, "odd", "patterns", "mine"), "GOOD [a-z]+\nBAD (unclosed\n")
	write(t, filepath.Join(dir, "odd", "mine.yml"), "processors:\n- grok:\n    field: message\n    patterns: ['%{BAD:x}']\n")
	for name, c := range map[string]struct {
		config string
		args   []string
		code   int
		want   []string
	}{
		"unknown key":        {"spool:\n  disc: {}\n", []string{"check"}, 2, []string{":2:3:", "spool.disc", "did you mean disk?"}},
		"bad value":          {"batch:\n  linger: soon\n", []string{"check"}, 2, []string{":2:11:", "batch.linger", "such as 5ms"}},
		"out of range":       {"spool:\n  disk:\n    max_size: 3\n", []string{"check"}, 2, []string{":3:", "spool.disk.max_size", "write at least"}},
		"bad selector":       {"routes:\n- select: auht.*\n  lane: auth\n", []string{"check"}, 2, []string{":2:", "routes[0].select", "auht"}},
		"no such file":       {"", []string{"check", "--config", filepath.Join(dir, "none.yaml")}, 2, []string{"none.yaml", "no such file"}},
		"bad flag":           {"", []string{"up", "--lisen", "x"}, 2, []string{"--lisen"}},
		"bad listener":       {"", []string{"up", "--listen", "tpc://127.0.0.1:0"}, 2, []string{"tpc", "tcp://"}},
		"port in use":        {"", []string{"up", "--listen", "tcp://" + taken.Addr().String()}, 1, []string{taken.Addr().String(), "address already in use", "write another"}},
		"data is a file":     {"", []string{"up", "--data", file}, 1, []string{"data: ", file, "write a folder"}},
		"search elsewhere":   {"", []string{"search", "x", "--data", dir}, 1, []string{"data: ", dir, "--data"}},
		"all commented out":  {"# data: /x\n", []string{"search", "x", "--data", dir}, 1, []string{"--data"}},
		"broken GeoIP":       {fmt.Sprintf("parser: {geoip: [%q]}\n", broken), []string{"up"}, 2, []string{":1:", "parser.geoip", broken}},
		"unknown pattern":    {fmt.Sprintf("parser: {folder: %q}\n", filepath.Join(dir, "own")), []string{"check"}, 2, []string{"mine.yml:", "grok", "NO_SUCH_NAME"}},
		"broken pattern":     {fmt.Sprintf("parser: {folder: %q}\n", filepath.Join(dir, "odd")), []string{"check"}, 2, []string{"patterns/mine:2", "BAD"}},
		"no such pipeline":   {"parser: {rules: [{pipeline: none}]}\n", []string{"up"}, 2, []string{":1:", "parser.rules[0].pipeline", "none", "sshd"}},
		"work without Redis": {"", []string{"work"}, 2, []string{"spool.redis.url", "redis://"}},
		"setup without URL":  {"", []string{"setup"}, 2, []string{"index.elasticsearch.urls"}},
		"no such name":       {"", []string{"pipeline", "run", "nobody"}, 2, []string{"nobody", "sshd"}},
		"broken pipeline":    {"", []string{"pipeline", "run", filepath.Join(dir, "own", "mine.yml")}, 1, []string{"mine.yml:", "processors[0] (grok)", "NO_SUCH_NAME"}},
		"bad query":          {"", []string{"search", "user.name:("}, 2, []string{"user.name:(", "^"}},
		"times swapped":      {"", []string{"search", "--since", "1h", "--until", "2h"}, 2, []string{"--since", "--until"}},
		"bad time":           {"", []string{"search", "--since", "yesterdayish"}, 2, []string{"--since", "such as 2h"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := c.args
			if c.config != "" {
				args = append(args, "--config", writeConfig(t, c.config))
			}
			if args[0] == "up" && name != "data is a file" {
				args = append(args, "--data", t.TempDir())
			}
			_, stderr, code := millrace(t, args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, w := range c.want {
				if !strings.Contains(stderr, w) {
					t.Errorf("no %q in: %s", w, stderr)
				}
			}
		})
	}
}

func TestHelpFitsAScreenAndHasAnExample(t *testing.T) {
	for _, command := range []string{"demo", "up", "ship", "work", "setup", "replay", "search", "check", "grok", "pipeline", "pipeline run", "pipeline check", "pipeline test", "version"} {
		out, _, code := millrace(t, append(strings.Fields(command), "--help")...)
		if lines := strings.Count(out, "\n"); code != 0 || lines > 34 || !strings.Contains(out, "Example") || !strings.Contains(out, "millrace "+command) {
			t.Errorf("%s --help: code %d, %d lines:\n%s", command, code, lines, out)
		}
	}
}

func TestEffectiveConfigurationHidesSecretsAndIsValid(t *testing.T) {
	config := writeConfig(t, "index: {elasticsearch: {urls: [\"http://127.0.0.1:9\"], username: ada, password: open-sesame}}\nspool: {redis: {url: \"redis://127.0.0.1:6379\", password: swordfish}}\n")
	out, stderr, code := millrace(t, "check", "--effective", "--config", config)
	if code != 0 || strings.Contains(out, "open-sesame") || strings.Contains(out, "swordfish") || !strings.Contains(out, "username: ada") {
		t.Errorf("code %d: %s%s", code, out, stderr)
	}
	if _, stderr, code := millrace(t, "check", "--config", writeConfig(t, out)); code != 0 {
		t.Errorf("what --effective prints is not a configuration: %s", stderr)
	}
}

// A receiver starts while Redis is away, says so, and spools.
func TestRedisAwayAtStart(t *testing.T) {
	testbed.Need(t, "redis-server")
	url := fmt.Sprintf("redis://127.0.0.1:%d", testbed.FreePort(t))
	dir := t.TempDir()
	p := start(t, "ship", "--data", dir, "--redis", url, "--listen", "tcp://127.0.0.1:0")
	sendTCP(t, p.addr("tcp"), 0, 99, 0)
	testbed.Eventually(t, 20*time.Second, func() bool {
		return strings.Contains(p.output(), "127.0.0.1") && strings.Contains(strings.ToLower(p.output()), "redis")
	}, "nothing is said of Redis")
	testbed.Eventually(t, 20*time.Second, func() bool { return len(numbersInFiles(t, dir)) == 100 }, "files are not written")
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
}

func TestRedisThatEvictsIsRefused(t *testing.T) {
	rd := testbed.StartRedis(t, "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru")
	_, stderr, code := millrace(t, "ship", "--data", t.TempDir(), "--redis", rd.URL, "--listen", "tcp://127.0.0.1:0")
	if code != 1 || !strings.Contains(stderr, "maxmemory-policy") || !strings.Contains(stderr, "noeviction") {
		t.Errorf("code %d: %s", code, stderr)
	}
}

// While Elasticsearch is away lines are received and kept, and it is said; when it comes, they are indexed. Without
// templates nothing is indexed unless they may be installed.
func TestElasticsearchComesLate(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	dir := t.TempDir()
	away := writeConfig(t, fmt.Sprintf("data: %q\nlisteners: [{listen: \"tcp://127.0.0.1:0\"}]\nindex: {prefix: %s, elasticsearch: {urls: [\"http://127.0.0.1:%d\"]}}\n", dir, es.Prefix, testbed.FreePort(t)))
	p := start(t, "up", "--config", away)
	sendTCP(t, p.addr("tcp"), 0, 499, 0)
	testbed.Eventually(t, 20*time.Second, func() bool { return strings.Contains(p.output(), "waiting for Elasticsearch") }, "it is not said that Elasticsearch is away")
	testbed.Eventually(t, 20*time.Second, func() bool { return len(numbersInFiles(t, dir)) == 500 }, "files are not written")
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}

	refuse := fmt.Sprintf("data: %q\nlisteners: [{listen: \"tcp://127.0.0.1:0\"}]\nindex: {prefix: %s, elasticsearch: {urls: [%q]}, templates: {install: false}}\n", dir, es.Prefix, es.URL)
	_, stderr, code := millrace(t, "up", "--config", writeConfig(t, refuse))
	if code != 1 || !strings.Contains(stderr, "millrace setup") {
		t.Errorf("without templates: code %d: %s", code, stderr)
	}
	config := writeConfig(t, strings.Replace(refuse, "install: false", "install: true", 1))
	p = start(t, "up", "--config", config)
	awaitCount(t, 500, "Accepted", "--config", config)
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--config", config)), sequence(0, 499))
}

// What a client sends can't stop the process, and is stored.
func TestHostileBytesAreStored(t *testing.T) {
	dir := t.TempDir()
	p := start(t, "up", "--data", dir, "--listen", "tcp://127.0.0.1:0", "--listen", "udp://127.0.0.1:0")
	binary := "<13>\x00\x01\xff\xfe \x1b[31mred\nnext line"
	tcp, err := net.Dial("tcp", p.addr("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(tcp, "%d %s", len(binary), binary)
	fmt.Fprintf(tcp, "\n\n<13>after empty lines\n<13>%s\n", strings.Repeat("w", 40_000))
	fmt.Fprintf(tcp, "0 -5 99999999999 <13>odd counts\n")
	fmt.Fprintf(tcp, "%s\n<13>after a megabyte\n", strings.Repeat("x", 1<<20))
	_ = tcp.Close()
	udp, err := net.Dial("udp", p.addr("udp"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = udp.Write(nil)
	_, _ = udp.Write([]byte("<13>" + strings.Repeat("u", 65_503)))
	_, _ = udp.Write([]byte("<13>after a large datagram"))

	awaitCount(t, 8, "*", "--data", dir)
	found := map[string]bool{}
	for _, d := range search(t, "*", "--data", dir) {
		text := original(d)
		found[text[:min(len(text), 30)]] = true
		if strings.HasPrefix(text, "<13>uuu") && len(text) != 65_507 {
			t.Errorf("the largest datagram is stored with %d bytes", len(text))
		}
		if m, _ := d["millrace"].(map[string]any); strings.HasPrefix(text, "xxx") && (len(text) != 64<<10 || m["flags"] == nil) {
			t.Errorf("a megabyte is stored with %d bytes and flags %v", len(text), m["flags"])
		}
	}
	for _, want := range []string{"<13>after empty lines", "<13>after a megabyte", "<13>after a large datagram"} {
		if !found[want] {
			t.Errorf("%q is not stored; stored are %v", want, found)
		}
	}
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
}

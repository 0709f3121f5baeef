package testbed

import (
	"archive/zip"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// OpenSearch is a node for what the testbed's Elasticsearch lacks, user_agent and templates: the one whose URL
// MILLRACE_TEST_OPENSEARCH has, else one of the test's own. That takes a JDK of version 21, 60 MB of Maven Central and
// half a minute, so it is for make differ only. Stop, Kill9 and Restart are not for it.
func OpenSearch(t testing.TB) *Elasticsearch {
	t.Helper()
	e := &Elasticsearch{t: t, Prefix: uniquePrefix(), URL: os.Getenv("MILLRACE_TEST_OPENSEARCH")}
	if e.URL == "" {
		e.startOpenSearch()
	}
	const unlimited = `{"persistent": {"script.context.template.max_compilations_rate": "unlimited"}}`
	if status, answer := e.Do("PUT", "/_cluster/settings", unlimited); status != http.StatusOK {
		t.Fatalf("testbed: OpenSearch: %d %s", status, answer)
	}
	return e
}

func (e *Elasticsearch) startOpenSearch() {
	e.t.Helper()
	start, ok := findUp("internal/testbed/opensearch/start")
	if !ok {
		e.t.Fatal("testbed: not inside the repository")
	}
	port := strconv.Itoa(FreePort(e.t)) // the node does not say which one it has taken
	e.URL = "http://127.0.0.1:" + port
	e.dir = tempDir(e.t, "opensearch")
	e.process = startProcess(e.t, filepath.Join(e.dir, "start.log"), exec.Command(start, "--data", filepath.Join(e.dir, "data"), "--port", port))
	if !e.process.becomes(e.isOpenSearch, startWithin) {
		e.t.Fatalf("testbed: OpenSearch does not start; its log: %s", e.process.output())
	}
}

// OpenSearchAgents are the rules of its user_agent, from where its first start has brought them.
func OpenSearchAgents(t testing.TB) []byte {
	t.Helper()
	home, ok := findUp("internal/testbed/elasticsearch/home")
	if !ok {
		t.Fatal("testbed: not inside the repository")
	}
	dir, err := exec.Command(home).Output()
	if err != nil {
		t.Fatalf("testbed: %s: %v", home, err)
	}
	pattern := filepath.Join(filepath.Dir(strings.TrimSpace(string(dir))), "opensearch-*", "lib", "ingest-user-agent-*.jar")
	jars, err := filepath.Glob(pattern)
	if err != nil || len(jars) != 1 {
		t.Fatalf("testbed: %s: %d files, %v; one is expected, from the start of OpenSearch", pattern, len(jars), err)
	}
	jar, err := zip.OpenReader(jars[0])
	if err != nil {
		t.Fatalf("testbed: %v", err)
	}
	defer jar.Close()
	rules, err := fs.ReadFile(jar, "regexes.yml")
	if err != nil {
		t.Fatalf("testbed: %s: %v", jars[0], err)
	}
	return rules
}

func (e *Elasticsearch) isOpenSearch() bool {
	status, body, err := e.do("GET", "/", "")
	var node struct {
		Version struct{ Distribution string }
	}
	return err == nil && status == http.StatusOK && json.Unmarshal(body, &node) == nil && strings.EqualFold(node.Version.Distribution, "opensearch")
}

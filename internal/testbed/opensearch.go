package testbed

import (
	"encoding/json"
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
	if e.URL != "" {
		return e
	}
	start, ok := findUp("internal/testbed/opensearch/start")
	if !ok {
		t.Fatal("testbed: not inside the repository")
	}
	port := strconv.Itoa(FreePort(t)) // the node does not say which one it has taken
	e.URL = "http://127.0.0.1:" + port
	e.dir = tempDir(t, "opensearch")
	e.process = startProcess(t, filepath.Join(e.dir, "start.log"), exec.Command(start, "--data", filepath.Join(e.dir, "data"), "--port", port))
	if !e.process.becomes(e.isOpenSearch, startWithin) {
		t.Fatalf("testbed: OpenSearch does not start; its log: %s", e.process.output())
	}
	const unlimited = `{"persistent": {"script.context.template.max_compilations_rate": "unlimited"}}`
	if status, answer := e.Do("PUT", "/_cluster/settings", unlimited); status != http.StatusOK {
		t.Fatalf("testbed: OpenSearch: %d %s", status, answer)
	}
	return e
}

func (e *Elasticsearch) isOpenSearch() bool {
	status, body, err := e.do("GET", "/", "")
	var node struct {
		Version struct{ Distribution string }
	}
	return err == nil && status == http.StatusOK && json.Unmarshal(body, &node) == nil && strings.EqualFold(node.Version.Distribution, "opensearch")
}

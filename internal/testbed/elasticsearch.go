package testbed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startWithin bounds the wait for a node that needs 10 to 20 CPU-seconds on a busy machine.
const startWithin = 4 * time.Minute

// Elasticsearch is one node. It lacks what SonarQube's bundle leaves out: the geoip and user_agent processors,
// templates in `set`, match_only_text, scaled_float, constant_keyword and wildcard fields, ILM, _data_stream.
type Elasticsearch struct {
	URL            string // http://127.0.0.1:port
	User, Password string // empty without Auth
	Prefix         string // for the names of a test's indices, templates and pipelines: unlike any other test's

	t       testing.TB
	dir     string
	args    []string
	process *process
}

// ElasticsearchOption changes how a node is started.
type ElasticsearchOption func(*Elasticsearch)

// Auth turns security on (basic authentication, API keys) with one superuser, whose name is not "elastic":
// that one is reserved.
func Auth(user, password string) ElasticsearchOption {
	return func(e *Elasticsearch) {
		e.User, e.Password = user, password
		e.args = append(e.args, "--auth", user+":"+password)
	}
}

// Setting sets a setting of the node, for example "indexing_pressure.memory.limit", "1mb".
func Setting(key, value string) ElasticsearchOption {
	return func(e *Elasticsearch) { e.args = append(e.args, "--set", key+"="+value) }
}

// StartElasticsearch starts a node of the test's own. That costs 10 to 20 CPU-seconds: where the test neither
// stops the node nor changes its settings, take SharedElasticsearch. Left out with -short.
func StartElasticsearch(t testing.TB, options ...ElasticsearchOption) *Elasticsearch {
	t.Helper()
	start := needElasticsearch(t)
	e := &Elasticsearch{t: t, dir: tempDir(t, "elasticsearch"), Prefix: uniquePrefix()}
	e.args = []string{start, "--data", e.dir}
	for _, option := range options {
		option(e)
	}
	e.up()
	return e
}

func needElasticsearch(t testing.TB) (start string) {
	t.Helper()
	if testing.Short() {
		t.Skip("testbed: left out with -short: a start of Elasticsearch takes long")
	}
	return Need(t, "elasticsearch")
}

// findElasticsearch returns the script that starts a node, once `fetch` has brought what it starts.
func findElasticsearch() (string, error) {
	start, ok := findUp("internal/testbed/elasticsearch/start")
	if !ok {
		return "", errors.New("not inside the repository")
	}
	if _, err := exec.LookPath("java"); err != nil {
		return "", err
	}
	home, err := exec.Command(filepath.Join(filepath.Dir(start), "home")).Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(filepath.Dir(start), "home"), err)
	}
	if _, err := os.Stat(filepath.Join(strings.TrimSpace(string(home)), ".complete")); err != nil {
		return "", errors.New("not fetched; run internal/testbed/install")
	}
	return start, nil
}

func (e *Elasticsearch) up() {
	e.t.Helper()
	e.process = startProcess(e.t, filepath.Join(e.dir, "start.log"), exec.Command(e.args[0], e.args[1:]...))
	if !e.process.becomes(e.answers, startWithin) {
		e.t.Fatalf("testbed: Elasticsearch does not start; its log: %s", e.process.output())
	}
}

// answers reports whether the node listens where it wrote that it does, is this one, and has its data at hand.
func (e *Elasticsearch) answers() bool {
	url, err := nodeURL(e.dir)
	if err != nil {
		return false
	}
	e.URL = url
	status, _, err := e.do("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s", "")
	if err != nil || status != http.StatusOK {
		return false
	}
	status, body, err := e.do("GET", "/", "")
	var node struct{ Name string }
	return err == nil && status == http.StatusOK && json.Unmarshal(body, &node) == nil && node.Name == filepath.Base(e.dir)
}

// nodeURL reads the address that the node with its data in dir has bound.
func nodeURL(dir string) (string, error) {
	ports, err := os.ReadFile(filepath.Join(dir, "logs", "http.ports"))
	if err != nil {
		return "", err
	}
	addr, _, _ := strings.Cut(string(ports), "\n")
	if addr == "" {
		return "", errors.New("http.ports: nothing in it yet")
	}
	return "http://" + addr, nil
}

// Restart starts the node again after Stop or Kill9, on the same port and data.
func (e *Elasticsearch) Restart() {
	e.t.Helper()
	port := e.URL[strings.LastIndexByte(e.URL, ':')+1:]
	e.args = append(e.args, "--port", port)
	e.up()
}

// Stop sends SIGTERM and waits for the end.
func (e *Elasticsearch) Stop() { e.t.Helper(); e.process.stop(e.t) }

// Kill9 ends the launcher and the server at once.
func (e *Elasticsearch) Kill9() { e.process.kill() }

// Do sends a request, with a JSON (or NDJSON) body unless that is empty, and returns the answer's status and
// body.
func (e *Elasticsearch) Do(method, path, body string) (status int, answer []byte) {
	e.t.Helper()
	status, answer, err := e.do(method, path, body)
	if err != nil {
		e.t.Fatalf("testbed: %v", err)
	}
	return status, answer
}

// Count returns the number of documents that a search of the index pattern finds, after a refresh. It is 0
// while there is no such index, or none but that which is being created.
func (e *Elasticsearch) Count(pattern string) int {
	e.t.Helper()
	e.Do("POST", "/"+pattern+"/_refresh?ignore_unavailable=true", "")
	status, body := e.Do("GET", "/"+pattern+"/_count?ignore_unavailable=true", "")
	if status == http.StatusServiceUnavailable {
		return 0
	}
	var answer struct{ Count int }
	if err := json.Unmarshal(body, &answer); status != http.StatusOK || err != nil {
		e.t.Fatalf("testbed: count of %s: status %d: %s", pattern, status, body)
	}
	return answer.Count
}

// client keeps no connections, so that none of its goroutines is found by a leak check.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}

func (e *Elasticsearch) do(method, path, body string) (int, []byte, error) {
	req, err := http.NewRequest(method, e.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if e.User != "" {
		req.SetBasicAuth(e.User, e.Password)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return res.StatusCode, answer, nil
}

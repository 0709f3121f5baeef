package testbed

import (
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// SharedElasticsearch returns a node that other tests use too: the one that MILLRACE_TEST_ELASTICSEARCH names,
// by its URL or by its data folder (`make test` starts one for all packages), else one for this test binary.
// A test uses names that begin with Prefix, and leaves the rest of the cluster alone; what has such a name is
// deleted after the test. Stop, Kill9 and Restart are not for a shared node.
func SharedElasticsearch(t testing.TB) *Elasticsearch {
	t.Helper()
	e := &Elasticsearch{t: t, Prefix: uniquePrefix()}
	switch at := os.Getenv("MILLRACE_TEST_ELASTICSEARCH"); {
	case strings.HasPrefix(at, "http"):
		e.URL = strings.TrimSuffix(at, "/")
	case at != "":
		e.dir = at
		e.await()
	default:
		e.dir = ownShared(t)
		e.await()
	}
	t.Cleanup(e.deleteOwn)
	return e
}

// await waits for a node that somebody else has started, or is starting.
func (e *Elasticsearch) await() {
	e.t.Helper()
	within := startWithin
	if silent.Load() {
		within = time.Second
	}
	if !poll(within, e.answers) {
		silent.Store(true)
		e.t.Fatalf("testbed: the shared Elasticsearch in %s does not answer; its log: %s", e.dir, tail(filepath.Join(e.dir, "start.log")))
	}
}

// silent is set once the shared node has been waited for in vain, so that not every test waits as long.
var silent atomic.Bool

func (e *Elasticsearch) deleteOwn() {
	for _, of := range []string{"/", "/_index_template/", "/_component_template/", "/_ingest/pipeline/"} {
		_, _, _ = e.do("DELETE", of+e.Prefix+"*", "") // a 404 says that the test made none
	}
}

func uniquePrefix() string { return "t" + strings.ToLower(rand.Text()[:12]) }

// own is the node for all tests of this binary that share one. It ends with the binary: no test can say which
// of them is the last.
var own struct {
	sync.Mutex
	dir   string
	stdin io.Closer // the guardian's; open as long as this binary lives
}

// guardian runs a command until its own standard input ends, which it does however the test binary ends; then
// it kills the command's process group (set -m gives it one) and removes the folder. No goroutine of ours is
// needed for that.
const guardian = `set -m; dir=$1; shift
"$@" >"$dir/start.log" 2>&1 </dev/null & cat >/dev/null
kill -9 -$!; wait; rm -rf "$dir"`

func ownShared(t testing.TB) (dir string) {
	t.Helper()
	start := needElasticsearch(t)
	own.Lock()
	defer own.Unlock()
	if own.dir != "" {
		return own.dir
	}
	dir, err := os.MkdirTemp("", "millrace-elasticsearch-")
	if err != nil {
		t.Fatalf("testbed: %v", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatalf("testbed: %v", err)
	}
	cmd := exec.Command("bash", "-c", guardian, "guardian", dir, start, "--data", dir)
	cmd.SysProcAttr = ownGroup()
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("testbed: %v", err)
	}
	own.dir, own.stdin = dir, stdin
	return dir
}

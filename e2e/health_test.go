package e2e

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// /health says what of the receiver fails, also where the index is well.
func TestHealthOfTheReceiver(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hosts"), "no folder")
	p := start(t, "up", "--data", dir, "--listen", "tcp://127.0.0.1:0", "--http", "127.0.0.1:0")
	url := p.awaitLog("answering /metrics and /health")["http"].(string) + "/health"
	if status, body := get(t, url); status != http.StatusOK || body != `{"status":"ok","troubles":[]}`+"\n" {
		t.Errorf("at first: %d %s", status, body)
	}
	sendTCP(t, p.addr("tcp"), 0, 9, 0)
	testbed.Eventually(t, 10*time.Second, func() bool {
		status, body := get(t, url)
		return status == http.StatusServiceUnavailable && strings.Contains(body, "per-host files") && strings.Contains(body, "not a directory")
	}, "the files' trouble is not told")
}

// So it does of a worker that waits for Redis, and the log says it once.
func TestHealthOfAWorker(t *testing.T) {
	url := fmt.Sprintf("redis://127.0.0.1:%d", testbed.FreePort(t))
	p := start(t, "work", "--data", t.TempDir(), "--redis", url, "--http", "127.0.0.1:0")
	url = p.awaitLog("answering /metrics and /health")["http"].(string) + "/health"
	testbed.Eventually(t, 10*time.Second, func() bool {
		status, body := get(t, url)
		return status == http.StatusServiceUnavailable && strings.Contains(body, "connection refused")
	}, "Redis' trouble is not told")
	if err := p.stop(); err != nil || strings.Count(p.output(), "can't list the lanes") != 1 {
		t.Errorf("%v", err)
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// Package e2e runs the millrace binary among real rsyslogd, Redis and Elasticsearch servers, as users do.
package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) {
	if harmIfAsked() {
		return
	}
	dir, err := os.MkdirTemp("", "millrace-e2e-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "millrace")
	build := exec.Command("go", "build", "-o", binary, "github.com/millrace/millrace/cmd/millrace")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// process is a running millrace.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	ended  chan struct{}
	mu     sync.Mutex
	log    []map[string]any
	text   bytes.Buffer // the log as it was written
	waited error
}

// start runs millrace and waits until it says that it is ready.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary, append(args, "--log-format", "json")...), ended: make(chan struct{})}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.follow(bufio.NewScanner(stderr))
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("log of millrace %s:\n%s", strings.Join(args, " "), p.output())
		}
	})
	p.awaitLog("ready")
	return p
}

func (p *process) follow(lines *bufio.Scanner) {
	for lines.Scan() {
		var entry map[string]any
		_ = json.Unmarshal(lines.Bytes(), &entry)
		p.mu.Lock()
		p.log = append(p.log, entry)
		p.text.Write(append(lines.Bytes(), '\n'))
		p.mu.Unlock()
	}
	p.waited = p.cmd.Wait()
	close(p.ended)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// awaitLog waits for a log entry with that message.
func (p *process) awaitLog(msg string) map[string]any {
	p.t.Helper()
	return p.await(msg, func(e map[string]any) bool { return e["msg"] == msg })
}

// await waits for a log entry.
func (p *process) await(what string, wanted func(entry map[string]any) bool) map[string]any {
	p.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		p.mu.Lock()
		i := slices.IndexFunc(p.log, wanted)
		p.mu.Unlock()
		if i >= 0 {
			return p.log[i]
		}
		select {
		case <-p.ended:
			p.t.Fatalf("millrace ended before it said %q: %v\n%s", what, p.waited, p.output())
		default:
		}
	}
	p.t.Fatalf("millrace did not say %q:\n%s", what, p.output())
	return nil
}

// addr is the bound address of the first listener of that protocol, such as tcp.
func (p *process) addr(protocol string) string {
	p.t.Helper()
	return p.await("listening on "+protocol, func(e map[string]any) bool {
		return e["msg"] == "listening" && e["protocol"] == protocol
	})["address"].(string)
}

// stop ends the process with SIGTERM and returns its exit error.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		p.t.Errorf("millrace did not end on SIGTERM")
		p.kill()
	}
	return p.waited
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// millrace runs a command to its end.
func millrace(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exited := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

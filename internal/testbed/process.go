package testbed

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// process is a server in its own process group, which cannot outlive the test binary. Its output goes to a file.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has been waited for
}

// startProcess runs cmd until the test's end, with its output appended to the file log.
func startProcess(t testing.TB, log string, cmd *exec.Cmd) *process {
	t.Helper()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatalf("testbed: %v", err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = ownGroup()
	endWithParent(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		t.Fatalf("testbed: start %s: %v", cmd.Path, err)
	}
	p := &process{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // how it ended is of interest only when it should not have, and then the log tells
	}()
	t.Cleanup(p.kill)
	return p
}

// ownGroup keeps a terminal's Ctrl-C away from a server.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// becomes polls cond until it is true, and reports false when the process ends first or the time is over.
func (p *process) becomes(cond func() bool, within time.Duration) bool {
	ok := false
	poll(within, func() bool {
		ok = cond()
		return ok || !p.alive()
	})
	return ok
}

// stop sends SIGTERM and waits; what has not ended after 20 s is killed, and fails the test.
func (p *process) stop(t testing.TB) {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.kill()
		t.Errorf("testbed: %s did not end on SIGTERM; its log: %s", p.cmd.Path, p.output())
	}
}

// kill is kill -9 of the whole group.
func (p *process) kill() {
	if p.alive() {
		_ = syscall.Kill(-p.pid(), syscall.SIGKILL)
	}
	<-p.done
}

// output returns the end of the log.
func (p *process) output() []byte { return tail(p.log) }

func tail(log string) []byte {
	b, err := os.ReadFile(log)
	if err != nil {
		return []byte(err.Error())
	}
	const most = 4096
	return bytes.TrimSpace(b[max(0, len(b)-most):])
}

package e2e

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What reads lines ends at the first Ctrl-C: it has nothing to drain.
func TestInterrupt(t *testing.T) {
	for _, args := range [][]string{{"grok", "%{WORD:a}"}, {"pipeline", "run", "cron"}} {
		cmd := exec.Command(binary, args...)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := "<77>Nov 21 10:00:00 web1 cron[7]: (root) CMD (true)\n"
		if _, err := in.Write([]byte(strings.Repeat(line, 5000))); err != nil { // more than a pipe holds: it reads
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		_ = cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Errorf("%v goes on", args)
			_ = cmd.Process.Kill()
			<-ended
		}
	}
}

package testbed

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Rsyslogd is a Debian rsyslogd in the foreground, with a configuration, a work folder and a log socket of
// its own.
type Rsyslogd struct {
	Dir    string // its configuration, queues, and whatever its configuration writes
	Socket string // its log socket, as /dev/log is for the system's

	t       testing.TB
	env     []string
	process *process
}

// rsyslogHeader comes before the test's configuration. Rate limits would lose lines of a load test.
const rsyslogHeader = `global(workDirectory="{dir}" maxMessageSize="64k")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{dir}/log.sock" RateLimit.Interval="0")
`

// StartRsyslogd starts rsyslogd with the given configuration (RainerScript), in which {dir} stands for Dir,
// and with more variables in its environment ("KRB5_CONFIG=..."). Lines come in through Log, and through
// whatever inputs the configuration adds. Errors in the configuration fail the test.
func StartRsyslogd(t testing.TB, conf string, env ...string) *Rsyslogd {
	t.Helper()
	path := Need(t, "rsyslogd")
	dir := tempDir(t, "rsyslogd")
	r := &Rsyslogd{t: t, Dir: dir, Socket: filepath.Join(dir, "log.sock"), env: env}
	writeFile(t, r.conf(), strings.ReplaceAll(rsyslogHeader+conf, "{dir}", dir))
	check := exec.Command(path, "-N1", "-f", r.conf())
	if out, err := check.CombinedOutput(); err != nil {
		t.Fatalf("testbed: rsyslogd refuses its configuration: %s", out)
	}
	r.Restart()
	return r
}

func (r *Rsyslogd) conf() string { return filepath.Join(r.Dir, "rsyslog.conf") }

// Restart starts it again after Stop or Kill9, with the same configuration and queues.
func (r *Rsyslogd) Restart() {
	r.t.Helper()
	pidFile := filepath.Join(r.Dir, "rsyslogd.pid")
	os.Remove(pidFile) // Kill9 leaves it, and rsyslogd would refuse to start
	cmd := exec.Command(Need(r.t, "rsyslogd"), "-n", "-f", r.conf(), "-i", pidFile)
	cmd.Env = append(os.Environ(), r.env...)
	cmd.Dir = r.Dir
	r.process = startProcess(r.t, filepath.Join(r.Dir, "rsyslogd.log"), cmd)
	if !r.process.becomes(r.answers, 30*time.Second) {
		r.t.Fatalf("testbed: rsyslogd does not start; its log: %s", r.process.output())
	}
}

func (r *Rsyslogd) answers() bool {
	c, err := net.Dial("unixgram", r.Socket)
	if err != nil {
		return false
	}
	c.Close()
	_, err = os.Stat(filepath.Join(r.Dir, "rsyslogd.pid"))
	return err == nil
}

// Log sends messages as programs do through syslog(3), each with its priority and no host:
// "<38>Nov 21 23:40:00 sshd[7]: hello" or "<38>sshd[7]: hello". It blocks while rsyslogd does not keep up.
func (r *Rsyslogd) Log(messages ...string) {
	r.t.Helper()
	c, err := net.Dial("unixgram", r.Socket)
	if err != nil {
		r.t.Fatalf("testbed: rsyslogd's socket: %v", err)
	}
	defer c.Close()
	for _, m := range messages {
		if _, err := c.Write([]byte(m)); err != nil {
			r.t.Fatalf("testbed: rsyslogd's socket: %v", err)
		}
	}
}

// Stop sends SIGTERM, on which rsyslogd saves its disk-assisted queues, and waits for the end.
func (r *Rsyslogd) Stop() { r.t.Helper(); r.process.stop(r.t) }

// Kill9 ends it without a chance to save its queues.
func (r *Rsyslogd) Kill9() { r.process.kill() }

// Output returns the end of what it printed: its own errors are there.
func (r *Rsyslogd) Output() string { return string(r.process.output()) }

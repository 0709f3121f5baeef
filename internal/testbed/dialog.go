package testbed

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

// Dialog is a process that a test talks with, a line at a time, on the process's standard input and output.
type Dialog struct {
	cmd  *exec.Cmd
	to   io.WriteCloser
	from *bufio.Reader
}

// StartDialog starts cmd, which must end when its input does: at the end of the test, if not before.
func StartDialog(t testing.TB, cmd *exec.Cmd) *Dialog {
	t.Helper()
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = to.Close()
		_ = cmd.Wait()
	})
	return &Dialog{cmd: cmd, to: to, from: bufio.NewReaderSize(from, 1<<20)}
}

// Ask sends a line and waits for the one that answers it. The test is over when the process has ended.
func (d *Dialog) Ask(t testing.TB, line []byte) []byte {
	t.Helper()
	if _, err := d.to.Write(append(line[:len(line):len(line)], '\n')); err != nil {
		t.Fatalf("%s: %v", d.cmd.Path, err)
	}
	return d.Hear(t)
}

// Hear waits for a line that the process says unasked.
func (d *Dialog) Hear(t testing.TB) []byte {
	t.Helper()
	line, err := d.from.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s: %v after %.500q", d.cmd.Path, err, line)
	}
	return line[:len(line)-1]
}

// Again runs the test binary again, as a process of its own that plays a role. Its TestMain must ask Plays first.
func Again(t testing.TB, role string, part any) *Dialog {
	t.Helper()
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleEnv(role)+"="+string(text))
	cmd.Stderr = os.Stderr
	return StartDialog(t, cmd)
}

// Plays reports whether this process was started to play the role, and fills in part as it was given then.
func Plays(role string, part any) bool {
	text, ok := os.LookupEnv(roleEnv(role))
	if !ok {
		return false
	}
	if err := json.Unmarshal([]byte(text), part); err != nil {
		panic(err)
	}
	return true
}

func roleEnv(role string) string { return "MILLRACE_TEST_" + role }

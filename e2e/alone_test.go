package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The binary needs nothing of the machine: no zones of time, no certificates, no temporary folder.
func TestBinaryAlone(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("chroot needs root")
	}
	root := t.TempDir()
	code, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "millrace"), code, 0o755); err != nil {
		t.Fatal(err)
	}
	pipeline := `{"processors": [{"date": {"field": "message", "formats": ["yyyy-MM-dd HH:mm"], "timezone": "Europe/Berlin"}}]}`
	if err := os.WriteFile(filepath.Join(root, "p.json"), []byte(pipeline), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/millrace", "pipeline", "run", "/p.json", "--json")
	cmd.Stdin = strings.NewReader("2026-07-01 12:00\n")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", []string{}, &syscall.SysProcAttr{Chroot: root}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"@timestamp":"2026-07-01T12:00:00.000+02:00"`) {
		t.Errorf("%v\n%s", err, out)
	}
}

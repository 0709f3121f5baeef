package grokcli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func run(t *testing.T, o Options, in string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = Run(o, strings.NewReader(in), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), []byte("# mine\nSHOE \\d+[LR]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := filepath.Join(t.TempDir(), "set.txt")
	if err := os.WriteFile(set, []byte("# a set\n^b%{INT:n:int}$\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		o      Options
		in     string
		status int
		want   string // in stdout or stderr
	}{
		{"match", Options{Patterns: []string{`%{WORD:a} %{INT:b:int}`}}, "x 12\n", 0, "b = 12 (int)"},
		{"color", Options{Patterns: []string{`%{WORD:a}`}, Color: true}, "x\n", 0, "\x1b[36mx\x1b[0m"},
		{"json", Options{Patterns: []string{`%{WORD:a}`}, JSON: true}, "x\n", 0, `"captures":[{"field":"a","type":"string","value":"x","start":0,"end":1}]`},
		{"set", Options{Patterns: []string{`^a$`}, SetFile: set}, "b7\n", 0, "pattern 2"},
		{"own definitions", Options{Patterns: []string{`%{SHOE:s}`}, Dirs: []string{dir}}, "9L\n", 0, "s = 9L"},
		{"legacy", Options{Patterns: []string{`%{SYSLOGPROG}`}, Legacy: true}, "a[1]\n", 0, "program = a"},
		{"no match", Options{Patterns: []string{`^%{WORD:a} %{IP:b} end`}}, "x 1.2.3.4 and\n", 1, `got to byte 9 and wants the text " end"`},
		{"no match json", Options{Patterns: []string{`^%{WORD:a} y`}, JSON: true}, "x z\n", 1, `"want":"the text \" y\""`},
		{"no place", Options{Patterns: []string{`\d`}}, "x\n", 1, "no place"},
		{"control characters", Options{Patterns: []string{`%{GREEDYDATA:a}`}}, "\x1b[2J\x00\n", 0, `\x1b[2J\x00`},
		{"unknown name", Options{Patterns: []string{`%{WROD:a}`}}, "", 2, "did you mean WORD"},
		{"nothing to try", Options{}, "", 2, "no pattern"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := run(t, c.o, c.in)
			if status != c.status || !strings.Contains(out+errs, c.want) {
				t.Errorf("status %d, want %d; %q is not in %q %q", status, c.status, c.want, out, errs)
			}
			if strings.Contains(out, "\x1b[2J") {
				t.Error("a control sequence reaches the terminal")
			}
		})
	}
}

// A line is answered before the next one is there.
func TestAnswersAtOnce(t *testing.T) {
	in, lines := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- Run(Options{Patterns: []string{`%{WORD:a}`}, JSON: true}, in, out, io.Discard) }()
	for range 2 {
		_, _ = lines.Write([]byte("x\n"))
		if n, err := answers.Read(make([]byte, 1<<10)); err != nil || n == 0 {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
	_ = lines.Close()
	if status := <-ended; status != 0 {
		t.Errorf("status %d", status)
	}
}

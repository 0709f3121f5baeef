package hostfile

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/millrace/millrace/internal/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that stands still until it is set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type fixture struct {
	*Files
	t     *testing.T
	root  string
	clock *clock
	logs  *observer.ObservedLogs
}

func newFiles(t *testing.T, change func(*Config)) *fixture {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	core, logs := observer.New(zap.DebugLevel)
	x := &fixture{t: t, root: t.TempDir(), clock: &clock{t: time.Unix(1_800_000_000, 0)}, logs: logs}
	files, err := New(cfg, x.root, x.clock.now, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	x.Files = files
	t.Cleanup(files.Close)
	return x
}

// write appends one line, as the receiver does.
func (x *fixture) write(name, line string) Extent {
	x.t.Helper()
	for {
		if at, ok := x.Get([]byte(name), []byte("overflow/file")).Append(1, []byte(line+"\n")); ok {
			return at
		}
	}
}

func (x *fixture) read(name string) string {
	x.t.Helper()
	b, err := os.ReadFile(filepath.Join(x.root, name))
	if err != nil {
		x.t.Fatal(err)
	}
	return string(b)
}

func (x *fixture) want(name, text string) {
	x.t.Helper()
	if got := x.read(name); got != text {
		x.t.Errorf("%s holds %q, want %q", name, got, text)
	}
}

func TestLinesAreVisibleWithinTheInterval(t *testing.T) {
	x := newFiles(t, func(c *Config) { c.FlushInterval = time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { x.Run(ctx) })
	for i := range 3 {
		x.write("hosts/a/auth.log", fmt.Sprint("line ", i))
		testbed.Eventually(t, 10*time.Second, func() bool {
			b, _ := os.ReadFile(filepath.Join(x.root, "hosts/a/auth.log"))
			return strings.Count(string(b), "\n") == i+1
		}, "a line in its file")
	}
	cancel()
	done.Wait()
	if s := x.Stats(); s.Lines != 3 || s.Bytes != 21 || s.Open != 1 || s.Errors != 0 {
		t.Errorf("%+v", s)
	}
}

func TestLargeRunsAndSmallOnesStayInOrder(t *testing.T) {
	x := newFiles(t, nil)
	var want strings.Builder
	for i, size := range []int{10, 5000, 20_000, 3, 60_000, 5000, 100_000, 1} {
		line := strings.Repeat(string(rune('a'+i)), size)
		want.WriteString(line + "\n")
		if at := x.write("f", line); at.Offset+at.Length != int64(want.Len()) || at.Length != int64(size+1) {
			t.Errorf("line %d stands at %d+%d", i, at.Offset, at.Length)
		}
	}
	x.Flush()
	x.want("f", want.String())
}

func TestOpenFilesAreBounded(t *testing.T) {
	x := newFiles(t, func(c *Config) { c.MaxOpen = 10 })
	var first Extent
	for round := range 3 {
		for i := range 50 {
			at := x.write(fmt.Sprint("hosts/", i), fmt.Sprint(round))
			if round == 0 && i == 0 {
				first = at
			}
			x.write("busy", fmt.Sprint(round, i))
			if open := x.Stats().Open; open > 10 {
				t.Fatalf("%d files are open", open)
			}
		}
	}
	if _, ok := first.File.Append(1, []byte("x\n")); ok {
		t.Error("a file that was closed takes lines")
	}
	if !first.Held() {
		t.Error("a line of a file that was closed is lost")
	}
	x.Flush()
	for i := range 50 {
		x.want(fmt.Sprint("hosts/", i), "0\n1\n2\n")
	}
	if got := strings.Count(x.read("busy"), "\n"); got != 150 {
		t.Errorf("%d lines in the busy file", got)
	}
}

func TestBusyFilesAreNotTheOnesToClose(t *testing.T) {
	x := newFiles(t, func(c *Config) { c.MaxOpen = 4 })
	busy := x.write("busy", "x").File
	for i := range 20 {
		x.write(fmt.Sprint(i), "x")
		if _, ok := busy.Append(1, []byte("x\n")); !ok {
			t.Fatalf("the busy file was closed after %d others", i+1)
		}
	}
}

func TestReopenAfterRename(t *testing.T) {
	x := newFiles(t, nil)
	before := x.write("auth.log", "one")
	if err := os.Rename(filepath.Join(x.root, "auth.log"), filepath.Join(x.root, "auth.log.1")); err != nil {
		t.Fatal(err)
	}
	x.Reopen()
	if !before.Held() {
		t.Error("a line is lost with a rename")
	}
	after := x.write("auth.log", "two")
	x.Flush()
	x.want("auth.log.1", "one\n")
	x.want("auth.log", "two\n")
	if !before.Held() || !after.Held() || before.Inode == after.Inode || before.Inode == 0 {
		t.Errorf("inodes %d and %d", before.Inode, after.Inode)
	}
}

func TestCopyTruncate(t *testing.T) {
	x := newFiles(t, nil)
	before := x.write("auth.log", "one")
	x.Flush()
	if err := os.Truncate(filepath.Join(x.root, "auth.log"), 0); err != nil {
		t.Fatal(err)
	}
	after := x.write("auth.log", "three")
	if after.Held() || before.Held() {
		t.Error("an extent is believed over a truncation")
	}
	x.want("auth.log", "three\n")
	if at := x.write("auth.log", "four"); at.Offset != 6 || !at.Held() {
		t.Errorf("after a truncation a line is believed at %d", at.Offset)
	}
}

func TestTornLastLineIsClosed(t *testing.T) {
	x := newFiles(t, nil)
	for name, text := range map[string]string{"torn": "one\ntw", "whole": "one\n", "empty": ""} {
		if err := os.WriteFile(filepath.Join(x.root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"torn", "whole", "empty"} {
		if at := x.write(name, "new"); !at.Held() {
			t.Error("line is not held")
		}
	}
	if at := x.write("torn", "newer"); at.Offset != 11 {
		t.Errorf("second line at %d", at.Offset)
	}
	x.Flush()
	x.want("torn", "one\ntw\nnew\nnewer\n")
	x.want("whole", "one\nnew\n")
	x.want("empty", "new\n")
}

// fullDisk is a file on a disk with so many bytes left.
type fullDisk struct {
	handle
	room *int
}

func (d fullDisk) Write(b []byte) (int, error) {
	n := min(len(b), *d.room)
	*d.room -= n
	if n, err := d.handle.Write(b[:n]); n < len(b) {
		return n, &fs.PathError{Op: "write", Path: "f", Err: errorOr(err, syscall.ENOSPC)}
	}
	return n, nil
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func TestDiskFull(t *testing.T) {
	x := newFiles(t, nil)
	room := 7
	x.openFile = func(path string, flags int, mode fs.FileMode) (handle, error) {
		h, err := openFile(path, flags, mode)
		return fullDisk{h, &room}, err
	}
	kept := x.write("f", "one")
	x.Flush()
	if lost := x.write("f", "twotwo"); lost.Held() || !kept.Held() {
		t.Error("what is held is not told from what is lost")
	}
	for range 5 {
		x.write("f", "three")
		x.Flush()
	}
	x.want("f", "one\ntwo")
	if s := x.Stats(); s.LostLines != 6 || s.Lines != 1 || s.Errors != 6 || s.Failure == nil {
		t.Errorf("%+v", s)
	}
	if n := x.logs.FilterMessageSnippet("cannot write").Len(); n != 1 {
		t.Errorf("logged %d times", n)
	}
	room = 1 << 20 // somebody has made room
	if at := x.write("f", "four"); !at.Held() {
		t.Error("nothing is written though there is room")
	}
	x.want("f", "one\ntwo\nfour\n")
	x.clock.add(time.Minute)
	room = 0
	x.write("f", "five")
	x.Flush()
	if n := x.logs.FilterMessageSnippet("cannot write").Len(); n != 2 {
		t.Errorf("logged %d times", n)
	}
}

func TestTroubleWithOneFileIsNotTheOthers(t *testing.T) {
	x := newFiles(t, nil)
	if err := os.WriteFile(filepath.Join(x.root, "secret"), []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("secret", filepath.Join(x.root, "link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(x.root, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(x.root, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link", "pipe", "folder", "secret/below"} {
		if at := x.write(name, "x"); at.Held() {
			t.Errorf("%s was written to", name)
		}
		x.write(name, "again")
	}
	if at := x.write("good", "x"); !at.Held() {
		t.Error("the good file was not written")
	}
	x.want("secret", "secret\n")
	if s := x.Stats(); s.Errors != 4 || s.LostLines != 8 {
		t.Errorf("%+v: want one attempt a second per file", s)
	}
	os.Remove(filepath.Join(x.root, "link"))
	x.clock.add(2 * time.Second)
	if at := x.write("link", "x"); !at.Held() {
		t.Error("no second attempt")
	}
}

func TestNewNamesAreBounded(t *testing.T) {
	x := newFiles(t, func(c *Config) { c.MaxNewPerHour = 21; c.MaxOpen = 5 })
	for i := range 30 {
		x.write(fmt.Sprintf("hosts/%d/auth.log", i), "x")
	}
	x.Flush()
	if found, _ := filepath.Glob(filepath.Join(x.root, "hosts/*/auth.log")); len(found) != 10 {
		t.Errorf("%d files, want 10, for 10 folders in one more", len(found))
	}
	x.want("overflow/file", strings.Repeat("x\n", 20))
	x.write("hosts/3/auth.log", "known")
	x.Flush()
	x.want("hosts/3/auth.log", "x\nknown\n")
	if n := x.logs.FilterMessageSnippet("too many new").Len(); n != 1 {
		t.Errorf("logged %d times", n)
	}
	x.clock.add(time.Hour)
	x.write("hosts/29/auth.log", "later")
	x.Flush()
	x.want("hosts/29/auth.log", "later\n")
}

func TestModesOfNewFiles(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o022))
	x := newFiles(t, func(c *Config) { c.FileMode = "0604"; c.FolderMode = "0705" })
	x.write("a/b", "x")
	for name, want := range map[string]fs.FileMode{"a": 0o705, "a/b": 0o604} {
		if info, err := os.Stat(filepath.Join(x.root, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	_, err := New(DefaultConfig(), filepath.Join(t.TempDir(), "nowhere"), time.Now, zap.NewNop())
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"format": func(c *Config) { c.Format = "json" }, "max_open": func(c *Config) { c.MaxOpen = 0 },
		"flush_interval": func(c *Config) { c.FlushInterval = 0 }, "max_new_per_hour": func(c *Config) { c.MaxNewPerHour = 0 },
		"file_mode": func(c *Config) { c.FileMode = "rw" }, "folder_mode": func(c *Config) { c.FolderMode = "7777" },
	} {
		c := DefaultConfig()
		change(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") || !strings.Contains(err.Error(), "write") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestManyWritersOneFile(t *testing.T) {
	x := newFiles(t, func(c *Config) { c.MaxOpen = 2 })
	var done sync.WaitGroup
	for w := range 8 {
		done.Go(func() {
			for i := range 200 {
				x.write(fmt.Sprint("f", (w+i)%3), fmt.Sprintf("writer %d line %d", w, i))
				if i%50 == 0 {
					x.Reopen()
					x.Flush()
				}
			}
		})
	}
	done.Wait()
	x.Flush()
	lines := 0
	for i := range 3 {
		for line := range strings.Lines(x.read(fmt.Sprint("f", i))) {
			if lines++; !strings.HasPrefix(line, "writer ") {
				t.Errorf("mixed line %q", line)
			}
		}
	}
	if lines != 1600 {
		t.Errorf("%d lines, want 1600", lines)
	}
}

func BenchmarkAppend(b *testing.B) {
	files, err := New(DefaultConfig(), b.TempDir(), time.Now, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer files.Close()
	f := files.Get([]byte("f"), nil)
	run := []byte(strings.Repeat("Nov 21 23:40:00 web1 sshd[12345]: Failed password for invalid user admin from 192.0.2.17 port 51234 ssh2\n", 20))
	b.ReportAllocs()
	for b.Loop() {
		f.Append(20, run)
	}
}

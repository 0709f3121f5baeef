package e2e

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// replayed is what `millrace replay --json` printed.
type replayed struct{ Parts, Done, Failed, Read, Stored, Already, Dropped, Dead int }

func replay(t *testing.T, wantCode int, args ...string) (sum replayed, stderr string) {
	t.Helper()
	out, stderr, code := millrace(t, append([]string{"replay", "--json"}, args...)...)
	if code != wantCode {
		t.Fatalf("replay %v: exit code %d: %s%s", args, code, out, stderr)
	}
	if out != "" {
		if err := json.Unmarshal([]byte(out), &sum); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return sum, stderr
}

// fillSpool sends numbered lines to a receiver whose spool has no room for them all, until they are in files.
func fillSpool(t *testing.T, config, dir string, lines int) {
	t.Helper()
	p := start(t, "ship", "--config", config, "--data", dir, "--listen", "tcp://127.0.0.1:0")
	sendTCP(t, p.addr("tcp"), 0, lines-1, 0)
	testbed.Eventually(t, time.Minute, func() bool { return len(numbersInFiles(t, dir)) == lines }, "not all lines are in files")
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "gaps.jsonl")); err != nil {
		t.Fatalf("the spool took all lines: %v", err)
	}
}

// What a full spool did not take is replayed from the files, which were rotated and compressed meanwhile, beside a
// receiver that runs: each line is stored once.
func TestReplayGaps(t *testing.T) {
	const lines = 40_000
	dir, config := t.TempDir(), writeConfig(t, "spool: {disk: {max_size: 1MiB}}\n")
	fillSpool(t, config, dir, lines)
	logs, err := filepath.Glob(filepath.Join(dir, "hosts/20*/*/127.0.0.1/auth.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("%v %v", logs, err)
	}
	compress(t, logs[0], logs[0]+".1.gz")

	receiver := start(t, "ship", "--config", config, "--data", dir, "--listen", "tcp://127.0.0.1:0")
	if out, stderr, code := millrace(t, "replay", "--gaps", "--dry-run", "--data", dir); code != 0 || !strings.Contains(out, "auth.log.1.gz  lane auth  sender 127.0.0.1") {
		t.Errorf("%d %s%s", code, out, stderr)
	}
	first, _ := replay(t, 0, "--gaps", "--data", dir)
	if first.Stored == 0 || first.Stored != first.Read || first.Done != first.Parts {
		t.Errorf("%+v", first)
	}
	if again, _ := replay(t, 0, "--gaps", "--data", dir); again != (replayed{}) {
		t.Errorf("what is done is replayed again: %+v", again)
	}
	if err := os.Remove(filepath.Join(dir, "gaps.done.jsonl")); err != nil { // as if it had been killed
		t.Fatal(err)
	}
	if again, _ := replay(t, 0, "--gaps", "--data", dir); again.Already != first.Read || again.Stored != 0 {
		t.Errorf("%+v, and then %+v", first, again)
	}
	if err := receiver.stop(); err != nil {
		t.Error(err)
	}

	up := start(t, "up", "--config", config, "--data", dir, "--listen", "tcp://127.0.0.1:0")
	awaitCount(t, lines, "Accepted", "--data", dir)
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--data", dir)), sequence(0, lines-1))
	if _, stderr := replay(t, 1, logs[0]+".1.gz", "--data", dir); !strings.Contains(stderr, "stop millrace up") {
		t.Errorf("beside a running up: %s", stderr)
	}
	if err := up.stop(); err != nil {
		t.Error(err)
	}

	// Where the lines are gone it says so, each time, and does the others.
	if err := os.Remove(filepath.Join(dir, "gaps.done.jsonl")); err != nil {
		t.Fatal(err)
	}
	write(t, logs[0]+".1.gz", "gone\n")
	if sum, stderr := replay(t, 1, "--gaps", "--data", dir); sum.Failed != first.Parts || !strings.Contains(stderr, "gaps.jsonl:1: ") || !strings.Contains(stderr, "bring the file back") {
		t.Errorf("%+v %s", sum, stderr)
	}
}

// The same into Elasticsearch beside millrace up, interrupted and gone on with.
func TestReplayGapsBesideUp(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	const lines = 40_000
	dir := t.TempDir()
	config := writeConfig(t, fmt.Sprintf("index: {prefix: %s, elasticsearch: {urls: [%q]}}\nspool: {disk: {max_size: 1MiB}}\n", es.Prefix, es.URL))
	fillSpool(t, config, dir, lines)
	start(t, "up", "--config", config, "--data", dir, "--listen", "tcp://127.0.0.1:0")
	awaitCount(t, 1, "Accepted", "--config", config)
	cmd := exec.Command(binary, "replay", "--gaps", "--config", config, "--data", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	before := es.Count(es.Prefix + "-auth-*")
	testbed.Eventually(t, time.Minute, func() bool { return es.Count(es.Prefix+"-auth-*") > before }, "nothing is replayed")
	_ = cmd.Process.Signal(syscall.SIGINT)
	_ = cmd.Wait() // it may have been done already
	replay(t, 0, "--gaps", "--config", config, "--data", dir)
	awaitCount(t, lines, "Accepted", "--config", config)
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--config", config)), sequence(0, lines-1))
}

// A month whose index is gone is made anew of the files, with the documents that there were, but for what files do not
// tell. Replaying it again, also when its files were compressed, stores nothing.
func TestReplayFiles(t *testing.T) {
	const lines = 3000
	for _, format := range []string{"traditional", "raw"} {
		dir, config := t.TempDir(), writeConfig(t, "files: {format: "+format+"}\n")
		p := start(t, "up", "--config", config, "--data", dir, "--listen", "tcp://127.0.0.1:0")
		sendTCP(t, p.addr("tcp"), 0, lines-1, 0)
		awaitCount(t, lines, "Accepted", "--data", dir)
		if err := p.stop(); err != nil {
			t.Error(err)
		}
		before := search(t, "Accepted", "--data", dir)
		if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
			t.Fatal(err)
		}
		month := filepath.Join(dir, "hosts", time.Now().Format("2006/01"))
		if sum, _ := replay(t, 0, month, "--data", dir); sum.Read != lines || sum.Stored != lines || sum.Done != 1 {
			t.Errorf("%s: %+v", format, sum)
		}
		log := filepath.Join(month, "127.0.0.1/auth.log")
		compress(t, log, log+"-20261122.gz")
		if sum, _ := replay(t, 0, month, "--data", dir, "--since", "1h"); sum.Stored != 0 || sum.Already != lines {
			t.Errorf("%s: again: %+v", format, sum)
		}
		if sum, _ := replay(t, 0, month, "--data", dir, "--until", "1h"); sum.Read != 0 {
			t.Errorf("%s: of another time: %+v", format, sum)
		}
		after := search(t, "Accepted", "--data", dir)
		mustBeOnce(t, numbersIn(t, after), sequence(0, lines-1))
		if was, is := known(before[0], format), known(find(t, after, original(before[0])), format); was != is {
			t.Errorf("%s: the document was %s\nand is %s", format, was, is)
		}
		if _, stderr := replay(t, 1, filepath.Join(dir, "hosts"), "--data", dir); !strings.Contains(stderr, "of one route (routes[0])") {
			t.Errorf("%s", stderr)
		}
	}
}

func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "app.log"), "Nov 21 23:40:00 web1 app: hello\n")
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "--gaps"},
		{[]string{"--gaps", "x"}, 2, "--gaps"},
		{[]string{"--gaps", "--lane", "auth"}, 2, "--gaps"},
		{[]string{"x", "--since", "soon"}, 2, "--since"},
		{[]string{"none.log"}, 1, "no such file"},
		{[]string{"--gaps", "--data", filepath.Join(dir, "none")}, 1, "--data"},
		{[]string{filepath.Join(dir, "app.log")}, 1, "--lane"},
		{[]string{filepath.Join(dir, "app.log"), "--lane", "App"}, 1, `lane "App"`},
	} {
		_, stderr := replay(t, test.code, append([]string{"--data", dir}, test.args...)...)
		if !strings.Contains(stderr, test.want) {
			t.Errorf("%v: %s", test.args, stderr)
		}
	}
	if sum, _ := replay(t, 0, filepath.Join(dir, "app.log"), "--lane", "app", "--data", dir); sum.Stored != 1 {
		t.Errorf("%+v", sum)
	}
}

// known is what a replay can tell of a document, too. In a raw file a line has all that the sender has sent.
func known(doc map[string]any, format string) string {
	doc = maps.Clone(doc)
	delete(doc, "millrace")
	event := maps.Clone(doc["event"].(map[string]any))
	delete(event, "created")
	doc["event"] = event
	if format != "raw" {
		delete(event, "original")
		delete(doc, "log")
	}
	text, _ := json.Marshal(doc)
	return string(text)
}

// find returns the document of a line, which may be without its priority.
func find(t *testing.T, docs []map[string]any, line string) map[string]any {
	t.Helper()
	_, text, _ := strings.Cut(line, ">")
	i := slices.IndexFunc(docs, func(d map[string]any) bool { return strings.HasSuffix(original(d), text) })
	if i < 0 {
		t.Fatalf("no document of %s", line)
	}
	return docs[i]
}

// compress does what logrotate does.
func compress(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(from); err != nil {
		t.Fatal(err)
	}
}

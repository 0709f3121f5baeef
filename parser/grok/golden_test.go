package grok

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// TestLogstashGolden compares every capture with what Logstash made of the
// same line with the same patterns.
func TestLogstashGolden(t *testing.T) {
	for _, mode := range []string{"disabled", "v8"} {
		lib := LegacyLibrary()
		if mode == "v8" {
			lib = ECSLibrary()
		}
		for _, name := range []string{"openssh-2k.l1", "linux-2k.l1", "auth-ec2-10k.l1", "apache-combined-10k.l2", "apache-geohits.l2"} {
			t.Run(name+"."+mode, func(t *testing.T) { goldenRun(t, lib, name, mode) })
		}
	}
}

func goldenRun(t *testing.T, lib *Library, name, mode string) {
	base := "logstash-golden/" + name + "." + mode
	stages := goldenStages(t, testbed.Corpus(t, base+".conf"))
	input, err := os.ReadFile(testbed.Corpus(t, "logstash-golden/"+name[:strings.LastIndexByte(name, '.')]+".input"))
	if err != nil {
		t.Fatal(err)
	}
	events, err := os.Open(testbed.Corpus(t, base+".ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	sc := bufio.NewScanner(events)
	sc.Buffer(nil, 1<<20)
	var sets []*Set
	for _, patterns := range stages {
		sets = append(sets, mustCompile(t, lib, patterns...))
	}
	n := 0
	for _, line := range bytes.Split(bytes.TrimSuffix(input, []byte("\n")), []byte("\n")) {
		if !sc.Scan() {
			t.Fatal("fewer events than lines")
		}
		var ev map[string]any
		if err := json.Unmarshal(sc.Bytes(), &ev); err != nil {
			t.Fatal(err)
		}
		n += goldenLine(t, sets, string(line), ev)
	}
	t.Logf("%d captures compared", n)
}

// goldenStages reads the patterns of the grok filters of a configuration.
func goldenStages(t *testing.T, path string) [][]string {
	conf, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var stages [][]string
	for _, part := range strings.Split(string(conf), "grok {")[1:] {
		_, part, _ = strings.Cut(part, "=> {")
		_, part, _ = strings.Cut(part, "=>")
		part, _, _ = strings.Cut(part, "}\n")
		part, _, _ = strings.Cut(part, "] }")
		var patterns []string
		for _, l := range strings.Split(part, "\n") {
			if i, j := strings.IndexByte(l, '"'), strings.LastIndexByte(l, '"'); i >= 0 && j > i {
				patterns = append(patterns, l[i+1:j])
			}
		}
		stages = append(stages, patterns)
	}
	return stages
}

func goldenLine(t *testing.T, sets []*Set, line string, ev map[string]any) (compared int) {
	got := map[string]string{}
	taken := func(set *Set, text string) bool {
		m := set.NewMatcher()
		if _, ok := m.Match([]byte(text)); !ok {
			return false
		}
		for _, c := range m.Captures() {
			f := set.Fields()[c.Field]
			path := strings.Join(f.Path, ".")
			got[path] = text[c.Start:c.End]
		}
		return true
	}
	tags := fmt.Sprint(ev["tags"])
	if ok := taken(sets[0], line); ok == strings.Contains(tags, "_grokparsefailure") {
		t.Errorf("%q: match is %v, Logstash has tags %s", line, ok, tags)
	}
	if msg, ok := got["sshd_msg"]; ok && len(sets) > 1 && (got["program"] == "sshd" || got["process.name"] == "sshd") {
		if ok := taken(sets[1], msg); ok == strings.Contains(tags, "_sshd_nomatch") {
			t.Errorf("%q: match is %v, Logstash has tags %s", msg, ok, tags)
		}
	}
	for path, text := range got {
		compared++
		want := lookup(ev, path)
		if list, ok := want.([]any); ok {
			want = list[len(list)-1]
		}
		if fmt.Sprint(want) != text && !(path == "message") {
			t.Errorf("%q: %s is %q, Logstash has %v", line, path, text, want)
		}
	}
	for _, set := range sets {
		for _, f := range set.Fields() {
			path := strings.Join(f.Path, ".")
			if _, ok := got[path]; !ok && lookup(ev, path) != nil && path != "host.hostname" {
				t.Errorf("%q: no %s, Logstash has %v", line, path, lookup(ev, path))
			}
		}
	}
	return compared
}

func lookup(v any, path string) any {
	for _, key := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	if f, ok := v.(float64); ok && f == float64(int64(f)) {
		return int64(f)
	}
	return v
}

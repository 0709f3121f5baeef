package archive

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper"
)

var routes = NewRoutes(shipper.DefaultConfig().Routes)

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func gzipped(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text)
	_ = z.Close()
	return b.Bytes()
}

func zstded(text []byte) []byte {
	z, _ := zstd.NewWriter(nil)
	return z.EncodeAll(text, nil)
}

// line is what a source gave.
type line struct {
	id, text, peer string
	received       time.Time
	flags          event.Flags
}

// replay settles all lines of a source as verdicts says, by turns, and returns them.
func replay(t *testing.T, s *Source, verdicts ...event.Verdict) (all []line) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		<-s.Finished()
		stop()
	}()
	defer s.Close()
	if len(verdicts) == 0 {
		verdicts = []event.Verdict{event.Stored}
	}
	for turn := 0; ; {
		d, err := s.Next(ctx)
		if err != nil {
			return all
		}
		d.Begin(func(*event.Delivery) {})
		for i := range d.Batch.Lines {
			l := &d.Batch.Lines[i]
			o := d.Batch.OriginOf(i)
			if o.Transport != event.Replay || o.Listener != "replay" {
				t.Errorf("%+v", o)
			}
			all = append(all, line{d.Batch.ID(i).String(), string(d.Batch.Message(i)), o.Peer.Addr().String(), time.Unix(0, l.Received), l.Flags})
			d.Ref(i).Settle(verdicts[turn%len(verdicts)])
			turn++
		}
		if err := s.Ack(ctx, []*event.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
}

func lines(n int) (text []byte) {
	for i := range n {
		text = fmt.Appendf(text, "Nov 21 23:40:%02d web1 app[%d]: hello\n", i/100%60, i)
	}
	return text
}

// A line has the same id wherever its file went, and however that was compressed; lines of one text have ids of their own.
func TestIDsStay(t *testing.T) {
	const name = "hosts/2026/11/192.0.2.7/syslog"
	text := append(lines(2500), "Nov 21 23:40:00 web1 app[0]: hello\nNov 21 23:40:00 web1 app[0]: hello\n"...)
	var first []line
	for _, file := range []struct {
		path string
		text []byte
	}{{name, text}, {name + ".3", text}, {name + "-20261201.gz", gzipped(text)}, {name + ".zst", zstded(text)}} {
		path := filepath.Join(t.TempDir(), file.path)
		write(t, path, file.text)
		parts, err := routes.Files([]string{filepath.Dir(path)}, "")
		if err != nil || len(parts) != 1 || parts[0].Lane != "syslog" {
			t.Fatalf("%+v %v", parts, err)
		}
		var counts Counts
		all := replay(t, NewSource(parts, Config{Counts: &counts}, zap.NewNop()))
		if len(all) != 2502 || counts.Stored.Load() != 2502 || counts.Read.Load() != 2502 || counts.Done.Load() != 1 {
			t.Fatalf("%s: %d lines, %+v", file.path, len(all), &counts)
		}
		if first == nil {
			first = all
		}
		if !slices.Equal(all, first) {
			t.Errorf("%s has other lines, or other ids", file.path)
		}
	}
	ids := map[string]bool{}
	for _, l := range first {
		ids[l.id] = true
	}
	if len(ids) != len(first) || first[0].peer != "192.0.2.7" {
		t.Errorf("%d ids of %d lines, %+v", len(ids), len(first), first[0])
	}
}

// The time of receipt is the line's own, within the period of the path, and that of the line before where it has none.
func TestReceipt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hosts/2025/12/192.0.2.7/kern.log")
	write(t, path, []byte("no time\nDec  3 01:02:03 web1 kernel: a\nno time either\nJan  1 00:00:01 web1 kernel: ahead\n2026-05-01T00:00:00Z web1 kernel: far ahead\nNov 30 23:59:59 web1 kernel: behind\n"))
	parts, err := routes.Files([]string{path}, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range replay(t, NewSource(parts, Config{Counts: new(Counts)}, zap.NewNop())) {
		got = append(got, l.received.Format(time.DateTime))
	}
	want := []string{"2025-12-01 00:00:00", "2025-12-03 01:02:03", "2025-12-03 01:02:03", "2025-12-31 23:59:59", "2025-12-31 23:59:59", "2025-12-01 00:00:00"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	at := time.Date(2025, 12, 3, 1, 2, 3, 0, time.Local)
	if some := replay(t, NewSource(parts, Config{Counts: new(Counts), Since: at, Until: at.Add(time.Second)}, zap.NewNop())); len(some) != 2 {
		t.Errorf("%+v", some)
	}
}

// Deferred lines come again, until they are settled; before that the source has not finished.
func TestDeferredLinesComeAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	write(t, path, lines(3))
	parts, err := routes.Files([]string{path}, "app")
	if err != nil {
		t.Fatal(err)
	}
	var counts Counts
	all := replay(t, NewSource(parts, Config{Counts: &counts}, zap.NewNop()), event.Deferred, event.Stored, event.Dead, event.Deferred, event.Duplicate)
	if len(all) != 5 || all[0] != all[3] || all[3] != all[4] {
		t.Errorf("%+v", all)
	}
	if counts.Read.Load() != 3 || counts.Stored.Load() != 1 || counts.Dead.Load() != 1 || counts.Already.Load() != 1 || all[0].peer != "0.0.0.0" {
		t.Errorf("%+v", &counts)
	}
}

// What is wrong with one file costs that file only, and is told.
func TestBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	broken := gzipped(lines(5000))
	write(t, filepath.Join(dir, "1.gz"), broken[:len(broken)-20])
	write(t, filepath.Join(dir, "2.log"), append(lines(2), "Nov 21 23:40:00 web1 app: being wri"...))
	write(t, filepath.Join(dir, "3.log"), []byte(strings.Repeat("x", maxLine+7)+"\nshort\n"))
	write(t, filepath.Join(dir, "4.log"), nil)
	write(t, filepath.Join(dir, "5.gz"), gzipped([]byte("no line feed")))
	parts, err := routes.Files([]string{dir}, "app")
	if err != nil || len(parts) != 5 {
		t.Fatal(parts, err)
	}
	if err := os.Remove(filepath.Join(dir, "4.log")); err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.WarnLevel)
	var counts Counts
	all := replay(t, NewSource(parts, Config{Counts: &counts}, zap.New(core)))
	if counts.Failed.Load() != 2 || counts.Done.Load() != 3 {
		t.Errorf("%+v", &counts)
	}
	if n := len(all); len(all[n-3].text) != maxLine || all[n-3].flags != event.Truncated || all[n-2].text != "short" || all[n-1].text != "no line feed" {
		t.Errorf("%d", n)
	}
	if logs.FilterMessageSnippet("not done to the end").Len() != 2 || logs.FilterMessageSnippet("ends with a part of a line").Len() != 1 {
		t.Errorf("%v", logs.All())
	}
}

func TestFilesRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hosts/2026/11/192.0.2.7/auth.log"), nil)
	write(t, filepath.Join(dir, "hosts/auth/2026/11/auth.log.2026-11-22"), nil)
	write(t, filepath.Join(dir, "else/hosts/pbs/2026/11/log.2026-11-22"), nil)
	for _, test := range []struct{ path, want string }{
		{"hosts", "of one route (routes[0])"},
		{"else", "name its lane with --lane"},
		{"none", "no such file"},
	} {
		if _, err := routes.Files([]string{filepath.Join(dir, test.path)}, ""); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.path, err)
		}
	}
}

// Gaps are found in files that were renamed, compressed, or copied and truncated, each once, and not in others.
func TestGaps(t *testing.T) {
	text := lines(300)
	at := func(n int) int64 { return int64(len(lines(n))) }
	first := time.Date(2026, 11, 21, 23, 40, 0, 5, time.UTC)
	g := shipper.Gap{Lane: "syslog", File: "hosts/2026/11/192.0.2.7/syslog", Inode: 1, Offset: at(100), Length: at(200) - at(100), Lines: 100, First: first, Last: first.Add(time.Second)}
	other := g
	other.Offset, other.Length, other.Lines = at(250), at(300)-at(250), 50
	for name, file := range map[string]struct {
		at   string
		text []byte
	}{
		"as it was":  {"syslog", text},
		"renamed":    {"syslog.1", text},
		"compressed": {"syslog.1.gz", gzipped(text)},
	} {
		data := t.TempDir()
		folder := filepath.Join(data, "hosts/2026/11/192.0.2.7")
		write(t, filepath.Join(folder, "syslog"), []byte("Nov 22 00:00:01 web1 app: of the next day\n"))
		write(t, filepath.Join(folder, file.at), file.text)
		writeGaps(t, data, other, g, g)
		parts, wrong, err := routes.Gaps(data)
		if err != nil || len(wrong) > 0 || len(parts) != 2 || parts[0].Offset != g.Offset || parts[0].Peer.String() != "192.0.2.7" {
			t.Fatalf("%s: %+v %v %v", name, parts, wrong, err)
		}
		done, err := OpenDone(data)
		if err != nil {
			t.Fatal(err)
		}
		var counts Counts
		all := replay(t, NewSource(parts, Config{Counts: &counts, Done: done}, zap.NewNop()))
		if len(all) != 150 || all[0].text != "Nov 21 23:40:01 web1 app[100]: hello" || all[149].text != "Nov 21 23:40:02 web1 app[299]: hello" {
			t.Errorf("%s: %d lines", name, len(all))
		}
		for _, l := range all {
			if l.received.Before(g.First) || l.received.After(g.Last) {
				t.Errorf("%q was received at %v", l.text, l.received)
			}
		}
		if err := done.Close(); err != nil {
			t.Fatal(err)
		}
		if parts, _, _ := routes.Gaps(data); len(parts) != 0 {
			t.Errorf("%s: not done: %+v", name, parts)
		}
	}
}

func TestGapsThatAreGone(t *testing.T) {
	g := shipper.Gap{Lane: "syslog", File: "hosts/2026/11/192.0.2.7/syslog", Inode: 1, Offset: int64(len(lines(10))), Length: int64(len(lines(20)) - len(lines(10))), Lines: 10}
	for name, text := range map[string][]byte{
		"fewer":      lines(15),
		"other":      []byte(strings.Repeat("x\n", 1000)),
		"no line":    bytes.Repeat([]byte("x"), 1000),
		"compressed": gzipped(lines(19)),
	} {
		data := t.TempDir()
		write(t, filepath.Join(data, g.File), text)
		writeGaps(t, data, g)
		parts, wrong, err := routes.Gaps(data)
		if err != nil || len(parts) > 0 || len(wrong) != 1 || !strings.Contains(wrong[0].Error(), "gaps.jsonl:1: 10 lines of lane syslog") {
			t.Errorf("%s: %+v %v %v", name, parts, wrong, err)
		}
	}
	data := t.TempDir()
	write(t, filepath.Join(data, shipper.GapFile), []byte("{\"lane\":\"au\n\n{\"lane\":\"torn"))
	if parts, wrong, err := routes.Gaps(data); err != nil || len(parts) > 0 || len(wrong) != 1 || !strings.Contains(wrong[0].Error(), "delete the line") {
		t.Errorf("%+v %v %v", parts, wrong, err)
	}
	if parts, wrong, err := routes.Gaps(t.TempDir()); err != nil || len(parts)+len(wrong) > 0 {
		t.Errorf("%+v %v %v", parts, wrong, err)
	}
}

func writeGaps(t *testing.T, data string, gaps ...shipper.Gap) {
	t.Helper()
	var text []byte
	for _, g := range gaps {
		line, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, line...), '\n')
	}
	write(t, filepath.Join(data, shipper.GapFile), text)
}

// What a crash has torn of the file of done gaps spoils no other line of it.
func TestDoneTornByACrash(t *testing.T) {
	data := t.TempDir()
	write(t, filepath.Join(data, DoneFile), []byte(`{"lane":`))
	d, err := OpenDone(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Add(&Part{gap: "whole"}); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	if b, _ := os.ReadFile(filepath.Join(data, DoneFile)); string(b) != "{\"lane\":\nwhole\n" {
		t.Errorf("%q", b)
	}
}

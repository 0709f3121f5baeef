package shipper

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

func mustPeer(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// gaps reads the lines that the gaps written down lead to, as a replay does, by lane.
func (r *receiver) gaps() (lines map[string][]string, gaps []Gap) {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, GapFile))
	if err != nil {
		r.t.Fatal(err)
	}
	lines = map[string][]string{}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		var g Gap
		if err := json.Unmarshal(s.Bytes(), &g); err != nil {
			r.t.Fatalf("%v: %q", err, s.Text())
		}
		gaps = append(gaps, g)
		file, err := os.ReadFile(filepath.Join(r.dir, g.File))
		if err != nil {
			r.t.Fatal(err)
		}
		text := string(file[g.Offset : g.Offset+g.Length])
		if strings.Count(text, "\n") != g.Lines || !strings.HasSuffix(text, "\n") {
			r.t.Errorf("%+v leads to %q", g, text)
		}
		lines[g.Lane] = append(lines[g.Lane], slices.Collect(strings.Lines(text))...)
	}
	return lines, gaps
}

func TestFullSpoolLeavesGaps(t *testing.T) {
	for _, err := range []error{event.ErrSpoolFull, fmt.Errorf("lane auth: %w", event.ErrSpoolFull), errors.New("disk is broken")} {
		r := start(t, nil)
		c := r.dial(0)
		r.send(c, login+"\n")
		r.want("auth", login)
		r.spool.fail(err)
		var want, kern []string
		for i := range 3000 {
			line := fmt.Sprintf("Nov 21 23:40:00 web1 sshd[%d]: hello\n", i)
			want = append(want, line)
			r.send(c, "<38>"+line)
			if i%100 == 0 {
				line := fmt.Sprintf("Nov 21 23:40:00 web1 kernel: %d\n", i)
				kern = append(kern, line)
				r.send(c, "<4>"+line)
			}
		}
		testbed.Eventually(t, inTime, func() bool {
			s := r.Stats()
			return s.Lanes[0].Gapped == 3000 && s.Lanes[1].Gapped == 30
		}, "gaps to be noted")
		r.spool.fail(nil)
		r.send(c, kernel+"\n")
		r.want("kern", kernel)
		r.stop()
		lines, gaps := r.gaps()
		if !slices.Equal(lines["auth"], want) || !slices.Equal(lines["kern"], kern) {
			t.Errorf("%d and %d lines in gaps", len(lines["auth"]), len(lines["kern"]))
		}
		if len(gaps) > 40 {
			t.Errorf("%d gaps for two files: they are not joined", len(gaps))
		}
		if g := gaps[0]; g.Inode == 0 || g.Format != "traditional" || g.Last.Before(g.First) || time.Since(g.First) > time.Minute {
			t.Errorf("%+v", g)
		}
		if n := r.logs.FilterMessageSnippet("the gap is written down").Len(); n < 1 || n > 2 { // once for a lane
			t.Errorf("logged %d times", n)
		}
		if s := r.Stats(); s.Lanes[0].Appended != 1 || s.Lanes[0].Lost != 0 {
			t.Errorf("%+v", s.Lanes)
		}
	}
}

func TestGapsAreWrittenWhileRunning(t *testing.T) {
	r := start(t, nil)
	r.spool.fail(event.ErrSpoolFull)
	r.send(r.dial(0), login+"\n")
	testbed.Eventually(t, inTime, func() bool {
		_, err := os.Stat(filepath.Join(r.dir, GapFile))
		return err == nil
	}, "the gap in its file")
	if lines, _ := r.gaps(); !slices.Equal(lines["auth"], []string{login[4:] + "\n"}) {
		t.Errorf("%q", lines)
	}
}

func TestGapFileTornByACrash(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, GapFile), []byte(`{"lane":"au`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := startIn(t, dir, new(memory), nil)
	r.spool.fail(event.ErrSpoolFull)
	r.send(r.dial(0), login+"\n")
	r.received(1)
	r.stop()
	b, _ := os.ReadFile(filepath.Join(dir, GapFile))
	if lines := strings.Split(string(b), "\n"); len(lines) != 3 || !json.Valid([]byte(lines[1])) {
		t.Errorf("%q", b)
	}
}

func TestLinesWithoutAFileAreLostInAGap(t *testing.T) {
	r := start(t, func(c *Config) { c.Routes = []RouteConfig{{Lane: "all"}} })
	r.spool.fail(event.ErrSpoolFull)
	r.send(r.dial(0), login+"\n")
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Lanes[0].Lost == 1 && r.Stats().Lanes[0].Failure != nil }, "the loss to be counted")
}

// TestStuckLaneHoldsNobodyUp has a spool that does not answer: files are written, another lane goes on, and the
// receiver's memory does not grow.
func TestStuckLaneHoldsNobodyUp(t *testing.T) {
	stuck := &stuckSpool{lane: "auth", until: make(chan struct{})}
	cfg := testConfig()
	cfg.Batch.Lines = 10
	r := startSpool(t, cfg, stuck)
	c := r.dial(0)
	const lines = 10 * (batchesPerLane + 5)
	r.send(c, strings.Repeat(login+"\n", lines)+kernel+"\n") // in one read: no batch is closed by its age
	testbed.Eventually(t, inTime, func() bool { return len(stuck.messages("kern")) == 1 }, "the other lane to go on")
	if n := r.Stats().Lanes[0].Gapped; n != lines-10*batchesPerLane {
		t.Errorf("%d lines in gaps, want those beyond %d batches", n, batchesPerLane)
	}
	close(stuck.until)
	testbed.Eventually(t, inTime, func() bool {
		s := r.Stats()
		return s.Lanes[0].Appended == 10*batchesPerLane
	}, "the lane to go on")
	r.send(c, login+"\n")
	testbed.Eventually(t, inTime, func() bool { return r.Stats().Lanes[0].Appended == 10*batchesPerLane+1 }, "the next line")
}

// TestDrainDeadline has a spool that does not answer at the stop: the lines become a gap.
func TestDrainDeadline(t *testing.T) {
	cfg := testConfig()
	cfg.DrainTimeout = 100 * time.Millisecond
	stuck := &stuckSpool{lane: "auth", until: make(chan struct{})}
	r := startSpool(t, cfg, stuck)
	r.send(r.dial(0), login+"\n")
	r.received(1)
	r.stop()
	if lines, _ := r.gaps(); len(lines["auth"]) != 1 {
		t.Errorf("%q", lines)
	}
}

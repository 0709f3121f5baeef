package shipper

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/event/syslog"
	"github.com/millrace/millrace/shipper/hostfile"
)

// startIntake makes the part of a receiver that lines go through once they are cut, with now as its clock. It ends with
// stop.
func startIntake(t testing.TB, dir string, cfg Config, spool Spool, now func() time.Time) (s *Shipper, stop func()) {
	t.Helper()
	s = &Shipper{cfg: cfg, log: zap.NewNop()}
	var err error
	if s.files, err = hostfile.New(cfg.Files, dir, now, s.log); err != nil {
		t.Fatal(err)
	}
	s.gaps = newGapLog(dir, cfg.Files.Format, s.log)
	s.intake = &intake{files: s.files, ids: event.NewIDs(), now: now}
	s.addRoutes(spool)
	drain, done := make(chan struct{}), make(chan struct{}, len(s.intake.lanes))
	for _, l := range s.intake.lanes {
		go func() { l.run(context.Background(), drain); done <- struct{}{} }()
	}
	return s, func() {
		close(drain)
		for range s.intake.lanes {
			<-done
		}
		s.files.Close()
	}
}

// oracle takes one line at a time to where the routes say, and remembers nothing.
type oracle struct {
	files map[string]string
	lanes map[string][]string
}

func (o *oracle) take(s *Shipper, host int, line string, now time.Time) {
	var h syslog.Header
	h.Parse([]byte(line))
	var received hostfile.Clock
	received.Set(now)
	peer := fmt.Sprint("192.0.2.", host)
	text := string(hostfile.AppendTraditional(nil, []byte(line), &h, []byte(peer), &received))
	lane := ""
	for i := range s.cfg.Routes {
		r := s.intake.routes[i]
		if !r.takes(&header{priority: h.Facility<<3 | h.Severity, host: h.Host, program: h.App}, []byte(line)) {
			continue
		}
		if r.discard {
			break
		}
		if lane == "" {
			lane = r.lane
		}
		for _, p := range s.cfg.Routes[i].Files {
			name := strings.NewReplacer("{hour}", now.Format("15"), "{peer_ip}", peer, "{host}", string(h.Host.Of([]byte(line))),
				"{program}", string(h.App.Of([]byte(line))), "{severity}", syslog.SeverityName(h.Severity)).Replace(p)
			o.files[name] += text
		}
	}
	if lane != "" {
		o.lanes[lane] = append(o.lanes[lane], line)
	}
}

// TestRoutesAreRemembered sends lines of a few senders, many kinds in any order, across an hour's end and with fewer files
// open than there are: each is to be where it would be on its own, and in its place.
func TestRoutesAreRemembered(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		pick := func(of ...string) string { return of[random.IntN(len(of))] }
		routes := []RouteConfig{
			{Files: []string{"all/{hour}"}},
			{Select: "kern.*", ProgramEquals: []string{"noise"}, Discard: true},
			{Select: "auth.*", Lane: "auth", Files: []string{"{peer_ip}/auth", "auth/{hour}"}},
			{Select: "*.*;auth.none", Lane: "rest", Files: []string{"{peer_ip}/rest"}},
			{Select: "*.*;auth.none", ProgramContains: []string{"pbs"}, Files: []string{"auth/{hour}", "{host}/{program}"}},
			{Select: "*.err", Lane: "bad", Files: []string{"{severity}"}},
		}
		cfg := testConfig()
		cfg.Routes, cfg.Files.MaxOpen = routes[:2+random.IntN(len(routes)-1)], 4
		now := time.Date(2026, 11, 22, 10, 59, 57, 0, time.Local)
		dir, spool := t.TempDir(), new(memory)
		s, stop := startIntake(t, dir, cfg, spool, func() time.Time { return now })
		want := oracle{map[string]string{}, map[string][]string{}}
		l := newListenerBase(&ListenerConfig{MaxMessage: DefaultMaxMessage}, s.intake, s.log)
		var from []*session
		for host := range 3 {
			from = append(from, s.intake.session(event.Origin{Peer: mustPeer(fmt.Sprintf("192.0.2.%d:9", host))}, &l.stats))
		}
		run := s.intake.newRun()
		for range 200 {
			host := random.IntN(len(from))
			for range random.IntN(20) {
				line := fmt.Sprintf("<%s>%s %s %s: %d", pick("38", "38", "35", "4", "0", "30"), now.Format(time.Stamp),
					pick("a", "b", "c"), pick("sshd[7]", "noise", "pbs_mom", "pbs", "x y"), random.IntN(1000))
				run.add([]byte(line), false)
				want.take(s, host, line, now)
			}
			run.deliver(from[host])
			now = now.Add(time.Duration(random.IntN(50)) * time.Millisecond)
		}
		stop()
		for name, text := range want.files {
			if got, _ := os.ReadFile(filepath.Join(dir, name)); !bytes.Equal(got, []byte(text)) {
				t.Errorf("seed %d: %s holds\n%.300q, want\n%.300q", seed, name, got, text)
			}
		}
		for lane, lines := range want.lanes {
			if got := spool.messages(lane); !slices.Equal(got, lines) {
				t.Errorf("seed %d: lane %s has\n%.300q, want\n%.300q", seed, lane, got, lines)
			}
		}
	}
}

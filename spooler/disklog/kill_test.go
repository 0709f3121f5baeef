package disklog

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/units"
	"github.com/millrace/millrace/spooler/spooltest"
)

const childFolder = "MILLRACE_TEST_DISKLOG"

// child is the process that TestKill9 kills. It appends, reads, defers and acknowledges as
// fast as it can, and says on its standard output what it has been promised ("a" appended) and what it is
// about to acknowledge ("s" stored).
func child(folder string) {
	cfg := testConfig(folder)
	cfg.SegmentSize = 64 * units.KiB
	l, err := Open(cfg, nil, zap.NewNop())
	if err != nil {
		fmt.Println("e", err)
		os.Exit(1)
	}
	var from int
	if _, err := fmt.Sscan(os.Getenv(childFolder+"_FROM"), &from); err != nil {
		os.Exit(1)
	}
	var mu sync.Mutex
	say := func(what string, list []int) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = os.Stdout.WriteString(what + strings.Trim(fmt.Sprint(list), "[]") + "\n")
	}
	for a := range 3 {
		go func() {
			for i := from + a*1_000_000; ; i += 20 {
				b := spooltest.Batch(i, 20)
				if err := l.Append(context.Background(), "auth", b); err == nil {
					say("a ", spooltest.Numbers(nil, b))
				}
			}
		}()
	}
	for range 2 {
		go func() {
			s, _ := l.Source("auth")
			for {
				d, err := s.Next(context.Background())
				if err != nil {
					fmt.Println("e", err)
					os.Exit(1)
				}
				d.Begin(func(*event.Delivery) {})
				var stored []int
				for i, n := range spooltest.Numbers(nil, d.Batch) {
					if rand.IntN(100) == 0 {
						d.Ref(i).Settle(event.Deferred)
						continue
					}
					d.Ref(i).Settle(event.Stored)
					stored = append(stored, n)
				}
				if rand.IntN(50) == 0 {
					continue // and hold it for ever
				}
				say("s ", stored)
				if err := s.Ack(context.Background(), []*event.Delivery{d}); err != nil {
					fmt.Println("e", err)
					os.Exit(1)
				}
			}
		}()
	}
	select {}
}

// Everything whose append returned is stored or still there, whenever the process was killed.
func TestKill9(t *testing.T) {
	cfg := testConfig(t.TempDir())
	appended, stored := make(map[int]bool), make(map[int]bool)
	for round := range 10 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childFolder+"="+cfg.Folder, fmt.Sprintf("%s_FROM=%d", childFolder, round*10_000_000))
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		until := 50 + rand.IntN(500) // reports, not time: a slow machine is killed in the middle as well
		for n := 0; lines.Scan(); n++ {
			kind, list, _ := strings.Cut(lines.Text(), " ")
			if kind == "e" {
				t.Fatalf("child: %s", list)
			}
			for field := range strings.FieldsSeq(list) {
				var i int
				if _, err := fmt.Sscan(field, &i); err != nil {
					t.Fatal(err)
				}
				if kind == "a" {
					appended[i] = true
				} else {
					stored[i] = true
				}
			}
			if n == until {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
	}
	l := open(t, cfg)
	defer mustClose(t, l)
	if st := l.Stats("auth"); st.Damaged != 0 {
		t.Errorf("a kill damages nothing, but stats are %+v", st)
	}
	s := source(t, l, "auth")
	deadline, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for l.Stats("auth").Lines > 0 && deadline.Err() == nil {
		for n := range drain(t, s) {
			stored[n] = true
		}
	}
	missing := 0
	for n := range appended {
		if !stored[n] {
			missing++
		}
	}
	if missing > 0 || len(appended) == 0 {
		t.Errorf("%d of %d appended lines are lost", missing, len(appended))
	}
	t.Logf("%d lines appended by 10 processes that were killed", len(appended))
}

package redisstream

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/spooler/spooltest"
)

const childURL = "MILLRACE_TEST_REDIS"

// child is a worker that TestWorkerKilled kills. It says on its standard output what it has stored, then acknowledges.
func child(url string) {
	s, err := Open(testConfig(url), nil, zap.NewNop())
	if err != nil {
		fmt.Println("e", err)
		os.Exit(1)
	}
	src, err := s.Source("auth")
	if err != nil {
		fmt.Println("e", err)
		os.Exit(1)
	}
	for {
		d, err := src.Next(context.Background())
		if err == nil {
			_, _ = os.Stdout.WriteString("s " + strings.Trim(fmt.Sprint(spooltest.Numbers(nil, d.Batch)), "[]") + "\n")
			err = src.Ack(context.Background(), []*event.Delivery{d})
		}
		if err != nil {
			fmt.Println("e", err)
			os.Exit(1)
		}
	}
}

// Workers are killed in the middle of their work, others come. Every line is stored, and those that come twice are no
// more than what the killed ones held.
func TestWorkerKilled(t *testing.T) {
	const frames, lines, workers, kills = 3000, 10, 3, 5
	server := testbed.StartRedis(t)
	s := open(t, testConfig(server.URL))
	defer s.Close()
	var mu sync.Mutex
	stored := make(map[int]int)
	var running sync.WaitGroup
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childURL+"="+server.URL)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		running.Go(func() {
			for in := bufio.NewScanner(out); in.Scan(); {
				kind, list, _ := strings.Cut(in.Text(), " ")
				if kind == "e" {
					t.Errorf("worker: %s", list)
				}
				mu.Lock()
				for field := range strings.FieldsSeq(list) {
					var n int
					if _, err := fmt.Sscan(field, &n); err == nil {
						stored[n]++
					}
				}
				mu.Unlock()
			}
			_ = cmd.Wait()
		})
		return cmd
	}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(stored)
	}
	for i := range frames {
		put(t, s, "auth", i*lines, lines)
	}
	var list []*exec.Cmd
	for range workers {
		list = append(list, start())
	}
	defer func() {
		for _, cmd := range list {
			_ = cmd.Process.Kill()
		}
		running.Wait()
	}()
	for i := range kills {
		testbed.Eventually(t, patience, func() bool { return count() > (i+1)*frames*lines/(kills+2) }, "the workers do nothing")
		_ = list[0].Process.Kill()
		list = append(list[1:], start())
	}
	testbed.Eventually(t, patience, func() bool { return count() == frames*lines }, "not all lines are stored")
	testbed.Eventually(t, patience, func() bool {
		st, err := s.Stats(t.Context(), "auth")
		return err == nil && st.Lines == 0
	}, "frames stay")
	mu.Lock()
	defer mu.Unlock()
	twice := 0
	for n, times := range stored {
		if n >= frames*lines {
			t.Errorf("line %d was never sent", n)
		}
		twice += times - 1
	}
	if limit := kills * 2 * readCount * lines; twice > limit {
		t.Errorf("%d lines came again, at most %d were held", twice, limit)
	}
	t.Logf("%d of %d lines came again after %d kills", twice, frames*lines, kills)
}

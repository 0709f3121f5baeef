package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/testbed"
)

// One receiver, three workers, of which one is killed, one is stopped and one comes later: each line is in
// the index exactly once.
func TestEachLineOnceAcrossWorkers(t *testing.T) {
	es, rd := testbed.SharedElasticsearch(t), testbed.StartRedis(t)
	config := writeConfig(t, fmt.Sprintf("index: {prefix: %s, elasticsearch: {urls: [%q]}}\nspool: {redis: {url: %q, claim_after: 5s}}\n", es.Prefix, es.URL, rd.URL))
	if _, stderr, code := millrace(t, "setup", "--config", config); code != 0 {
		t.Fatalf("setup: %s", stderr)
	}
	const lines = 200_000
	receiver := start(t, "ship", "--config", config, "--data", t.TempDir(), "--listen", "tcp://127.0.0.1:0")
	worker := func() *process { return start(t, "work", "--config", config, "--data", t.TempDir()) }
	first, second := worker(), worker()

	var senders sync.WaitGroup
	for i := range 4 {
		senders.Go(func() {
			sendTCP(t, receiver.addr("tcp"), i*lines/4, (i+1)*lines/4-1, 20*time.Millisecond)
		})
	}
	testbed.Eventually(t, 3*time.Minute, func() bool { return es.Count(es.Prefix+"-auth-*") > lines/20 }, "nothing is indexed")
	first.kill()
	worker()
	testbed.Eventually(t, 3*time.Minute, func() bool { return es.Count(es.Prefix+"-auth-*") > lines/5 }, "indexing stands still")
	if err := second.stop(); err != nil {
		t.Errorf("a worker that is stopped exits with %v", err)
	}
	senders.Wait()
	testbed.Eventually(t, 10*time.Minute, func() bool { return es.Count(es.Prefix+"-auth-*") >= lines }, "not every line is indexed")
	mustBeOnce(t, numbersIn(t, search(t, "n", "--config", config)), sequence(0, lines-1))
}

// What the receiver had read for longer than the linger survives kill -9, however often.
func TestReceiverKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	const rounds, perRound = 10, 4000
	var acknowledged []int
	for round := range rounds {
		p := start(t, "up", "--data", dir, "--listen", "tcp://127.0.0.1:0")
		first := round * perRound
		sendTCP(t, p.addr("tcp"), first, first+perRound-1, time.Millisecond)
		// The kernel may still hold a part; the files say what was read. They are written before the linger.
		testbed.Eventually(t, 30*time.Second, func() bool {
			acknowledged = numbersInFiles(t, dir)
			return len(acknowledged) > first
		}, "nothing arrives")
		time.Sleep(50 * time.Millisecond) // ten times the linger
		p.kill()
	}
	p := start(t, "up", "--data", dir, "--listen", "tcp://127.0.0.1:0")
	awaitCount(t, len(acknowledged), "Accepted", "--data", dir)
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--data", dir)), acknowledged)
}

// numbersInFiles are the numbers in the per-host files.
func numbersInFiles(t *testing.T, dir string) []int {
	t.Helper()
	seen := map[int]bool{}
	var all []int
	for _, text := range files(t, dir+"/hosts") {
		for _, m := range number.FindAllStringSubmatch(text, -1) {
			var n int
			_, _ = fmt.Sscanf(m[1], "%d", &n)
			if !seen[n] {
				seen[n] = true
				all = append(all, n)
			}
		}
	}
	return all
}

// Redis is stopped under load and started again: the disk log holds what it can't take.
func TestRedisStoppedUnderLoad(t *testing.T) {
	rd := testbed.StartRedis(t)
	dir := t.TempDir()
	config := writeConfig(t, fmt.Sprintf("data: %q\nspool: {redis: {url: %q}}\nlisteners: [{listen: \"tcp://127.0.0.1:0\"}]\n", dir, rd.URL))
	p := start(t, "up", "--config", config)
	const lines = 60_000
	var sender sync.WaitGroup
	sender.Go(func() { sendTCP(t, p.addr("tcp"), 0, lines-1, 30*time.Millisecond) })
	awaitCount(t, lines/20, "Accepted", "--config", config)
	rd.Kill9()
	time.Sleep(time.Second) // lines go on coming in
	rd.Restart()
	sender.Wait()
	awaitCount(t, lines, "Accepted", "--config", config)
	if err := p.stop(); err != nil {
		t.Errorf("exit: %v", err)
	}
	mustBeOnce(t, numbersIn(t, search(t, "Accepted", "--config", config)), sequence(0, lines-1))
}

// Command whole measures the whole way of a line in one process: TCP in → files → disk log → parsed → bulk
// requests to a sink that answers as Elasticsearch does and keeps nothing. It prints the CPU seconds per million
// messages of that process, start and end included, and its largest resident set; and beside it, where they are
// installed, what rsyslogd with mmnormalize and omelasticsearch costs for the same lines, without files.
//
//	go run ./bench/whole                                # made-up sshd lines and combined access logs
//	go run ./bench/whole -geoip DIR                     # with MaxMind's databases in place of a made-up one
//	go run ./bench/whole -log FILE -pri 86              # your own lines
//	go run ./bench/whole -binary old -binary new        # two builds of millrace, in turn
//	go run ./bench/whole -instructions                  # of a message too: they compare builds on a busy machine
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/millrace/millrace/bench/instructions"
	"github.com/millrace/millrace/bench/sink"
)

// within bounds one run.
const within = 10 * time.Minute

func main() {
	log.SetFlags(0)
	messages := flag.Int("n", 1_000_000, "messages per run")
	connections := flag.Int("connections", 4, "TCP connections")
	file := flag.String("log", "", "file with lines to send instead of made-up ones")
	pri := flag.Int("pri", 86, "priority of the lines of -log that have none")
	config := flag.String("config", "", "configuration of millrace")
	geoip := flag.String("geoip", "", "file or folder of GeoIP databases")
	only := flag.String("run", "", "only lines whose name contains this")
	modules := flag.String("rsyslog-modules", "", "folder of omelasticsearch.so, where rsyslogd does not find it")
	count := flag.Bool("instructions", false, "count instructions, outside the kernel and in it; the CPU time of such a run is longer")
	var binaries []string
	flag.Func("binary", "measure this millrace, not a fresh build; may be repeated", func(s string) error {
		binaries = append(binaries, s)
		return nil
	})
	flag.Parse()

	dir, err := os.MkdirTemp("", "millrace-bench-")
	check(err)
	defer func() { _ = os.RemoveAll(dir) }()
	if len(binaries) == 0 {
		binary, err := build(dir)
		check(err)
		binaries = append(binaries, binary)
	}
	if *geoip == "" {
		*geoip, err = database(dir)
		check(err)
	}
	var programs []program
	for _, b := range binaries {
		programs = append(programs, &millrace{binary: b, config: *config, geoip: *geoip})
	}
	if r := newRsyslog(*modules); r != nil {
		programs = append(programs, r)
	}
	fmt.Printf("%-16s %-20s %9s %9s %9s %7s %7s %9s %8s\n", "lines", "program", "CPU-s/1M", "limit", "system", "instr", "kernel", "B/doc", "RSS MB")
	for _, l := range loads(*file, *pri, *geoip != "") {
		for _, p := range programs {
			if !strings.Contains(l.name, *only) || !p.takes(l) {
				continue
			}
			r, err := run(p, l, *messages, *connections, *count)
			if err != nil {
				log.Printf("%s, %s: %v", l.name, p, err)
				continue
			}
			r.print(l, p, *messages)
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// build builds millrace as `make build` does.
func build(dir string) (string, error) {
	binary := filepath.Join(dir, "millrace")
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	profile := filepath.Join(strings.TrimSpace(string(root)), "cmd/millrace/release.pgo")
	cmd := exec.Command("go", "build", "-trimpath", "-pgo", profile, "-o", binary, "github.com/millrace/millrace/cmd/millrace")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return binary, nil
}

type result struct {
	user, system time.Duration
	rss, bytes   int64
	documents    int64
	instructions uint64 // outside the kernel
	kernel       uint64 // and in it
}

func (r *result) print(l load, p program, messages int) {
	per, limit := 1e6/float64(messages), "-"
	if _, ours := p.(*millrace); ours && l.limit > 0 {
		limit = fmt.Sprintf("%.1f", l.limit)
	}
	fmt.Printf("%-16s %-20s %9.2f %9s %9.2f %7s %7s %9d %8d\n", l.name, p, (r.user+r.system).Seconds()*per, limit, r.system.Seconds()*per,
		instructions.Each(r.instructions, messages), instructions.Each(r.kernel, messages), r.bytes/max(r.documents, 1), r.rss>>20)
	if r.documents != int64(messages) {
		fmt.Printf("  %d messages were sent, and %d documents came\n", messages, r.documents)
	}
}

func run(p program, l load, messages, connections int, count bool) (*result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	dir, err := os.MkdirTemp("", "millrace-bench-data-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := sink.Start()
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	counter := instructions.New(count)
	cmd, address, err := p.start(ctx, dir, s.URL, l)
	counter.Started()
	if err != nil {
		return nil, err
	}
	if err = send(ctx, address, l.lines, messages, connections); err == nil {
		err = s.Await(ctx, int64(messages))
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if waited := cmd.Wait(); err == nil && waited != nil {
		err = fmt.Errorf("%s: %w", p, waited)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	r := &result{
		user: cmd.ProcessState.UserTime(), system: cmd.ProcessState.SystemTime(),
		rss: usage.Maxrss << 10, bytes: s.Bytes(), documents: s.Documents(),
	}
	r.instructions, r.kernel = counter.Close()
	return r, err
}

// send sends the lines again and again over some connections, until that many messages are sent.
func send(ctx context.Context, address string, lines []string, messages, connections int) error {
	text := []byte(strings.Join(lines, "\n") + "\n")
	errs := make([]error, connections)
	var senders sync.WaitGroup
	for i := range connections {
		share := messages / connections
		if i < messages%connections {
			share++
		}
		senders.Go(func() { errs[i] = sendOne(ctx, address, text, lines, share) })
	}
	senders.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

func sendOne(ctx context.Context, address string, text []byte, lines []string, messages int) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	for ; messages >= len(lines); messages -= len(lines) {
		if _, err := c.Write(text); err != nil {
			return err
		}
	}
	if messages > 0 {
		_, err = c.Write([]byte(strings.Join(lines[:messages], "\n") + "\n"))
	}
	return err
}

// Command receive measures what receiving costs: it sends made-up lines over loopback to the receiver, as a process of
// its own, and prints the CPU seconds per million messages of that process, with rsyslogd beside when it is installed. The
// receiver has its default routes, by which some lines go to two files; rsyslogd has one file per host.
//
//	go run ./bench/receive            # every scenario, about five minutes
//	go run ./bench/receive -run udp   # those whose name contains udp
//	go run ./bench/receive -instructions
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/millrace/millrace/bench/instructions"
	"github.com/millrace/millrace/bench/load"
)

// scenario is one measurement.
type scenario struct {
	name     string
	network  string
	messages int
	rate     int  // a second; 0: as fast as it goes
	spool    bool // frames in the disk log too
	limit    float64
	perHost  bool // files per host only, as rsyslogd has them
}

var scenarios = []scenario{
	{"tcp full speed, files per host", "tcp", 3_000_000, 0, false, 0.3, true},
	{"tcp full speed, files", "tcp", 3_000_000, 0, false, 0.3, false},
	{"tcp full speed, files, disk log", "tcp", 3_000_000, 0, true, 0.6, false},
	{"tcp 50000/s, files, disk log", "tcp", 500_000, 50_000, true, 1.5, false},
	{"tcp 1000/s, files, disk log", "tcp", 10_000, 1000, true, 0, false},
	{"udp 50000/s, files, disk log", "udp", 500_000, 50_000, true, 3, false},
	{"udp full speed, files, disk log", "udp", 1_000_000, 0, true, 0, false},
	{"relp full speed, files, disk log", "relp", 2_000_000, 0, true, 1.2, false},
	{"relp of 16, files, disk log", "relp", 2_000_000, 0, true, 1.2, false},
}

// connections is how many senders there are. More than a few make a difference to RELP, whose senders wait.
func (s *scenario) connections() int {
	if strings.Contains(s.name, "of 16") {
		return 16
	}
	return 4
}

func main() {
	log.SetFlags(0)
	child := flag.String("child", "", "run as the receiver: listen at this URL")
	dir := flag.String("dir", "", "data folder of the receiver")
	spool := flag.Bool("spool", false, "the receiver has a disk log")
	perHost := flag.Bool("per-host", false, "the receiver has files per host only")
	pattern := flag.String("run", "", "only scenarios whose name contains this")
	count := flag.Bool("instructions", false, "count instructions outside the kernel; the CPU time of such a run is longer")
	profile := flag.String("cpuprofile", "", "write the CPU profile of the last receiver to this file")
	flag.Parse()
	if *child != "" {
		check(receive(*child, *dir, *spool, *perHost, *profile))
		return
	}
	fmt.Printf("%-34s %-10s %9s %9s %9s %7s %7s %8s\n", "scenario", "receiver", "CPU-s/1M", "of it sys", "allowed", "instr", "RSS MB", "lost")
	for _, s := range scenarios {
		if !strings.Contains(s.name, *pattern) {
			continue
		}
		for _, r := range []receiver{millrace{*profile}, rsyslog{}} {
			if !r.installed() {
				fmt.Printf("%-34s %-10s not installed\n", s.name, r)
				continue
			}
			m, err := measure(r, s, *count)
			if err != nil {
				log.Printf("%s: %s: %v", s.name, r, err)
				continue
			}
			m.print(r, s)
		}
	}
}

// measurement is what a process used.
type measurement struct {
	user, system time.Duration
	instructions uint64
	rss          int64 // bytes, at most
	lost         int
}

func (m *measurement) print(r receiver, s scenario) {
	per := 1e6 / float64(s.messages)
	allowed := ""
	if _, ours := r.(millrace); ours && s.limit > 0 {
		allowed = fmt.Sprintf("%.1f", s.limit)
	}
	fmt.Printf("%-34s %-10s %9.2f %9.2f %9s %7s %7d %8d\n", s.name, r, (m.user+m.system).Seconds()*per, m.system.Seconds()*per,
		allowed, instructions.Each(m.instructions, s.messages), m.rss>>20, m.lost)
}

// measure starts a receiver, sends it the load, ends it and counts what is in its files.
func measure(r receiver, s scenario, count bool) (*measurement, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "millrace-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	counter := instructions.New(count)
	cmd, address, err := r.start(ctx, dir, s)
	counter.Started()
	if err != nil {
		return nil, err
	}
	defer func() { _ = cmd.Process.Kill() }()
	err = load.Load{Network: s.network, Address: address, Connections: s.connections(), Messages: s.messages, Rate: s.rate}.Send(ctx)
	if err != nil {
		return nil, err
	}
	settle(dir, s.messages)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, cmd.Stderr)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	user, _ := counter.Close()
	return &measurement{
		user: cmd.ProcessState.UserTime(), system: cmd.ProcessState.SystemTime(),
		instructions: user, rss: usage.Maxrss << 10, lost: s.messages - lines(dir),
	}, nil
}

// settle waits until as many lines are in the files, or they do not grow any more.
func settle(dir string, messages int) {
	for last, same := -1, 0; same < 3; {
		time.Sleep(500 * time.Millisecond)
		n := lines(dir)
		if n >= messages {
			return
		}
		if same++; n != last {
			last, same = n, 0
		}
	}
}

// lines counts the lines in the files per host.
func lines(dir string) (n int) {
	_ = filepath.WalkDir(filepath.Join(dir, "hosts"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "/auth.log.") { // those hold lines of others again
			n += newlines(path)
		}
		return nil
	})
	return n
}

// newlines counts them without holding the file: what this process holds is counted as its children's, too.
func newlines(path string) (n int) {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	for buf := make([]byte, 64<<10); ; {
		m, err := f.Read(buf)
		n += bytes.Count(buf[:m], []byte{'\n'})
		if err != nil {
			return n
		}
	}
}

func build(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

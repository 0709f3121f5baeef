// Command whole measures the whole way of a line in one process: TCP in → files → disk log → parsed → bulk
// requests to a sink that answers as Elasticsearch does. It prints CPU seconds per million messages and the
// largest resident set.
//
//	go run ./bench/whole                       # made-up sshd lines and combined access logs
//	go run ./bench/whole -log FILE -pri 86     # your own lines
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/millrace/millrace/bench/sink"
)

func main() {
	log.SetFlags(0)
	messages := flag.Int("n", 1_000_000, "messages per run")
	connections := flag.Int("connections", 4, "TCP connections")
	file := flag.String("log", "", "file with lines to send instead of made-up ones")
	pri := flag.Int("pri", 86, "priority of the lines of -log that have none")
	config := flag.String("config", "", "configuration of millrace")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	binary, err := build(ctx)
	check(err)
	defer func() { _ = os.RemoveAll(filepath.Dir(binary)) }()

	loads := map[string][]string{"sshd": sshd(2000), "access": access(2000)}
	if *file != "" {
		loads = map[string][]string{filepath.Base(*file): read(*file, *pri)}
	}
	fmt.Printf("%-24s %12s %12s %12s %10s\n", "lines", "CPU-s/1M", "of it system", "B/line out", "RSS MB")
	for name, lines := range loads {
		r, err := run(ctx, binary, *config, lines, *messages, *connections)
		if err != nil {
			log.Printf("%s: %v", name, err)
			continue
		}
		per := 1e6 / float64(*messages)
		fmt.Printf("%-24s %12.2f %12.2f %12d %10d\n", name, (r.user+r.system).Seconds()*per, r.system.Seconds()*per, r.bytes/int64(*messages), r.rss>>20)
	}
}

func build(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "millrace-bench-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "millrace")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/millrace/millrace/cmd/millrace")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return binary, nil
}

type result struct {
	user, system time.Duration
	rss, bytes   int64
}

func run(ctx context.Context, binary, config string, lines []string, messages, connections int) (result, error) {
	data, err := os.MkdirTemp("", "millrace-bench-data-")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(data) }()
	s, err := sink.Start()
	if err != nil {
		return result{}, err
	}
	defer func() { _ = s.Close() }()

	args := []string{"up", "--data", data, "--listen", "tcp://127.0.0.1:0", "--elasticsearch", s.URL, "--log-format", "json", "--http", ""}
	if config != "" {
		args = append(args, "--config", config)
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return result{}, err
	}
	if err := cmd.Start(); err != nil {
		return result{}, err
	}
	addr, err := address(bufio.NewScanner(stderr))
	if err == nil {
		err = send(addr, lines, messages, connections)
	}
	for err == nil && s.Documents() < int64(messages) {
		select {
		case <-ctx.Done():
			err = fmt.Errorf("%d of %d documents have arrived: %w", s.Documents(), messages, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return result{cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime(), usage.Maxrss << 10, s.Bytes()}, err
}

var listening = regexp.MustCompile(`"msg":"listening".*"address":"([^"]+)"`)

// address waits for the log line that names the bound address, and keeps reading what comes after it.
func address(output *bufio.Scanner) (string, error) {
	for output.Scan() {
		if m := listening.FindStringSubmatch(output.Text()); m != nil {
			go func() {
				for output.Scan() {
					if strings.Contains(output.Text(), `"level":"error"`) {
						log.Print(output.Text())
					}
				}
			}()
			return m[1], nil
		}
	}
	return "", fmt.Errorf("millrace ended before it listened")
}

func send(addr string, lines []string, messages, connections int) error {
	text := []byte(strings.Join(lines, "\n") + "\n")
	errs := make([]error, connections)
	var senders sync.WaitGroup
	for i := range connections {
		senders.Go(func() {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				errs[i] = err
				return
			}
			defer func() { _ = c.Close() }()
			left := messages / connections
			if i == 0 {
				left += messages % connections
			}
			for ; left >= len(lines) && errs[i] == nil; left -= len(lines) {
				_, errs[i] = c.Write(text)
			}
			if errs[i] == nil && left > 0 {
				_, errs[i] = c.Write([]byte(strings.Join(lines[:left], "\n") + "\n"))
			}
		})
	}
	senders.Wait()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	return nil
}

// read gives lines without a priority one.
func read(file string, pri int) []string {
	text, err := os.ReadFile(file)
	check(err)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			continue
		}
		if line[0] != '<' {
			line = fmt.Sprintf("<%d>%s", pri, line)
		}
		lines = append(lines, line)
	}
	return lines
}

func sshd(n int) []string {
	r := rand.New(rand.NewPCG(1, 1))
	forms := []string{
		"Failed password for invalid user %[1]s from %[2]s port %[3]d ssh2",
		"Invalid user %[1]s from %[2]s",
		"Failed password for root from %[2]s port %[3]d ssh2",
		"Received disconnect from %[2]s: 11: Bye Bye [preauth]",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%[2]s  user=%[1]s",
		"Accepted publickey for %[1]s from %[2]s port %[3]d ssh2: RSA SHA256:Zk1mBqvJx0Nf3b7p2mYcUq9dT4sWwR8eLhG6aVnXoKs",
		"Connection closed by %[2]s [preauth]",
	}
	users := []string{"admin", "oracle", "test", "webmaster", "ada", "pgadmin"}
	lines := make([]string, n)
	for i := range lines {
		message := fmt.Sprintf(forms[r.IntN(len(forms))]+"%.0[1]s%.0[2]s%.0[3]d", users[r.IntN(len(users))],
			fmt.Sprintf("203.0.%d.%d", r.IntN(256), r.IntN(256)), 1024+r.IntN(60000))
		lines[i] = fmt.Sprintf("<86>Nov 21 06:%02d:%02d login-%02d sshd[%d]: %s", i/60%60, i%60, r.IntN(50), 1000+r.IntN(30000), message)
	}
	return lines
}

func access(n int) []string {
	r := rand.New(rand.NewPCG(2, 2))
	paths := []string{"/", "/presentations/images/kibana-search.png", "/reset.css", "/blog/tags/puppet?flav=rss20", "/robots.txt"}
	agents := []string{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/7.88.1",
		"Mozilla/5.0 (Windows NT 6.1; WOW64; rv:27.0) Gecko/20100101 Firefox/27.0",
	}
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(`<190>Nov 21 06:%02d:%02d web-%02d nginx: 203.0.%d.%d - - [21/Nov/2026:06:%02d:%02d +0000] "GET %s HTTP/1.1" 200 %d "http://www.example.org/" "%s"`,
			i/60%60, i%60, r.IntN(9), r.IntN(256), r.IntN(256), i/60%60, i%60, paths[r.IntN(len(paths))], r.IntN(1<<18), agents[r.IntN(len(agents))])
	}
	return lines
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

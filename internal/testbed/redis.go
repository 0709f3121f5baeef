package testbed

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Redis is a redis-server of the test's own, with an append-only file, so that what it has answered
// survives Kill9.
type Redis struct {
	Addr   string // 127.0.0.1:port
	URL    string // redis://127.0.0.1:port, or rediss:// when started with TLS
	Socket string // the path of its Unix socket (no TLS there)
	Dir    string // its data and its log
	CA     string // with TLS, the file of the certificate to trust

	t       testing.TB
	args    []string
	process *process
}

// StartRedis starts a redis-server with the given arguments besides its own, for example
// "--maxmemory", "64mb", "--appendonly", "no".
func StartRedis(t testing.TB, args ...string) *Redis {
	t.Helper()
	r := newRedis(t)
	r.launch(func(port string) []string { return append([]string{"--port", port}, args...) })
	r.URL = "redis://" + r.Addr
	return r
}

// StartRedisTLS is StartRedis with TLS on its port; clients need no certificate.
func StartRedisTLS(t testing.TB, args ...string) *Redis {
	t.Helper()
	r := newRedis(t)
	pki := NewPKI(t)
	cert, key := pki.Issue(t, "127.0.0.1")
	r.CA = pki.CA
	r.launch(func(port string) []string {
		return append([]string{"--port", "0", "--tls-port", port, "--tls-auth-clients", "no",
			"--tls-ca-cert-file", pki.CA, "--tls-cert-file", cert, "--tls-key-file", key}, args...)
	})
	r.URL = "rediss://" + r.Addr
	return r
}

func newRedis(t testing.TB) *Redis {
	t.Helper()
	Need(t, "redis-server")
	dir := tempDir(t, "redis")
	return &Redis{t: t, Dir: dir, Socket: filepath.Join(dir, "redis.sock")}
}

// launch tries ports until one is still free when the server binds it.
func (r *Redis) launch(args func(port string) []string) {
	r.t.Helper()
	for range 5 {
		port := strconv.Itoa(FreePort(r.t))
		r.Addr = net.JoinHostPort("127.0.0.1", port)
		r.args = append([]string{"--bind", "127.0.0.1", "--dir", r.Dir, "--unixsocket", r.Socket,
			"--save", "", "--appendonly", "yes", "--daemonize", "no"}, args(port)...)
		if r.up() {
			return
		}
	}
	r.t.Fatalf("testbed: redis-server does not start; its log: %s", r.process.output())
}

// Restart starts the server again after Stop or Kill9, on the same port and data.
func (r *Redis) Restart() {
	r.t.Helper()
	if !r.up() {
		r.t.Fatalf("testbed: redis-server does not start again; its log: %s", r.process.output())
	}
}

// Stop sends SIGTERM and waits for the end.
func (r *Redis) Stop() { r.t.Helper(); r.process.stop(r.t) }

// Kill9 ends the server without a chance to save anything.
func (r *Redis) Kill9() { r.process.kill() }

// up starts the process, and reports whether it is the one that answers.
func (r *Redis) up() bool {
	r.t.Helper()
	r.process = startProcess(r.t, filepath.Join(r.Dir, "redis.log"), exec.Command(Need(r.t, "redis-server"), r.args...))
	return r.process.becomes(r.answers, 30*time.Second)
}

// answers asks for the process id, over the Unix socket, which no other server can have; a bound port is a
// precondition for that, because Redis ends when it cannot bind. It answers LOADING while it reads its data.
func (r *Redis) answers() bool {
	c, err := net.Dial("unix", r.Socket)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprint(c, "PING\r\n"); err != nil {
		return false
	}
	answer, _ := bufio.NewReader(c).ReadString('\n')
	// With a password, NOAUTH is as good.
	return strings.HasPrefix(answer, "+PONG") || strings.HasPrefix(answer, "-NOAUTH")
}

package testbed

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRedisKeepsWhatItAnsweredAcrossKill9(t *testing.T) {
	r := StartRedis(t, "--maxmemory", "64mb")
	c := redisClient(t, r.URL)
	if err := c.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	r.Kill9()
	if err := c.Ping(t.Context()).Err(); err == nil {
		t.Error("redis answers after Kill9")
	}
	r.Restart()
	if got := c.Get(t.Context(), "key").Val(); got != "value" {
		t.Errorf("after Kill9 and Restart: %q, want %q", got, "value")
	}
	r.Stop()
	r.Restart()
	if got := c.ConfigGet(t.Context(), "maxmemory").Val()["maxmemory"]; got != "67108864" {
		t.Errorf("maxmemory = %s", got)
	}
	if got := redisClient(t, "unix://"+r.Socket).Get(t.Context(), "key").Val(); got != "value" {
		t.Errorf("over the Unix socket: %q, want %q", got, "value")
	}
}

func TestRedisTLS(t *testing.T) {
	r := StartRedisTLS(t)
	options, err := redis.ParseURL(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.TLSConfig.RootCAs = certPool(t, r.CA)
	c := redis.NewClient(options)
	defer c.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Error(err)
	}
}

func redisClient(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(options)
	t.Cleanup(func() { c.Close() })
	return c
}

func TestRsyslogdForwards(t *testing.T) {
	Need(t, "rsyslogd")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port

	r := StartRsyslogd(t, fmt.Sprintf(`
module(load="imfile")
input(type="imfile" File="{dir}/app.log" Tag="app:" Facility="local0")
action(type="omfwd" Target="127.0.0.1" Port="%d" Protocol="tcp" Template="RSYSLOG_ForwardFormat")
`, port))
	r.Log("<38>sshd[7]: through the socket")
	writeFile(t, filepath.Join(r.Dir, "app.log"), "through a file\n")

	c, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	lines := bufio.NewScanner(c)
	var got []string
	for len(got) < 2 && lines.Scan() {
		if strings.Contains(lines.Text(), "through") {
			got = append(got, lines.Text())
		}
	}
	if all := strings.Join(got, "\n"); !strings.Contains(all, "<38>") || !strings.Contains(all, "sshd[7]: through the socket") ||
		!strings.Contains(all, "app: through a file") {
		t.Errorf("rsyslogd forwarded %q (%v)", got, lines.Err())
	}
	r.Stop()
	r.Restart()
	r.Kill9()
	r.Restart()
}

func TestSharedElasticsearch(t *testing.T) {
	a, b := SharedElasticsearch(t), SharedElasticsearch(t)
	if a.URL != b.URL || a.Prefix == b.Prefix {
		t.Errorf("two views of one node: %s %s, %s %s", a.URL, a.Prefix, b.URL, b.Prefix)
	}
	if got := a.Count(a.Prefix + "*"); got != 0 {
		t.Errorf("%d documents before the first", got)
	}
	if status, body := a.Do("POST", "/"+a.Prefix+"-x/_doc", `{"message":"hello"}`); status != http.StatusCreated {
		t.Errorf("index: %d %s", status, body)
	}
	if got := a.Count(a.Prefix + "*"); got != 1 {
		t.Errorf("%d documents, want 1", got)
	}
	if got := b.Count(b.Prefix + "*"); got != 0 {
		t.Errorf("%d documents of another test", got)
	}
	a.deleteOwn()
	if got := a.Count(a.Prefix + "*"); got != 0 {
		t.Errorf("%d documents after deletion", got)
	}
}

func TestElasticsearchKeepsWhatItAnsweredAcrossKill9(t *testing.T) {
	e := StartElasticsearch(t, Auth("millrace", "secret-of-tests"), Setting("thread_pool.write.queue_size", "7"))
	if status, body := e.Do("PUT", "/x/_create/1", `{"message":"hello"}`); status != http.StatusCreated {
		t.Errorf("index: %d %s", status, body)
	}
	if _, body := e.Do("GET", "/_nodes/settings?filter_path=**.queue_size", ""); !strings.Contains(string(body), `"7"`) {
		t.Errorf("queue_size: %s", body)
	}
	if res, err := client.Get(e.URL); err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a password: %v %v", res, err)
	} else {
		res.Body.Close()
	}
	before := e.URL
	e.Kill9()
	e.Restart()
	if e.URL != before {
		t.Errorf("restarted on %s, was on %s", e.URL, before)
	}
	if got := e.Count("x"); got != 1 {
		t.Errorf("%d documents after Kill9, want 1", got)
	}
	e.Stop()
}

func TestNeed(t *testing.T) {
	ended := make(chan *recorder)
	go func() {
		r := &recorder{TB: t}
		defer func() { ended <- r }()
		Need(r, "no-such-command")
	}()
	r := <-ended
	want := "skip"
	if os.Getenv("MILLRACE_TEST_REQUIRE") == "1" {
		want = "fatal"
	}
	if r.verdict != want {
		t.Errorf("Need of a part that is not there: %q, want %q", r.verdict, want)
	}
}

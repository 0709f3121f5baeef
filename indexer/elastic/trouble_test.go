package elastic_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/indexer"
	"github.com/millrace/millrace/indexer/elastic"
	"github.com/millrace/millrace/indexer/sinktest"
	"github.com/millrace/millrace/internal/secret"
	"github.com/millrace/millrace/internal/testbed"
)

// lane is a running lane that sends to a real server.
type lane struct {
	*indexer.Lane
	t *testing.T
}

func startLane(t *testing.T, c *elastic.Client, prefix string, change func(*indexer.Config)) *lane {
	t.Helper()
	cfg := indexer.DefaultConfig()
	cfg.Prefix, cfg.Bulk.Interval = prefix, 20*time.Millisecond
	cfg.DrainTimeout = 100 * time.Millisecond
	cfg.Retry.Min, cfg.Retry.Max = 10*time.Millisecond, 200*time.Millisecond
	if change != nil {
		change(&cfg)
	}
	l, err := indexer.NewLane("auth", cfg, elastic.NewSink(c), indexer.Deps{DeadDir: t.TempDir()}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return &lane{l, t}
}

// add adds n lines; size is how long their documents are. The channel is closed when all are settled.
func (l *lane) add(n, size int, received time.Time) (*event.Delivery, chan struct{}) {
	l.t.Helper()
	d, done := sinktest.Delivery(n, received), make(chan struct{})
	d.Begin(func(*event.Delivery) { close(done) })
	feed := l.Feed()
	defer feed.Rest()
	for i := range n {
		doc := fmt.Appendf(nil, `{"@timestamp":"2026-11-21T00:00:00Z","message":"line %d","filler":"%s"}`, i, strings.Repeat("x", size))
		if err := sinktest.Feed(l.t.Context(), feed, doc, d.Ref(i)); err != nil {
			l.t.Fatal(err)
		}
	}
	return d, done
}

const patience = 2 * time.Minute

func (l *lane) await(done chan struct{}) {
	l.t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		l.t.Fatalf("not settled; health %+v", l.Health())
	}
}

// awaitRed waits until the lane is red for this reason.
func (l *lane) awaitRed(why string) {
	l.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if h := l.Health(); h.Red && strings.Contains(h.Why, why) {
			return
		}
		if time.Now().After(end) {
			l.t.Fatalf("health %+v, want red because of %s", l.Health(), why)
		}
	}
}

func stored(t *testing.T, d *event.Delivery, want int) {
	t.Helper()
	if n := d.Count(); n[event.Stored]+n[event.Duplicate] != want {
		t.Errorf("verdicts %v, want %d stored", n, want)
	}
}

var today = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// TestTrouble has a node of its own, with little memory for requests and a short queue.
func TestTrouble(t *testing.T) {
	es := testbed.StartElasticsearch(t, testbed.Setting("indexing_pressure.memory.limit", "1mb"),
		testbed.Setting("thread_pool.write.queue_size", "1"), testbed.Setting("node.processors", "1"))
	template(t, es)
	c := client(t, es, nil)
	t.Run("overload", func(t *testing.T) { overload(t, es, c) })
	t.Run("indices", func(t *testing.T) { troubleOfIndices(t, es, c) })
	t.Run("the server is killed and comes back", func(t *testing.T) { killed(t, es, c) })
}

// troubleOfIndices goes through what an operator can do to an index or a cluster, and undo.
func troubleOfIndices(t *testing.T, es *testbed.Elasticsearch, c *elastic.Client) {
	index := es.Prefix + "-auth-2026.11.21"
	es.Do("DELETE", "/"+index, "")
	cluster := func(key, value string) {
		put(t, es, "PUT", "/_cluster/settings", fmt.Sprintf(`{"persistent":{%q:%s}}`, key, value))
	}
	tests := []struct{ name, why, do, undo string }{
		{"no index may be made", "index_not_found_exception", `"action.auto_create_index":"false"`, `"action.auto_create_index":null`},
		{"no shard to spare", "validation_exception", `"cluster.max_shards_per_node":1`, `"cluster.max_shards_per_node":null`},
		{"the cluster is read-only", "cluster_block_exception", `"cluster.blocks.read_only":true`, `"cluster.blocks.read_only":null`},
	}
	put(t, es, "PUT", "/"+es.Prefix+"-other", "") // takes the one shard
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := func(s string) {
				key, value, _ := strings.Cut(s, ":")
				cluster(strings.Trim(key, `"`), value)
			}
			l := startLane(t, c, es.Prefix, nil)
			set(tt.do)
			d, done := l.add(10, 0, today)
			l.awaitRed(tt.why)
			set(tt.undo)
			l.await(done)
			stored(t, d, 10)
			es.Do("DELETE", "/"+index, "")
		})
	}
	t.Run("yesterday is closed, today goes on", func(t *testing.T) {
		l := startLane(t, c, es.Prefix, nil)
		yesterday := es.Prefix + "-auth-2026.11.20"
		put(t, es, "PUT", "/"+yesterday, "")
		put(t, es, "POST", "/"+yesterday+"/_close", "")
		late, lateDone := l.add(10, 0, today.AddDate(0, 0, -1))
		l.awaitRed("index_closed_exception")
		d, done := l.add(10, 0, today)
		l.await(done)
		stored(t, d, 10)
		put(t, es, "POST", "/"+yesterday+"/_open", "")
		l.await(lateDone)
		stored(t, late, 10)
	})
	t.Run("dead letters go to their index", func(t *testing.T) {
		l := startLane(t, c, es.Prefix, nil)
		d, done := sinktest.Delivery(2, today), make(chan struct{})
		d.Begin(func(*event.Delivery) { close(done) })
		feed := l.Feed()
		for i, doc := range []string{`{"@timestamp":"never"}`, `{"@timestamp":"2026-11-21T00:00:00Z"}`} {
			if err := sinktest.Feed(t.Context(), feed, []byte(doc), d.Ref(i)); err != nil {
				t.Fatal(err)
			}
		}
		feed.Rest()
		l.await(done)
		if d.Verdict(0) != event.Dead || d.Verdict(1) != event.Stored {
			t.Errorf("verdicts %s, %s", d.Verdict(0), d.Verdict(1))
		}
		letter := docs(t, es, es.Prefix+"-dead-2026.11.21")[d.Ref(0).ID().String()]
		if !strings.Contains(letter, `"original":"<13>line 0"`) || !strings.Contains(letter, `_parsing_exception"`) {
			t.Errorf("dead letter %q", letter)
		}
	})
}

func killed(t *testing.T, es *testbed.Elasticsearch, c *elastic.Client) {
	l := startLane(t, c, es.Prefix, func(c *indexer.Config) { c.Bulk.Documents = 100 })
	d, done := l.add(150, 0, today)
	es.Kill9()
	more, moreDone := l.add(100, 0, today)
	l.awaitRed("elasticsearch")
	es.Restart()
	l.await(done)
	l.await(moreDone)
	stored(t, d, 150)
	stored(t, more, 100)
}

// overload has the two kinds of 429: of a whole request that is too large for the node's memory, and of
// single items in an answer of status 200.
func overload(t *testing.T, es *testbed.Elasticsearch, c *elastic.Client) {
	t.Run("whole", func(t *testing.T) {
		big := [2]string{es.Prefix + "-auth-2026.11.21", `{"filler":"` + strings.Repeat("x", 300_000) + `"}`}
		if _, err := bulk(t, c, big, big, big, big); err == nil || !strings.Contains(err.Error(), indexer.ErrOverloaded.Error()) {
			t.Errorf("error %v", err)
		}
		l := startLane(t, c, es.Prefix, nil)
		d, done := l.add(100, 20_000, today) // 2 MB in one request, which is never accepted whole
		l.await(done)
		stored(t, d, 100)
	})
	t.Run("items", func(t *testing.T) {
		var all sync.WaitGroup
		lanes := make([]*lane, 4)
		for i := range lanes {
			lanes[i] = startLane(t, c, fmt.Sprintf("%s-%d", es.Prefix, i), func(c *indexer.Config) {
				c.Bulk.Documents, c.Bulk.InFlight = 10, 4
			})
		}
		for _, l := range lanes {
			all.Go(func() {
				d, done := l.add(100, 0, today)
				l.await(done)
				stored(t, d, 100)
			})
		}
		all.Wait()
		if n := es.Count(es.Prefix + "-*-auth-2026.11.21"); n != 4*100 {
			t.Errorf("%d documents, want %d", n, 4*100)
		}
		es.Do("DELETE", "/"+es.Prefix+"-*", "")
	})
}

func TestAuthentication(t *testing.T) {
	es := testbed.StartElasticsearch(t, testbed.Auth("tester", "correct horse"))
	template(t, es)
	t.Run("password", func(t *testing.T) {
		if _, err := client(t, es, nil).WaitReady(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		c := client(t, es, func(c *elastic.Config) { c.Password = "wrong" })
		if _, err := c.WaitReady(t.Context()); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("error %v", err)
		}
		l := startLane(t, c, es.Prefix, nil)
		l.add(1, 0, today)
		l.awaitRed("401")
	})
	t.Run("API key", func(t *testing.T) {
		status, answer := es.Do("POST", "/_security/api_key", `{"name":"all"}`)
		_, encoded, _ := strings.Cut(string(answer), `"encoded":"`)
		encoded, _, _ = strings.Cut(encoded, `"`)
		if encoded == "" {
			t.Fatalf("status %d: %s", status, answer)
		}
		c := client(t, es, func(c *elastic.Config) { c.Username, c.Password, c.APIKey = "", "", secret.String(encoded) })
		l := startLane(t, c, es.Prefix, nil)
		d, done := l.add(3, 0, today)
		l.await(done)
		stored(t, d, 3)
	})
	t.Run("API key that may not write", func(t *testing.T) {
		_, answer := es.Do("POST", "/_security/api_key", `{"name":"read","role_descriptors":{"r":{"cluster":["monitor"],"indices":[{"names":["*"],"privileges":["read"]}]}}}`)
		_, encoded, _ := strings.Cut(string(answer), `"encoded":"`)
		encoded, _, _ = strings.Cut(encoded, `"`)
		c := client(t, es, func(c *elastic.Config) { c.Username, c.Password, c.APIKey = "", "", secret.String(encoded) })
		l := startLane(t, c, es.Prefix, nil)
		l.add(3, 0, today)
		l.awaitRed("security_exception")
	})
}

// proxy stands in front of a real server, with TLS, says that it is Elasticsearch, and refuses requests as large as limit, as
// nginx does.
func proxy(t *testing.T, es *testbed.Elasticsearch, limit int64) *httptest.Server {
	t.Helper()
	target, err := url.Parse(es.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	transport := &http.Transport{}
	forward.Transport = transport
	forward.ModifyResponse = func(r *http.Response) error {
		r.Header.Set("X-Elastic-Product", "Elasticsearch")
		return nil
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength >= limit {
			http.Error(w, "<html>413 Request Entity Too Large</html>", http.StatusRequestEntityTooLarge)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(func() {
		s.Close()
		transport.CloseIdleConnections()
	})
	return s
}

func TestBehindProxy(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	template(t, es)
	s := proxy(t, es, 50_000)
	c := client(t, es, func(c *elastic.Config) {
		c.URLs, c.CAFile = []string{s.URL}, caFile(t, s)
	})
	if _, err := c.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := startLane(t, c, es.Prefix, nil)
	d, done := sinktest.Delivery(200, today), make(chan struct{})
	d.Begin(func(*event.Delivery) { close(done) })
	feed := l.Feed()
	for i := range 200 {
		filler := 1000
		if i == 77 {
			filler = 60_000 // too large even alone
		}
		doc := fmt.Appendf(nil, `{"message":"line %d","filler":"%s"}`, i, strings.Repeat("x", filler))
		if err := sinktest.Feed(t.Context(), feed, doc, d.Ref(i)); err != nil {
			t.Fatal(err)
		}
	}
	feed.Rest()
	l.await(done)
	stored(t, d, 199)
	if d.Verdict(77) != event.Dead {
		t.Errorf("verdict %s", d.Verdict(77))
	}
}

func TestWrongAuthority(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	s := proxy(t, es, 1<<30)
	c := client(t, es, func(c *elastic.Config) { c.URLs = []string{s.URL} })
	l := startLane(t, c, es.Prefix, nil)
	l.add(1, 0, today)
	l.awaitRed("certificate")
}

package shipper

import (
	"fmt"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

const (
	login  = "<38>Nov 21 23:40:00 web1 sshd[7]: Accepted publickey for anna from 192.0.2.9 port 5000 ssh2"
	kernel = "<4>Nov 21 23:40:01 web1 kernel: eth0: link down"
	job    = "<30>Nov 21 23:40:02 node7 pbs_mom[99]: job 12 started"
)

func TestDefaultRoutes(t *testing.T) {
	r := start(t, nil)
	c := r.dial(0)
	r.send(c, login+"\n"+kernel+"\n"+fmt.Sprintf("%d %s", len(job), job))
	u := r.dial(1)
	r.send(u, kernel)
	r.want("auth", login)
	r.want("kern", kernel, kernel)
	r.want("syslog", job)
	r.stop()
	want := map[string]string{
		"hosts/YM/127.0.0.1/auth.log": login[4:] + "\n",
		"hosts/auth/YM/auth.log.DATE": login[4:] + "\n",
		"hosts/YM/127.0.0.1/kern.log": strings.Repeat(kernel[3:]+"\n", 2),
		"hosts/YM/127.0.0.1/syslog":   job[4:] + "\n",
		"hosts/pbs/YM/log.DATE":       job[4:] + "\n",
	}
	if got := r.files(); !maps.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestOriginAndIDs(t *testing.T) {
	r := start(t, nil)
	before := time.Now()
	r.send(r.dial(0), login+"\n"+login+"\n")
	r.want("auth", login, login)
	r.send(r.dial(1), login)
	r.want("auth", login, login, login)
	r.stop()
	b := r.spool.batch("auth")
	seen := map[event.ID]bool{}
	for i := range b.Len() {
		o := b.OriginOf(i)
		want := [...]event.Transport{event.TCP, event.TCP, event.UDP}[i]
		if o.Transport != want || o.Listener != want.String() || o.Peer.Addr().String() != "127.0.0.1" || o.Peer.Port() == 0 || o.Boot == (event.Boot{}) {
			t.Errorf("line %d: origin %+v", i, o)
		}
		if at := time.Unix(0, b.Lines[i].Received); at.Before(before) || at.After(time.Now()) {
			t.Errorf("line %d: received %v", i, at)
		}
		seen[b.ID(i)] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d ids for 3 lines", len(seen))
	}
}

func TestIPv6(t *testing.T) {
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skipf("no IPv6 here: %v", err)
	} else {
		l.Close()
	}
	r := start(t, func(c *Config) {
		c.Listeners = []ListenerConfig{{Listen: "tcp://[::1]:0"}, {Listen: "udp://[::1]:0"}, {Listen: "tcp://[::]:0"}, {Listen: "udp://[::]:0"}}
	})
	end := map[string]string{"tcp": "\n"}
	for i, addr := range r.Addrs() {
		r.send(r.dial(i), login+end[addr.Network()])
	}
	for _, network := range []string{"tcp", "udp"} { // IPv4 on a socket of both families
		port := r.Addrs()[2].(*net.TCPAddr).Port
		if network == "udp" {
			port = r.Addrs()[3].(*net.UDPAddr).Port
		}
		c, err := net.Dial(network, fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		r.send(c, login+end[network])
	}
	r.want("auth", login, login, login, login, login, login)
	r.stop()
	files := r.files()
	if n := strings.Count(files["hosts/YM/::1/auth.log"], "\n"); n != 4 {
		t.Errorf("%d lines from ::1 in %v", n, files)
	}
	if n := strings.Count(files["hosts/YM/127.0.0.1/auth.log"], "\n"); n != 2 {
		t.Errorf("%d lines from 127.0.0.1 in %v", n, files)
	}
}

func TestListenersAreNamed(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Listeners = []ListenerConfig{{Listen: "tcp://127.0.0.1:0"}, {Listen: "tcp://127.0.0.1:0"}, {Listen: "udp://127.0.0.1:0", Name: "tcp-2"}}
		c.Routes = []RouteConfig{
			{Listeners: []string{"tcp"}, Lane: "first"},
			{Listeners: []string{"tcp-3"}, Lane: "second"},
			{Listeners: []string{"tcp-2"}, Lane: "third"},
		}
	})
	for i, end := range []string{"\n", "\n", ""} {
		r.send(r.dial(i), fmt.Sprintf("<13>%d%s", i, end))
	}
	r.want("first", "<13>0")
	r.want("second", "<13>1")
	r.want("third", "<13>2")
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{r.Shipper})
	if _, err := registry.Gather(); err != nil {
		t.Error(err)
	}
}

func TestStopDrains(t *testing.T) {
	r := start(t, func(c *Config) { c.Batch.Linger = time.Second })
	c, u := r.dial(0), r.dial(1)
	var want []string
	for i := range 5000 {
		line := fmt.Sprintf("<38>Nov 21 23:40:00 web1 sshd[%d]: hello", i)
		want = append(want, line)
		if i%10 == 0 {
			r.send(u, line)
		} else {
			r.send(c, line+"\n")
		}
	}
	r.send(c, "<38>unfinished")
	r.received(1) // the connection was accepted; all else may still be in the kernel
	r.stop()
	r.want("auth", append(want, "<38>unfinished")...)
	if n := strings.Count(r.files()["hosts/YM/127.0.0.1/auth.log"], "\n"); n != 5001 {
		t.Errorf("%d lines in the file", n)
	}
}

func TestReopen(t *testing.T) {
	r := start(t, nil)
	r.send(r.dial(0), login+"\n")
	r.want("auth", login)
	r.Reopen()
	r.send(r.dial(0), login+"\n")
	r.want("auth", login, login)
	r.stop()
	if got := r.files()["hosts/YM/127.0.0.1/auth.log"]; strings.Count(got, "\n") != 2 {
		t.Errorf("%q", got)
	}
}

func TestLineIsVisibleInItsFileWhileRunning(t *testing.T) {
	r := start(t, nil)
	r.send(r.dial(0), login+"\n")
	testbed.Eventually(t, inTime, func() bool {
		return r.files()["hosts/YM/127.0.0.1/auth.log"] == login[4:]+"\n"
	}, "the line in its file")
}

func TestPortInUse(t *testing.T) {
	r := start(t, nil)
	for i, scheme := range []string{"tcp", "udp"} {
		cfg := testConfig()
		cfg.Listeners = []ListenerConfig{{Listen: "tcp://127.0.0.1:0"}, {Listen: scheme + "://" + r.Addrs()[i].String()}}
		_, err := New(cfg, Deps{Spool: r.spool, IDs: event.NewIDs(), Folder: t.TempDir()}, zap.NewNop())
		if err == nil || !strings.Contains(err.Error(), "listeners[1].listen") || !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func TestFolderNotWritable(t *testing.T) {
	_, err := New(testConfig(), Deps{Spool: new(memory), IDs: event.NewIDs(), Folder: "/proc/millrace"}, zap.NewNop())
	if err == nil || !strings.Contains(err.Error(), "/proc/millrace") {
		t.Error(err)
	}
}

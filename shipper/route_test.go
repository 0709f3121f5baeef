package shipper

import (
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/hostfile"
)

func TestRouteConditions(t *testing.T) {
	const base = "<38>Nov 21 23:40:00 web1 pbs_mom[7]: x"
	for _, test := range []struct {
		route RouteConfig
		line  string
		takes bool
	}{
		{RouteConfig{}, "", true},
		{RouteConfig{Select: "auth.info"}, base, true},
		{RouteConfig{Select: "auth.=debug"}, base, false},
		{RouteConfig{Select: "user.notice"}, "no header", true},
		{RouteConfig{ProgramEquals: []string{"sshd", "pbs_mom"}}, base, true},
		{RouteConfig{ProgramEquals: []string{"pbs"}}, base, false},
		{RouteConfig{ProgramContains: []string{"s_m"}}, base, true},
		{RouteConfig{ProgramContains: []string{"S_M"}}, base, false},
		{RouteConfig{ProgramGlob: []string{"pbs_*"}}, base, true},
		{RouteConfig{ProgramGlob: []string{"pbs"}}, base, false},
		{RouteConfig{ProgramEquals: []string{"x"}, ProgramGlob: []string{"p?s*"}}, base, true},
		{RouteConfig{Select: "kern.*", ProgramGlob: []string{"*"}}, base, false},
		{RouteConfig{ProgramEquals: []string{"pbs_mom"}}, "no header", false},
		{RouteConfig{Peers: []string{"192.0.2.0/24"}}, base, true},
		{RouteConfig{Peers: []string{"192.0.2.7"}}, base, true},
		{RouteConfig{Peers: []string{"10.0.0.0/8", "2001:db8::/32"}}, base, false},
		{RouteConfig{Listeners: []string{"tcp"}}, base, true},
		{RouteConfig{Listeners: []string{"udp"}}, base, false},
		{RouteConfig{Names: []string{"*.example.org"}}, base, true},
		{RouteConfig{Names: []string{"web2.*"}}, base, false},
	} {
		test.route.Lane = "x"
		r, err := compileRoute(&test.route, 0)
		if err != nil {
			t.Errorf("%+v: %v", test.route, err)
			continue
		}
		origin := event.Origin{Peer: mustPeer("192.0.2.7:9"), Listener: "tcp", Name: "web1.example.org"}
		var headers headerReader
		var h header
		headers.read(&h, []byte(test.line))
		if got := r.takesFrom(&origin) && r.takes(&h, []byte(test.line)); got != test.takes {
			t.Errorf("%+v takes %q: %v", test.route, test.line, got)
		}
	}
}

func TestFirstLaneAllFilesUntilDiscard(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Routes = []RouteConfig{
			{Files: []string{"everything"}},
			{Name: "noise", ProgramEquals: []string{"noise"}, Discard: true},
			{Select: "auth.*", Lane: "auth", Files: []string{"auth"}},
			{Select: "auth.*", Lane: "other", Files: []string{"also", "{host}/{program}.{severity}"}},
			{Select: "kern.*", Lane: "other"},
		}
	})
	noise := "<38>Nov 21 23:40:00 web1 noise: x"
	unrouted := "<30>Nov 21 23:40:00 web1 other: x"
	r.send(r.dial(0), login+"\n"+noise+"\n"+kernel+"\n"+unrouted+"\n")
	r.want("auth", login)
	r.want("other", kernel)
	r.received(4)
	r.stop()
	files := r.files()
	for name, want := range map[string]string{
		"everything": login[4:] + "\n" + noise[4:] + "\n" + kernel[3:] + "\n" + unrouted[4:] + "\n",
		"auth":       login[4:] + "\n", "also": login[4:] + "\n", "web1/sshd.info": login[4:] + "\n",
	} {
		if files[name] != want {
			t.Errorf("%s holds %q, want %q", name, files[name], want)
		}
	}
	if s := r.Stats(); s.Discarded["noise"] != 1 || len(files) != 4 {
		t.Errorf("%+v, files %q", s, files)
	}
}

func TestUnroutedLinesAreCounted(t *testing.T) {
	r := start(t, func(c *Config) { c.Routes = []RouteConfig{{Select: "auth.*", Lane: "auth"}} })
	r.send(r.dial(0), kernel+"\n"+login+"\n")
	r.want("auth", login)
	if n := r.Stats().Listeners[0].Unrouted; n != 1 {
		t.Errorf("%d lines counted as unrouted", n)
	}
}

func TestRawFormat(t *testing.T) {
	r := start(t, func(c *Config) { one(c); c.Files.Format = hostfile.Raw })
	r.send(r.dial(0), login+"\n")
	r.want("all", login)
	r.stop()
	if got := r.files()["tcp"]; got != login+"\n" {
		t.Errorf("%q", got)
	}
}

func TestManyHostsBehindARelay(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Files.MaxOpen = 7
		c.Routes = []RouteConfig{{Lane: "all", Files: []string{"hosts/{host}"}}}
	})
	c := r.dial(0)
	var want []string
	perHost := map[string]string{}
	for i := range 2000 {
		host := "host" + string(rune('a'+i%23))
		line := "Nov 21 23:40:00 " + host + " app: " + strings.Repeat("x", i%50)
		want = append(want, "<13>"+line)
		perHost["hosts/"+host] += line + "\n"
		r.send(c, "<13>"+line+"\n")
	}
	r.want("all", want...)
	r.stop()
	for name, text := range perHost {
		if got := r.files()[name]; got != text {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(text))
		}
	}
}

func TestValidate(t *testing.T) {
	listener := func(url string) func(*Config) { return func(c *Config) { c.Listeners[1].Listen = url } }
	route := func(r RouteConfig) func(*Config) { return func(c *Config) { c.Routes[1] = r } }
	for _, test := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Listeners = nil }, "listeners: there is none"},
		{listener("127.0.0.1:514"), "listeners[1].listen: "},
		{listener("http://127.0.0.1:514"), `listeners[1].listen: "http://127.0.0.1:514": the protocol "http" is unknown`},
		{listener("tcp://127.0.0.1"), "has no port: write"},
		{listener("tcp://127.0.0.1:65536"), "the port 65536 is out of range: write"},
		{func(c *Config) { c.Listeners[0].Listen, c.Listeners[1].Listen = "tcp://[::]:7", "relp://[::]:7" }, "listeners[1].listen: relp://[::]:7 has the address of listeners[0]"},
		{listener("tcp://localhost:514"), `"localhost" is not an IP address: write`},
		{listener("tcp://127.0.0.1:514/path"), "listeners[1].listen: "},
		{func(c *Config) { c.Listeners[1].Name, c.Listeners[0].Name = "x", "x" }, `listeners[1].name: there is another listener "x"`},
		{func(c *Config) { c.Listeners[0].MaxMessage = 100 }, "listeners[0].max_message: 100 is out of range: write"},
		{func(c *Config) { c.Listeners[0].MaxConnections = -1 }, "listeners[0].max_connections: "},
		{func(c *Config) { c.Listeners[0].ReceiveBuffer = -1 }, "listeners[0].receive_buffer: "},
		{route(RouteConfig{Select: "atuh.*", Lane: "x"}), `routes[1].select: selector "atuh.*": "atuh" is not a facility: write`},
		{route(RouteConfig{Lane: "X"}), `routes[1].lane: "X" is not a name for a lane: write`},
		{route(RouteConfig{}), "routes[1].files: the route leads nowhere"},
		{route(RouteConfig{Discard: true, Lane: "x"}), "routes[1].discard: "},
		{route(RouteConfig{Lane: "x", ProgramGlob: []string{"["}}), `routes[1].program_glob: "[" is not a pattern: write`},
		{route(RouteConfig{Lane: "x", Names: []string{"["}}), `routes[1].names: "[" is not a pattern: write`},
		{route(RouteConfig{Lane: "x", Peers: []string{"10.0.0.0/33"}}), `routes[1].peers: "10.0.0.0/33" is not a network: write`},
		{route(RouteConfig{Files: []string{"{peer}"}}), `routes[1].files: path "{peer}": "{peer}" is not a placeholder: write`},
		{route(RouteConfig{Lane: "x", Listeners: []string{"tls"}}), `routes[1].listeners: there is no listener "tls": write`},
		{func(c *Config) { c.Files.MaxOpen = 0 }, "files.max_open: "},
		{func(c *Config) { c.Batch.Lines = 0 }, "batch.lines: "},
		{func(c *Config) { c.Batch.Size = 1 }, "batch.size: "},
		{func(c *Config) { c.Batch.Linger = time.Hour }, "batch.linger: "},
		{func(c *Config) { c.DrainTimeout = 0 }, "drain_timeout: "},
	} {
		cfg := testConfig()
		test.change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	cfg := DefaultConfig()
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}

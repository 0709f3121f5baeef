package painless

import (
	"syscall"
	"testing"

	"github.com/millrace/millrace/event"
)

// Conditions as pipelines have them. go test ./parser/painless -bench Condition -benchmem
func BenchmarkCondition(b *testing.B) {
	for _, c := range []struct{ name, src string }{
		{"NotNull", `ctx?.source?.ip != null`},
		{"Equals", `ctx.event?.code == '4625'`},
		{"And", `ctx?.event?.code != null && ctx?.event?.action == 'login' && ctx.source?.port == 22`},
		{"Contains", `['4624', '4625', '4634', '4647', '4648', '4672', '4688', '4697'].contains(ctx.event?.code)`},
		{"StringMethod", `ctx.message != null && ctx.message.startsWith('Failed') && ctx.message.contains('root')`},
		{"Regex", `ctx.message =~ /^Failed \w+ for/`},
		{"Instanceof", `ctx.event?.action instanceof String && ctx.tags instanceof List && ctx.tags.contains('b')`},
		{"Number", `ctx.json?.n > 5 && ctx.json.n < 10.0`},
		{"Brackets", `ctx.containsKey('event') && ctx['event']['code'] == '4625'`},
		{"Length", `ctx.message.length() > 10`},
	} {
		b.Run(c.name, func(b *testing.B) {
			cond, err := CompileCondition(c.src, Options{})
			if err != nil {
				b.Fatal(err)
			}
			ctx := benchContext(b)
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				if yes, err := cond.Eval(ctx); !yes || err != nil {
					b.Fatal(yes, err)
				}
			}
			b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// cpuTime is that of the process: wall time says little on a machine with neighbours.
func cpuTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

// benchContext has a document as processors make it: its names are symbols.
func benchContext(b *testing.B) *Context {
	c := newContext(b, `{}`)
	ev := c.Event
	tags := ev.NewList()
	ev.Append(tags, ev.Text("a"))
	ev.Append(tags, ev.Text("b"))
	for _, f := range []struct {
		path string
		v    event.Value
	}{
		{"message", ev.Text("Failed password for root")}, {"event.code", ev.Text("4625")}, {"event.action", ev.Text("login")},
		{"event.dataset", ev.Text("system.auth")}, {"source.ip", ev.Text("192.0.2.1")}, {"source.port", event.IntValue(22)},
		{"tags", tags}, {"json.flag", event.BoolValue(false)}, {"json.n", event.IntValue(7)},
	} {
		if err := ev.Set(event.MustPath(f.path), f.v); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// Scripts as Filebeat's modules and many integrations have them, over the document of an access line. What they would
// remove is not there, so that each run has the same to do. go test ./parser/painless -bench Script -benchmem
func BenchmarkScript(b *testing.B) {
	for _, c := range []struct{ name, src string }{
		{"Nothing", `return;`},
		{"Walk", `void handleMap(Map map) { for (def x : map.values()) { if (x instanceof Map) { handleMap(x); } else if (x instanceof List) { handleList(x); } }
			map.values().removeIf(v -> v == null); }
			void handleList(List list) { for (def x : list) { if (x instanceof Map) { handleMap(x); } else if (x instanceof List) { handleList(x); } } }
			handleMap(ctx);`},
		{"WalkEmpty", `void handleMap(Map map) { for (def x : map.values()) { if (x instanceof Map) { handleMap(x); } else if (x instanceof List) { handleList(x); } }
			map.values().removeIf(v -> v == null || v == '' || (v instanceof Map && v.size() == 0) || (v instanceof List && v.size() == 0)); }
			void handleList(List list) { for (def x : list) { if (x instanceof Map) { handleMap(x); } else if (x instanceof List) { handleList(x); } }
			list.removeIf(v -> v == null || v == '' || (v instanceof Map && v.size() == 0) || (v instanceof List && v.size() == 0)); }
			handleMap(ctx);`},
		{"Drop", `boolean drop(Object o) { if (o == null || o == "") { return true; }
			else if (o instanceof Map) { ((Map) o).values().removeIf(v -> drop(v)); return (((Map) o).size() == 0); }
			else if (o instanceof List) { ((List) o).removeIf(v -> drop(v)); return (((List) o).length == 0); } return false; }
			drop(ctx);`},
		{"Private", `boolean isPrivate(def dot, def ip) { try { StringTokenizer tok = new StringTokenizer(ip, dot);
			int first = Integer.parseInt(tok.nextToken()); int second = Integer.parseInt(tok.nextToken());
			if (first == 10) { return true; } if (first == 192 && second == 168) { return true; }
			if (first == 172 && second >= 16 && second <= 31) { return true; } return first == 127; } catch (Exception e) { return false; } }
			try { def found = false; for (def item : ctx.related.ip) { if (!isPrivate('.', item)) { ctx.source.address = item; found = true; break; } }
			if (!found) { ctx.source.address = ctx.related.ip[0]; } } catch (Exception e) { ctx.source.address = null; }`},
		{"Entries", `int n = 0; for (Map.Entry e : ctx.http.entrySet()) { if (e.getKey() == 'version') { n += e.getValue().length(); } }`},
	} {
		b.Run(c.name, func(b *testing.B) {
			script, err := CompileScript(c.src, Options{})
			if err != nil {
				b.Fatal(err)
			}
			ctx := accessContext(b)
			mark := ctx.Event.Mark()
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				if err := script.Run(ctx); err != nil {
					b.Fatal(err)
				}
				ctx.Event.Undo(mark)
			}
			b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// accessContext has the document of a line of an access log.
func accessContext(b *testing.B) *Context {
	c := newContext(b, `{}`)
	for _, path := range []string{
		"@timestamp", "event.ingested", "event.original", "event.created", "event.kind", "event.outcome", "source.address", "source.ip",
		"source.geo.continent_name", "source.geo.region_iso_code", "source.geo.city_name", "source.geo.country_iso_code", "source.geo.country_name",
		"source.geo.region_name", "source.geo.location.lon", "source.geo.location.lat", "source.as.number", "source.as.organization.name",
		"http.request.method", "http.request.referrer", "http.response.status_code", "http.response.body.bytes", "http.version",
		"url.original", "url.path", "url.extension", "user_agent.original", "user_agent.name", "user_agent.version", "user_agent.device.name",
		"user_agent.os.name", "user_agent.os.version", "user_agent.os.full", "log.level", "log.syslog.priority", "host.name", "host.hostname", "ecs.version",
	} {
		if err := c.Event.Set(event.MustPath(path), c.Event.Text("192.0.2.17")); err != nil {
			b.Fatal(err)
		}
	}
	for _, path := range []string{"related.ip", "event.category", "event.type"} {
		list := c.Event.NewList()
		c.Event.Append(list, c.Event.Text("203.0.113.9"))
		_ = c.Event.Set(event.MustPath(path), list)
	}
	return c
}

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

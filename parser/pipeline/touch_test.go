package pipeline

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestShortcuts runs random pipelines twice: as they run, with conditions that remember what was read and what is known,
// steps that are skipped or done together, and as a trace runs them, step by step.
func TestShortcuts(t *testing.T) {
	ran := 0
	for n := range uint64(3000) {
		g := shortcuts{rand.New(rand.NewPCG(7, n))}
		sources := []Source{
			{Name: "p", Text: []byte("processors: " + g.steps(8) + "\non_failure: [{set: {field: d, value: '{{_ingest.on_failure_processor_type}}'}}]")},
			{Name: "q", Text: []byte("processors: " + g.steps(4))},
			{Name: "r", Text: []byte("processors: " + g.steps(3))},
		}
		set, err := Compile(sources, Deps{})
		if err != nil {
			t.Fatalf("%v\n%s", err, sources[0].Text)
		}
		r := set.NewRunner()
		for range 3 {
			doc := g.document()
			run := func(run func(ev *event.Event) error) string {
				ev := event.New()
				loadSymbols(t, ev, doc)
				failed := fmt.Sprint(run(ev))
				if m := unnotedNull(ev, ev.Doc(), 10); m.Kind() != event.Missing {
					t.Fatalf("seed %d: %s\n%s\nit is not known that an entry of %v is null", n, doc, sources[0].Text, m)
				}
				out, err := ev.AppendJSON(nil)
				ingest, _ := ev.AppendValue(nil, ev.Ingest())
				return fmt.Sprintf("%s\n%v %s\n%s", out, err, ingest, failed)
			}
			short := run(func(ev *event.Event) error {
				return r.RunFrom([]*Start{nil, r.StartOf(ev)}[n%2], nil, set.Pipeline("p"), ev, received)
			})
			long := run(func(ev *event.Event) error {
				_, err := r.Trace(set.Pipeline("p"), ev, received)
				return err
			})
			if short != long {
				t.Fatalf("seed %d: %s\n%s\n%s\n%s\nas it runs: %s\nstep by step: %s", n, doc, sources[0].Text, sources[1].Text, sources[2].Text, short, long)
			}
			ran++
		}
	}
	t.Logf("%d runs", ran)
}

// unnotedNull is a container in v that has a null, of which the event does not know.
func unnotedNull(ev *event.Event, v event.Value, depth int) (m event.Value) {
	known, all := ev.Nulls()
	if v.Kind() < event.List || depth == 0 || !all {
		return m
	}
	if ev.HoldsNull(v) && !slices.Contains(known, v) {
		return v
	}
	for i := 0; i < ev.Len(v) && m.Kind() == event.Missing; i++ {
		m = unnotedNull(ev, ev.At(v, i), depth-1)
	}
	return m
}

// loadSymbols is load of a document whose own names are symbols, as lines' have them.
func loadSymbols(t *testing.T, ev *event.Event, doc string) {
	t.Helper()
	load(t, ev, doc)
	m, read := ev.NewMap(), ev.Doc()
	for i := range ev.Len(read) {
		ev.Add(m, event.Intern(string(ev.Key(read, i))), ev.At(read, i))
	}
	ev.SetDoc(m)
}

type shortcuts struct{ *rand.Rand }

func (g shortcuts) of(options ...string) string { return options[g.IntN(len(options))] }

func (g shortcuts) field() string {
	return g.of("a", "a.b", "a.b.c", "a.c", "b", "b.c", "a", "a.b", "a.c", "l", "l.0.b", "_source.a.b", "m.k.b", "n.b", "n.c.b", "o")
}

// steps are random steps of which many have the same condition.
func (g shortcuts) steps(n int) string {
	list := make([]string, 1+g.IntN(n))
	condition := g.condition()
	for i := range list {
		typ, options := g.step()
		if g.IntN(3) == 0 {
			condition = g.condition()
		}
		if g.IntN(3) > 0 {
			options += fmt.Sprintf(", if: %q", condition)
		}
		if g.IntN(4) > 0 {
			options += ", ignore_failure: true"
		} else if g.IntN(3) == 0 {
			options += ", on_failure: [{append: {field: a.c, value: failed, if: 'ctx.a?.c != null'}}]"
		}
		list[i] = fmt.Sprintf("{%s: {%s}}", typ, options)
	}
	return "[" + strings.Join(list, ",\n ") + "]"
}

func (g shortcuts) step() (typ, options string) {
	switch g.IntN(20) {
	case 0, 1, 2:
		return "set", fmt.Sprintf("field: %s, value: %s", g.field(), g.of("x", "y", "[x]", "{b: x}", "{b: {c: x}}", "'{{b}}'", "7"))
	case 3:
		return "set", fmt.Sprintf("field: %s, copy_from: %s", g.field(), g.field())
	case 4, 5:
		return "rename", fmt.Sprintf("field: %s, target_field: %s, ignore_missing: %s", g.field(), g.field(), g.of("true", "false"))
	case 6:
		return "remove", fmt.Sprintf("field: %s, ignore_missing: true", g.field())
	case 7:
		return "append", fmt.Sprintf("field: %s, value: [%s]", g.field(), g.of("x", "y, z", "'{{a.c}}'"))
	case 8:
		return "script", "source: " + g.of("\"ctx.a = ['b': 'x']\"", "\"if (ctx.b == 'x') { ctx.a.c = ['x'] } else { ctx.b = ctx.b == null ? 'x' : 'y' }\"", "'ctx.a = ctx.b'", "\"ctx.b = ['c': 'x']\"", "\"ctx.l = [ctx.a]\"", "\"ctx.remove('a')\"",
			"\"if (ctx.b == 'x') { ctx.remove('b') } ctx.n = ['b': 'x']\"", "\"ctx.a.b = ctx.b; ctx['o'] = 'x'\"", "\"try { ctx.n.b = null; ctx.m.k.b = ctx.a.b.c } catch (Exception e) { ctx.a = 'x' }\"",
			"\"def m = ctx.a; if (m instanceof Map) { m.b = 'x' }\"", "\"void f(Map m) { m.values().removeIf(v -> v == null) } f(ctx)\"",
			"\"void f(def o) { if (o instanceof Map) { for (v in o.values()) { f(v) } o.values().removeIf(v -> v == null) } } f(ctx)\"", "\"ctx.o = ctx.o == null ? 1 : ctx.o + 'x'\"")
	case 9:
		return "foreach", fmt.Sprintf("field: %s, processor: {set: {field: %s, value: x, if: \"%s\"}}", g.of("a", "l", "m"), g.of("_ingest._value.b", "a.c", "m.k.b"), g.condition())
	case 10:
		return "uppercase", fmt.Sprintf("field: %s, ignore_missing: true", g.field())
	case 11:
		if typ = g.of("terminate", "fail"); typ == "fail" {
			return typ, "message: y"
		}
		return typ, "tag: y"
	case 12:
		return g.of("split", "join"), fmt.Sprintf("field: %s, separator: x, target_field: %s", g.field(), g.field())
	case 13:
		return "uri_parts", fmt.Sprintf("field: %s, target_field: %s, remove_if_successful: %s", g.field(), g.field(), g.of("true", "false"))
	case 14:
		return "convert", fmt.Sprintf("field: %s, type: string, target_field: %s", g.field(), g.field())
	}
	if g.IntN(5) > 0 {
		pattern := func() string {
			one := func() string { return fmt.Sprintf("(?<%s>\\w)", g.field()) }
			return g.of("^%{WORD:n.b}(?:%{INT:n.c.b:int})?", "^%{WORD:"+g.field()+"}", "^%{WORD:n.b}%{WORD:o}?$", "^%{NOTSPACE:"+g.field()+":long}", "^"+one()+one()+"?", "^(?:%{INT:n.c.b}|%{WORD:n.c.d})")
		}
		return "grok", fmt.Sprintf("field: %s, patterns: ['%s', '%s']", g.of("d", "d", "d", "b", "n.b"), pattern(), pattern())
	}
	return "pipeline", "name: " + g.of("q", "r", "'{{d}}'") + ", ignore_missing_pipeline: true"
}

func (g shortcuts) condition() string {
	one := func() string {
		path := "ctx." + g.of("a", "b", "a?.b", "a?.b?.c", "a?.c", "b?.c", "a.b", "m?.k?.b", "n?.b", "n?.b", "n?.c?.b", "n?.c?.d", "n.c", "n?.c.b", "o", "n?.x", "n")
		return path + g.of(" == null", " != null", " == null", " != null", " != null", " == 'x'", " != 'X'", " instanceof Map", " == 7", ".startsWith('x')", "?.contains('x') == true", "?.isEmpty() != false")
	}
	return g.of(one(), one(), one()+" && "+one(), one()+" || "+one(), "!("+one()+" || "+one()+")", one()+" && "+one()+" && "+one())
}

func (g shortcuts) document() string {
	value := func() string {
		return g.of(`"x"`, `"X"`, `"y"`, `7`, `null`, `{}`, `{"c":"x"}`, `["x"]`, `{"b":{"c":"y"}}`)
	}
	return fmt.Sprintf(`{"a":%s,"b":%s,"l":[%s,%s],"m":{"k":%s,"j":%s},"d":%q}`,
		g.of(value(), `{"b":`+value()+`,"c":`+value()+`}`), value(), value(), value(), value(), value(), g.of("q", "r", "s"))
}

// TestSharedContainers has containers that stand in two places: what is written to one of them changes the other.
func TestSharedContainers(t *testing.T) {
	for _, c := range []struct{ processors, inner, doc, want string }{
		{`[{script: {source: 'ctx.a = ctx.b'}}, {set: {field: x, value: 1, if: ctx.a?.c == null}}, {set: {field: b.c, value: v}},
		   {set: {field: y, value: 1, if: ctx.a?.c == 'v'}}]`, `[]`, `{"b":{}}`, `{"b":{"c":"v"},"a":{"c":"v"},"x":1,"y":1}`},
		{`[{foreach: {field: m, processor: {pipeline: {name: inner}}}}]`,
			`[{set: {field: x, value: 1, if: ctx.m.k.b == null}}, {set: {field: _ingest._value.b, value: v}}, {set: {field: y, value: 1, if: ctx.m.k.b == 'v'}}]`,
			`{"m":{"k":{}}}`, `{"m":{"k":{"b":"v"}},"x":1,"y":1}`},
	} {
		set, err := Compile([]Source{
			{Name: "outer", Text: []byte("processors: " + c.processors)}, {Name: "inner", Text: []byte("processors: " + c.inner)},
		}, Deps{})
		if err != nil {
			t.Fatal(err)
		}
		ev := event.New()
		load(t, ev, c.doc)
		err = set.NewRunner().Run(set.Pipeline("outer"), ev, received)
		if got, _ := ev.AppendJSON(nil); err != nil || !sameJSON(t, string(got), c.want) {
			t.Errorf("%s: %s, %v", c.processors, got, err)
		}
	}
}

// TestSetTwice has one field set twice in a row, which is one entry.
func TestSetTwice(t *testing.T) {
	set, err := Compile([]Source{{Name: "p", Text: []byte(`processors: [{set: {field: o, value: x}}, {set: {field: o, value: y}}]`)}}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	ev := event.New()
	err = set.NewRunner().Run(set.Pipeline("p"), ev, received)
	if got, _ := ev.AppendJSON(nil); err != nil || string(got) != `{"o":"y"}` {
		t.Errorf("%s, %v", got, err)
	}
}

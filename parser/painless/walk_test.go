package painless

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// Walks as pipelines have them. NOTHING is where a statement makes the same function one that is no walk.
var walkScripts = []struct {
	src   string
	walks bool
}{
	{`void handleMap(Map map) { NOTHING for (def x : map.values()) { if (x instanceof Map) { handleMap(x) } else if (x instanceof List) { handleList(x) } } map.values().removeIf(v -> v == null) }
		void handleList(List list) { NOTHING for (def x : list) { if (x instanceof Map) { handleMap(x) } else if (x instanceof List) { handleList(x) } } } handleMap(ctx)`, true},
	{`void handleMap(Map map) { NOTHING for (def x : map.values()) { if (x instanceof Map) { handleMap(x) } else if (x instanceof List) { handleList(x) } }
		map.values().removeIf(v -> v == null || v == '' || (v instanceof Map && v.size() == 0) || (v instanceof List && v.size() == 0)) }
		void handleList(List list) { NOTHING for (def x : list) { if (x instanceof Map) { handleMap(x) } else if (x instanceof List) { handleList(x) } }
		list.removeIf(v -> v == null || v == '' || (v instanceof Map && v.size() == 0) || (v instanceof List && v.size() == 0)) } handleMap(ctx)`, true},
	{`boolean drop(Object o) { NOTHING if (o == null || o == '') { return true } else if (o instanceof Map) { ((Map) o).values().removeIf(v -> drop(v)); return (((Map) o).size() == 0) }
		else if (o instanceof List) { ((List) o).removeIf(v -> drop(v)); return (((List) o).length == 0) } return false } ctx.all = drop(ctx)`, true},
	{`boolean drop(def o) { NOTHING if (o instanceof Map) { o.values().removeIf(v -> v == null || drop(v)); return o.isEmpty() } if (o instanceof List) { for (def x : o) { drop(x) } return false } return o == '' } drop(ctx)`, true},
	{`void f(def o) { NOTHING if (o instanceof Map) { o.values().removeIf(v -> v instanceof List && v.isEmpty()); for (def x : o.values()) { f(x) } o.values().removeIf(v -> v instanceof Map && v.isEmpty()) } } f(ctx.a); f(ctx)`, false},
	{`boolean all(def o) { NOTHING if (o instanceof List) { o.removeIf(v -> all(v)); return true } return o == null } for (def x : ctx.values()) { if (x instanceof List) { all(x) } }`, false},
	{`void f(Map m) { NOTHING m.values().removeIf(v -> v == null); for (def x : m.values()) { f(x) } } f(ctx)`, false}, // removes first
	{`void f(def o) { NOTHING if (o instanceof Map) { f(o) } } f(ctx)`, false},
	{`void f(Map m) { NOTHING m.values().removeIf(v -> v == '-') } f(ctx)`, false},
	{`boolean f(def o) { NOTHING if (o instanceof Map) { o.values().removeIf(v -> !f(v)); return false } return true } f(ctx)`, false}, // for lists
	{`void f(Map m) { NOTHING for (def x : m.values()) { if (x == null) { m.k = 1 } } } f(ctx)`, false},
	{`boolean f(def o) { NOTHING if (o instanceof Map) { o.values().removeIf(v -> v instanceof Map && v.isEmpty() || f(v)) } else if (o instanceof List) { o.removeIf(v -> f(v)) } return o == null } f(ctx)`, false}, // keeps those it empties
	{`void f(Map m) { NOTHING m.remove('k') } f(ctx)`, false},
}

// TestWalks runs scripts both ways over random documents.
func TestWalks(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 8))
	for _, s := range walkScripts {
		fast, slow := compileWalk(t, s.src, ""), compileWalk(t, s.src, "int nothing = 0;")
		for range 400 {
			doc, m := `{"a":`+randomTree(r, 4)+`,"k":`+randomTree(r, 2)+`,"l":`+randomTree(r, 1)+`}`, Metadata{}
			if r.IntN(2) == 0 {
				m = Metadata{Index: "i", Version: 3, HasVersion: true}
			}
			shared := r.IntN(3)
			if got, want := walkOver(t, fast, doc, m, shared), walkOver(t, slow, doc, m, shared); got != want {
				t.Fatalf("%s\nover %s, shared %d, %v\n got %s\nwant %s", s.src, doc, shared, m, got, want)
			}
		}
	}
}

// TestWhatWalks tells which functions are walks.
func TestWhatWalks(t *testing.T) {
	for _, s := range walkScripts {
		tree, err := parse(strings.ReplaceAll(s.src, "NOTHING", ""))
		if err != nil {
			t.Fatal(err)
		}
		cp := &compiler{src: s.src, lib: library(), consts: &arena{ev: event.New()}, fields: NewFields(), funcs: map[string]*function{}, ways: map[*ifStmt]*ways{}}
		cp.functions(tree.funcs)
		for _, f := range cp.funcs {
			if (f.walk != nil) != s.walks {
				t.Errorf("%s: is %s a walk: %v", s.src, f.name, f.walk != nil)
			}
		}
	}
}

func compileWalk(t *testing.T, src, nothing string) *Script {
	s, err := CompileScript(strings.ReplaceAll(src, "NOTHING", nothing), Options{})
	if err != nil {
		t.Fatal(src, err)
	}
	return s
}

// walkOver is what a script makes of a document, of which a container may be in several places, or in itself.
func walkOver(t *testing.T, s *Script, doc string, m Metadata, shared int) string {
	c := newContext(t, doc)
	c.Metadata = m
	ev := c.Event
	switch a := ev.Get(event.MustPath("a")); {
	case shared == 1:
		ev.Put(ev.Doc(), event.Intern("s"), a)
	case shared == 2 && a.Kind() == event.List:
		ev.Append(a, ev.Get(event.MustPath("k")))
	case shared == 2 && a.Kind() == event.Map && ev.Len(a) == 3:
		ev.Put(a, event.Intern("itself"), a)
	}
	if shared > 0 {
		c.Share()
	}
	err := s.Run(c)
	out, _ := ev.AppendJSON(nil)
	return fmt.Sprintf("%s, %v", out, err)
}

func randomTree(r *rand.Rand, depth int) string {
	kind := r.IntN(12)
	if depth == 0 && kind < 6 {
		kind += 6
	}
	var items []string
	switch {
	case kind < 4:
		for i := range r.IntN(4) {
			items = append(items, fmt.Sprintf("%q:%s", string(rune('a'+i)), randomTree(r, depth-1)))
		}
		return "{" + strings.Join(items, ",") + "}"
	case kind < 6:
		for range r.IntN(4) {
			items = append(items, randomTree(r, depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return []string{`null`, `""`, `"-"`, `"x"`, `7`, `true`}[kind-6]
}

package painless

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestSwitch asks random runs of conditions one by one, over random documents, where a switch passes over some.
func TestSwitch(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 11))
	of := func(options ...string) string { return options[r.IntN(len(options))] }
	one := func(field string) string {
		texts := []string{"'text'", "'x'", "'te'", "'y'", "''", "'7'"}
		switch r.IntN(6) {
		case 0:
			return field + ".startsWith(" + of(texts...) + ")"
		case 1:
			return "[" + of(texts...) + ", " + of(append(texts, "null")...) + "].contains(" + field + ")"
		case 2:
			return field + of(" == null", " != null", " instanceof String", " == 7", " == true", ".contains('x')", ".isEmpty()", "?.endsWith('t') == true", "?.equals('x') != true")
		}
		return field + of(" == ", " == ", " != ") + of(texts...)
	}
	passed, asked := 0, 0
	for range 1000 {
		fields := []string{of("ctx.a", "ctx.a?.b", "ctx.a.b"), "ctx.b", "ctx.a"}
		shared := NewFields()
		var conds []*Condition
		var sources []string
		for range 2 + r.IntN(6) {
			field := func() string { return fields[max(0, r.IntN(6)-3)] }
			src := one(field())
			for range r.IntN(3) {
				src = of(src+" && "+one(field()), src+" && "+one(field()), one(field())+" && "+src, src+" || "+one(field()), "!("+src+")")
			}
			cond, err := CompileCondition(src, Options{Fields: shared})
			if err != nil {
				t.Fatalf("%s: %v", src, err)
			}
			conds, sources = append(conds, cond), append(sources, src)
		}
		s, sure := NewSwitch(conds)
		d := &documents{r: r}
		for _, doc := range d.forConditions([]string{strings.Join(sources, " && ")}, 30) {
			c := newContext(t, doc)
			c.Use(shared)
			for _, i := range sure {
				n := s.Pass(c, i)
				for j := i; j < i+n; j++ {
					if holds, err := conds[j].eval(c); holds || err != nil {
						t.Fatalf("over %s: passes %d from %d, %d holds: %t, %v\n%s", doc, n, i, j, holds, err, strings.Join(sources, "\n"))
					}
				}
				passed += n
				asked++
			}
		}
	}
	t.Logf("%d asked, %d passed over", asked, passed)
	if passed == 0 {
		t.Error("no switch passes over anything")
	}
}

func TestSwitchOfModules(t *testing.T) {
	const names = `ctx.process?.name != null && [%s].contains(ctx.process.name)`
	var conds []*Condition
	shared := NewFields()
	for _, src := range []string{
		fmt.Sprintf(names, "'groupadd', 'useradd'"),
		`ctx.process?.name != null && (ctx.message == null || !ctx.message.contains("fail")) && ['groupadd'].contains(ctx.process.name)`,
		`ctx.process != null && ctx.process.name == 'usermod'`,
		`ctx.user?.name != null`,
		fmt.Sprintf(names, "'usermod'"),
	} {
		cond, err := CompileCondition(src, Options{Fields: shared})
		if err != nil {
			t.Fatal(err)
		}
		conds = append(conds, cond)
	}
	s, sure := NewSwitch(conds)
	if fmt.Sprint(sure) != "[0 1 2 4]" {
		t.Fatalf("is sure of %v", sure)
	}
	for _, c := range []struct {
		doc    string
		passes []int
	}{
		{`{"process":{"name":"sshd"},"message":"x"}`, []int{3, 2, 1, 0, 1}},
		{`{"message":"x"}`, []int{2, 1, 0, 0, 1}},
		{`{"process":{"name":"groupadd"}}`, []int{0, 0, 1, 0, 1}},
		{`{"process":{"name":"usermod"},"message":null}`, []int{2, 1, 0, 0, 0}},
		{`{"process":{"name":"sshd"},"message":7}`, []int{0, 0, 0, 0, 0}},
		{`{"process":{"name":7}}`, []int{0, 0, 0, 0, 0}},
		{`{"process":"sshd"}`, []int{0, 0, 0, 0, 0}},
	} {
		ctx := newContext(t, c.doc)
		ctx.Use(shared)
		for i, want := range c.passes {
			if got := s.Pass(ctx, i); got != want && i != 3 {
				t.Errorf("%s: from %d passes %d, not %d", c.doc, i, got, want)
			}
		}
	}
}

func TestWrites(t *testing.T) {
	for src, want := range map[string]string{
		`ctx.a = 'x'`: "[a]",
		`if (ctx.a.b == 'x') { ctx.event.type = ['a', 'b']; ctx['c'] = ctx.n + 1 } else { ctx.m = ['k': [:]]; return }`: "[event.type c m]",
		`ctx.a += 'x'; ctx.n++; def x = ctx.a; ctx.b.c = x`:                                                             "[a n b.c]",
		`def x = ctx.a; x.b = 1; ctx.l.add(ctx.a); ctx._index = 'x'; ctx['a.b'] = 'x'; ctx._x.y = 1`:                    "[]",
		`void f(Map m) { m.a = 1 } f(ctx)`:                                                                              "[]",
	} {
		s, err := CompileScript(src, Options{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if got := fmt.Sprint(s.p.writes); got != want {
			t.Errorf("%s: %s, not %s", src, got, want)
		}
	}
}

// A script tells of what it has changed: beside fields that it assigns to, that may be anything.
func TestOtherChanges(t *testing.T) {
	for src, known := range map[string]bool{
		`ctx.b = 'x'`: true,
		`ctx.b = null; ctx['b'] = ctx.a; ctx.c.d = 1`: true,
		`return`:                         true,
		`ctx.remove('b')`:                false,
		`def m = ctx.c; m.d = 1`:         false,
		`ctx.b = 'x'; ctx.c.put('d', 2)`: false,
		`ctx.l.0 = 1`:                    false,
		`ctx._index = 'x'`:               false,
		`try { ctx.remove('b'); ctx.x.y = 1 } catch (Exception e) { }`: false,
	} {
		fields := NewFields()
		at := fields.Add("a")
		script, err := CompileScript(src, Options{Fields: fields})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		script.Link()
		ctx := newContext(t, `{"a":"x","b":"y","c":{},"l":[0]}`)
		ctx.SetMetadata = func(string, event.Value) error { return nil }
		ctx.Use(fields)
		ctx.Field(at)
		if err := script.Run(ctx); err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if ctx.has(at) != known {
			t.Errorf("%s: a is known: %v", src, ctx.has(at))
		}
	}
}

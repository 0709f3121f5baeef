package painless

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/event"
)

// directConditions have every form that is compiled into direct tests.
var directConditions = []string{
	`ctx.a == null`, `ctx.a?.b != null`, `null != ctx.a`, `ctx == null`, `ctx['a'] == null`, `ctx.a['b.c'] == 'x'`, `ctx?.a?.b.c == 'x'`,
	`ctx.a == 'x'`, `ctx.a?.b != 'x'`, `'x' == ctx.a`, `ctx.a == 7`, `ctx.a != 7`, `ctx.a == true`, `ctx.a?.b != false`, `ctx.a == 010`, `ctx.a == 7L`, `ctx.a == 1.5`,
	`ctx.a < 7`, `ctx.a?.b <= 7`, `ctx.a > 7`, `ctx.a?.b >= 7`, `ctx.a < 2147483647`,
	`ctx.a instanceof String`, `ctx.a?.b instanceof List`, `ctx.a instanceof Map`, `ctx.a instanceof Integer`,
	`ctx.a.startsWith('te')`, `ctx.a?.startsWith('te') == true`, `ctx.a?.b?.endsWith('xt') != true`, `ctx.a?.contains('x') == false`, `ctx.a?.contains('x')`, `ctx.a?.isEmpty() != false`,
	`ctx.a.contains('a')`, `ctx.a.equals('text')`, `ctx.a.isEmpty()`, `ctx.containsKey('a')`, `ctx.a?.b.containsKey('k')`, `ctx.a.contains(7)`, `ctx.isEmpty()`,
	`['a', 'text', null].contains(ctx.a)`, `['a', 'text'].contains(ctx.a?.b)`, `['a', 7].contains(ctx.a)`, `[].contains(ctx.a)`,
	`['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'text'].contains(ctx.a)`, `!['a', 'text'].contains(ctx.a)`,
	`ctx.a != null && ctx.a.startsWith('te') && ctx.b != null`, `ctx.a == null || ctx.a.b == 'x' || ctx.a.length() > 3`, `!(ctx.a == 'x' || ctx.b == 'y')`,
	`ctx.a.size() > 1`, `ctx.a?.size() == 0`, `ctx.a?.b.size() != 2`, `ctx.a.length > 1`, `ctx.a?.b?.length < 2`, `ctx.a?.length() >= 4`, `ctx.length == 1`, `ctx.size() > 2`,
	`ctx.a != null && ctx.a.length() > 3`, `ctx.a.length() > 3 && ctx.b == null`, `ctx.a.length == 0 || ctx.a == 'x'`, `ctx._index == 'i'`, `ctx.empty`, `true`, `!false && ctx.a == 7`,
	`ctx.a =~ /te/ && ctx.a != 'x'`, `(ctx.a == 'x') == true`, `ctx.a == ctx.b`, `ctx.tags == null || !(ctx.tags.contains('preserve'))`,
}

// TestDirect asks conditions both ways, over random documents that have their fields and values.
func TestDirect(t *testing.T) {
	conditions := directConditions
	dirs := []string{"../../patterns/pipelines"}
	if *pipelines != "" {
		dirs = append(dirs, *pipelines)
	}
	for _, dir := range dirs {
		for _, f := range readPipelines(t, dir) {
			if f.condition && compileFound(f) == nil {
				conditions = append(conditions, f.src)
			}
		}
	}
	d := &documents{r: rand.New(rand.NewPCG(*seed, 7))}
	compiled, all := 0, 0
	for _, src := range conditions {
		cond, err := CompileCondition(src, Options{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if cond.direct.start == isUnsure {
			continue
		}
		compiled++
		for _, doc := range d.forConditions([]string{src}, 100) {
			all++
			c := newContext(t, doc)
			want, wantErr := cond.eval(c)
			if holds, err := cond.Eval(c); holds != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%s over %s: directly %v, %v, in full %v, %v", src, doc, holds, err, want, wantErr)
			}
		}
	}
	t.Logf("%d of %d conditions are direct, asked %d times", compiled, len(conditions), all)
}

// TestSizesAreReadAgain writes into a map whose size was asked for.
func TestSizesAreReadAgain(t *testing.T) {
	fields := NewFields()
	cond, err := CompileCondition(`ctx.m.a?.size() == 1`, Options{Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	c := newContext(t, `{"m":{"a":{"b":1}}}`)
	for _, write := range []struct {
		path string
		want bool
	}{{"m.x", true}, {"m.a.c", false}, {"m.a.c.d", false}, {"m.a", false}} {
		touched, ok := fields.Touched([]string{write.path})
		if err := c.Event.Set(event.MustPath(write.path), c.Event.NewMap()); err != nil || !ok {
			t.Fatal(err, ok)
		}
		c.Wrote(touched)
		if holds, err := cond.Eval(c); holds != write.want || err != nil {
			t.Errorf("behind %s: %v, %v", write.path, holds, err)
		}
	}
}

// TestSharedOnlyByScripts tells when a script leaves a container that may be in two places.
func TestSharedOnlyByScripts(t *testing.T) {
	for src, shared := range map[string]bool{
		`ctx.b = ctx.s; ctx.a.x = 1 + 1`: false, `ctx.a.remove('x')`: false, `def x = ctx.a`: false, `ctx.b = ctx.a`: true, `ctx.l.add(ctx.a)`: true,
		`ctx.b = new ArrayList(ctx.l)`: true, `def h = new HashSet(); ctx.b = h; ctx.c = h`: true, `ctx['b'] = ctx.l.subList(0, 1)`: true,
	} {
		script, err := CompileScript(src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := newContext(t, `{"a":{"x":2},"l":[1,{}],"s":"text"}`)
		if err := script.Run(c); err != nil || c.Shared() != shared {
			t.Errorf("%s: shared is %v, %v", src, c.Shared(), err)
		}
	}
}

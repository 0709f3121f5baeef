package painless

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// newContext makes a context with the document.
func newContext(t testing.TB, doc string) *Context {
	t.Helper()
	ev := event.New()
	v, rest, err := ev.ParseJSON([]byte(doc), event.DefaultJSONLimits(), true)
	if err != nil || len(rest) > 0 {
		t.Fatalf("ParseJSON(%s): %v", doc, err)
	}
	ev.SetDoc(v)
	c := NewContext(Hooks{})
	c.Event, c.Received = ev, 1_700_000_000_123_000_000
	return c
}

const testDoc = `{"s":"Abc","n":null,"i":5,"d":2.5,"l":[1,2],"m":{"k":1},"a":{},"L":5000000000,"t":true,
	"e":{"code":"4625","ips":["192.0.2.1","::1"]},"u":"héllo 😀"}`

func TestConditions(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`ctx?.e?.code == '4625'`, "true"},
		{`ctx.e.code != "4625"`, "false"},
		{`ctx.x?.y?.z == null`, "true"},
		{`ctx.x.y == null`, "cannot access method/field [y] from a null def reference"},
		{`ctx.n?.getKey() == null`, "true"},
		{`['4624', '4625'].contains(ctx.e.code)`, "true"},
		{`['4624', null].contains(ctx.zz)`, "true"},
		{`["a", 5].contains(ctx.i)`, "true"},
		{`ctx.i == 5L && ctx.i == 5.0`, "true"},
		{`[5L].contains(ctx.i)`, "false"},
		{`ctx.i > 4 && ctx.d < 3 || ctx.zz > 1`, "true"},
		{`ctx.s > 1`, "Cannot apply [>] operation to types [java.lang.String] and [java.lang.Integer]."},
		{`ctx.zz > 1`, `Cannot invoke "Object.getClass()" because "left" is null`},
		{`ctx.s`, "cannot cast def [java.lang.String] to boolean"},
		{`ctx.s.toLowerCase() == 'abc' && ctx.s.startsWith('A') && ctx.s.length() == 3`, "true"},
		{`ctx.e.ips instanceof List && !(ctx.e.ips instanceof ArrayList) && ctx.s instanceof String`, "true"},
		{`ctx.containsKey('e') && ctx['e'].containsKey('code') && ctx['e']['code'] == '4625'`, "true"},
		{`ctx.s =~ /b./ && ctx.s ==~ /[A-Z]bc/ && !(ctx.s ==~ /b./)`, "true"},
		{`def l = ctx.l; if (l == null) { return false } for (x in l) { if (x == 2) return true; } return false`, "true"},
		{`ctx.l.add(3)`, "Mutating ingest documents in conditionals is not supported"},
		{`ctx.i / 0 == 1`, "/ by zero"},
		{`ctx.s.foo()`, "COMPILE: line 1, column 6: no class has a method [foo/0]"},
		{`ctx.s.getKey() == 1`, "dynamic method [java.lang.String, getKey/0] not found"},
		{`ctx.e.ips.length == 2 && ctx.e.ips.size() == 2 && ctx.m.empty == false`, "true"},
		{`(ctx.i ?: 6) == 5 && (ctx.zz ?: 6) == 6`, "true"},
		{`ctx.u.length() == 8`, "true"},
		{`ctx.u.indexOf('😀') == 6 && ctx.u.substring(6).length() == 2`, "true"},
	} {
		cond, err := CompileCondition(c.src, Options{})
		if err != nil {
			if want, ok := strings.CutPrefix(c.want, "COMPILE: "); !ok || err.Error() != "painless: "+want {
				t.Errorf("%s: %v", c.src, err)
			}
			continue
		}
		ctx := newContext(t, testDoc)
		got := "false"
		yes, err := cond.Eval(ctx)
		if yes {
			got = "true"
		}
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

package condition

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

func load(t testing.TB, doc string) *event.Event {
	t.Helper()
	ev := event.New()
	v, _, err := ev.ParseJSON([]byte(doc), event.DefaultJSONLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	ev.SetDoc(v)
	return ev
}

const doc = `{"a":{"b":"sshd","n":5,"l":[1,"x",null],"d":2.5,"big":4294967296},"s":"Grüße","empty":"","t":true,"null":null,"@timestamp":"now","m":{"x-y":1}}`

func TestConditions(t *testing.T) {
	env := &Env{Event: load(t, doc)}
	for _, c := range []struct{ src, want string }{
		{`ctx.a.b == 'sshd'`, "true"},
		{`"sshd" == ctx.a?.b`, "true"},
		{`ctx.a.b != 'sshd' || ctx.t`, "true"},
		{`ctx.x?.y?.z == null`, "true"},
		{`ctx.x.y == null`, "cannot access method/field [y] from a null def reference"},
		{`ctx?.null?.y != null`, "false"},
		{`ctx.a.n > 4 && ctx.a.n <= 5`, "true"},
		{`ctx.a.n > 4.5`, "true"},
		{`ctx.a.d >= 2.5 && ctx.a.big > 4294967295L`, "true"},
		{`ctx.a.b > 1`, "Cannot apply [>] operation to types [java.lang.String] and [java.lang.Integer]."},
		{`ctx.a.n / 2 == 2 && ctx.a.n % 2 == 1 && ctx.a.n * 1.0 / 2 == 2.5`, "true"},
		{`2147483647 + 1 == -2147483648`, "true"},
		{`ctx.a.n / 0 == 1`, "/ by zero"},
		{`!ctx.t`, "false"},
		{`!(ctx.a.b.startsWith('ss') && ctx.a.b.endsWith('hd'))`, "false"},
		{`ctx.a.b.contains('sh')`, "true"},
		{`ctx.a.l.contains('x') && ctx.a.l.contains(1) && !ctx.a.l.contains(2)`, "true"},
		{`['a', 'sshd'].contains(ctx.a.b)`, "true"},
		{`ctx.containsKey('a') && !ctx.a.containsKey('z')`, "true"},
		{`ctx['@timestamp'] == 'now' && ctx.m['x-y'] == 1`, "true"},
		{`ctx.a.l[0] == 1 && ctx.a.l[-1] == null && ctx.a.l.2 == null`, "true"},
		{`ctx.a.l[7] == 1`, "Index 7 out of bounds for length 3"},
		{`ctx.a instanceof Map && ctx.a.l instanceof List && ctx.a.b instanceof String && ctx.a.n instanceof Integer`, "true"},
		{`ctx.a.n instanceof Long || ctx.x instanceof String`, "false"},
		{`ctx.s.length() == 5 && ctx.s.indexOf('e') == 4 && ctx.s.substring(2, 4) == 'üß'`, "true"},
		{`ctx.empty.isEmpty() && ctx.empty?.isEmpty() && ctx.a.size() == 5`, "true"},
		{`ctx.s.substring(9) == ''`, "begin 9, end 5, length 5"},
		{`ctx.a.b =~ /s+h/ && ctx.a.b ==~ /[a-z]{4}/ && !(ctx.a.b ==~ /ss/)`, "true"},
		{`ctx.a.b =~ /SSH/i`, "true"},
		{`(ctx.x ?: 'none') == 'none'`, "true"},
		{`ctx.t ? ctx.a.n == 5 : false`, "true"},
		{`ctx.a.b + 1 == 'sshd1'`, "true"},
		{`ctx.a.b.equals('sshd') && ctx.a.b.equalsIgnoreCase('SSHD') && ctx.a.n.toString() == '5'`, "true"},
		{`ctx.a.b.toUpperCase() == "SSHD" && 'a,b'.splitOnToken(',').size() == 2`, "true"},
		{`ctx.a == ['b':'sshd','n':5,'l':[1,'x',null],'d':2.5,'big':4294967296L]`, "true"},
		{`ctx.a.b`, "Cannot cast from [java.lang.String] to [boolean]."},
		{`ctx.a.b.size() == 1`, "dynamic method [java.lang.String, size/0] not found"},
		{`ctx.t // a comment
			&& /* another */ ctx.a.n == 5`, "true"},
		{`return ctx.t;`, "true"},
		{`ctx.a.n == 5 && ctx.a.n - -1 == 6 && -ctx.a.n == -5`, "true"},
	} {
		x, err := Compile(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		got := "false"
		if ok, err := x.True(env); err != nil {
			got = err.Error()
		} else if ok {
			got = "true"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.src, got, c.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"ctx.a ==", "line 1, column 9: expression ends too early"},
		{"ctx.a == 'x", "line 1, column 10: string is not closed"},
		{"ctx.a &&\n  foo", "line 2, column 3: [foo] is not supported"},
		{"ctx.a.frobnicate()", "line 1, column 6: method [frobnicate/0] is not supported"},
		{"ctx.a = 1", "line 1, column 7: unexpected [=]"},
		{"def x = 1; return x", "line 1, column 1: [def] is not supported"},
		{"ctx.a =~ 'x'", "expected a regular expression"},
		{"ctx.a =~ /(?=x)/", "is not supported"},
		{"ctx.a == 4294967296", "invalid number"},
		{"(ctx.a", "line 1, column 7: expected [)], found [the end]"},
		{"", "expression ends too early"},
		{"ctx.a instanceof Foo", "type [Foo] is not supported"},
		{strings.Repeat("(", 1000), "nested too deep"},
		{strings.Repeat("!", 1000) + "ctx.t", "nested too deep"},
		{"ctx.a == #", "unexpected character [#]"},
	} {
		_, err := Compile(c.src)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want %s", c.src, err, c.want)
		}
	}
}

func TestConditionsAllocateNothing(t *testing.T) {
	env := &Env{Event: load(t, doc)}
	for _, src := range []string{
		`ctx.a?.b == 'sshd' && ctx.x?.y == null`, `ctx.a.b.startsWith('ss') || ctx.t`, `ctx.a.l.contains('x')`, `ctx.a.b =~ /s+h/`,
	} {
		x, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(1000, func() { _, _ = x.True(env) }); n != 0 {
			t.Errorf("%s: %v allocations", src, n)
		}
	}
}

func BenchmarkCondition(b *testing.B) {
	env := &Env{Event: load(b, doc)}
	x, err := Compile(`ctx.a?.b == 'sshd' && ctx.x?.y == null`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ok, _ := x.True(env); !ok {
			b.Fatal("false")
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`ctx.a?.b == 'sshd' && !(ctx.n > 1.5 || ['a':1, 'b':[2]].a =~ /x/i) ? 1 : ctx['k'].substring(1, 2)`)
	f.Fuzz(func(t *testing.T, src string) {
		x, err := Compile(src)
		if err == nil {
			_, _ = x.eval(&Env{Event: load(t, doc)})
		}
	})
}

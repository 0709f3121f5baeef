package painless

import (
	"errors"
	"strings"
	"testing"
)

func runScript(t *testing.T, src, doc string, opts Options) string {
	t.Helper()
	s, err := CompileScript(src, opts)
	if err != nil {
		return "refused: " + err.Error()
	}
	c := newContext(t, doc)
	c.Metadata = Metadata{Index: "logs", ID: "abc"}
	if err := s.Run(c); err != nil {
		return "error: " + err.Error()
	}
	out, err := c.Event.AppendJSON(nil)
	if err != nil {
		return "json: " + err.Error()
	}
	return string(out)
}

func TestScripts(t *testing.T) {
	params := map[string]any{"S_TO_NS": 1_000_000_000, "types": map[string]any{"login": []any{"start", "user"}}, "n": 2.5}
	for _, c := range []struct{ name, src, doc, want string }{
		{"containers are shared", `ctx.b = ctx.a; ctx.b.x = 2`, `{"a":{"x":1}}`, `{"a":{"x":2},"b":{"x":2}}`},
		{"params are copied", `ctx.t = params.types.login; ctx.t.add('x'); ctx.u = params.types.login`, `{}`, `{"t":["start","user","x"],"u":["start","user"]}`},
		{"params cannot change", `params.types.put('x', 1)`, `{}`, `error: params are the same for every document and cannot be changed`},
		{"compound keeps the class", `ctx.d *= params.S_TO_NS; ctx.i *= params.n`, `{"d":5000000000,"i":3}`, `{"d":5000000000000000000,"i":7}`},
		{"an iterator over values removes", `def it = ctx.m.values().iterator(); while (it.hasNext()) { if (it.next() == 2) { it.remove() } }`, `{"m":{"a":1,"b":2,"c":3}}`, `{"m":{"a":1,"c":3}}`},
		{"null values are dropped", `for (def x : ctx.values()) { if (x instanceof Map) { x.values().removeIf(v -> v == null) } } ctx.values().removeIf(v -> v == null)`, `{"m":{"a":null,"b":2,"c":null},"n":null}`, `{"m":{"b":2}}`},
		{"null entries are dropped", `boolean drop(Object o) { if (o == null || o == '') { return true } else if (o instanceof Map) { ((Map) o).values().removeIf(v -> drop(v)); return ((Map) o).size() == 0 } else if (o instanceof List) { ((List) o).removeIf(v -> drop(v)); return ((List) o).length == 0 } return false } drop(ctx)`,
			`{"a":{"b":null,"c":"","d":{}},"e":[null,1],"f":[""]}`, `{"e":[1]}`},
		{"a set has Java's order", `ctx.r = new HashSet(ctx.l)`, `{"l":["zeta","alpha","beta","alpha"]}`, `{"l":["zeta","alpha","beta","alpha"],"r":["zeta","alpha","beta"]}`},
		{"a set in the document is one", `ctx.r = new HashSet(); ctx.r.add('a'); ctx.r.add('a')`, `{}`, `{"r":["a"]}`},
		{"metadata", `ctx.x = ctx._index + '/' + ctx['_id']`, `{}`, `{"x":"logs/abc"}`},
		{"metadata is not set", `ctx._index = 'x'`, `{}`, `error: [_index] cannot be set by a script`},
		{"now is the receipt", `ctx.x = System.currentTimeMillis(); ctx.y = new Date().getTime()`, `{}`, `{"x":1700000000123,"y":1700000000123}`},
		{"a date", `ctx.x = ZonedDateTime.parse(ctx.s).plusNanos(1500000000L)`, `{"s":"2024-02-29T23:59:59+02:00"}`, `{"s":"2024-02-29T23:59:59+02:00","x":"2024-03-01T00:00:00.500+02:00"}`},
		{"what is no value", `ctx.x = /a/`, `{}`, `error: unexpected value type [class java.util.regex.Pattern]`},
		{"keys that are no text", `Map m = [1: 'a']; ctx.x = m.get(1) + m[2]`, `{}`, `{"x":"anull"}`},
		{"what was done before an error stays", `ctx.a = 1; ctx.b.c = 2`, `{}`, `error: cannot access method/field [c] from a null def reference`},
		{"lambdas capture", `int n = 2; ctx.l.removeIf(x -> x < n); def f = ctx.l.stream().map(x -> x * n).collect(Collectors.toList()); ctx.m = f`, `{"l":[1,2,3]}`, `{"l":[2,3],"m":[4,6]}`},
		{"references", `ctx.l = ctx.l.stream().map(String::valueOf).map(String::toUpperCase).collect(Collectors.toList())`, `{"l":["a",1]}`, `{"l":["A","1"]}`},
		{"try", `try { ctx.n = Integer.parseInt(ctx.s) } catch (NumberFormatException e) { ctx.e = e.getMessage() }`, `{"s":"x"}`, `{"s":"x","e":"For input string: \"x\""}`},
		{"what a declaration throws", `int f(def s) { try { int n = 1, m = Integer.parseInt(s); return m } catch (Exception e) { return -1 } } ctx.r = [f('7'), f('x')]; int z = Integer.parseInt('y')`, `{}`, `error: For input string: "y"`},
		{"what assignments throw", `def n = 0; try { n = Integer.parseInt('7'); ctx.n = n; ctx.n = Long.parseLong('x') } catch (Exception e) { ctx.e = e.getMessage() }`, `{}`, `{"n":7,"e":"For input string: \"x\""}`},
		{"what loops throw", `int n = 0; try { for (int i = 0; i < 9; i = Integer.parseInt('x')) { n++ } } catch (Exception e) { n += 10 } try { for (int i = Integer.parseInt('x'); i < 9; i++) { n++ } } catch (Exception e) { n += 100 }
			try { for (def x : ctx.l) { n += 1000; int i = Integer.parseInt(x) } } catch (Exception e) { } try { while (true) { int i = Integer.parseInt('x') } } catch (Exception e) { n += 50000 } ctx.n = n`, `{"l":["1","x","2"]}`, `{"l":["1","x","2"],"n":52111}`},
		{"what functions throw", `int f(def s) { return Integer.parseInt(s) } int g(def s) { Integer.parseInt(s) } def n = 0; try { n = f('x') } catch (Exception e) { n++ } try { g('x') } catch (Exception e) { n++ }
			try { ctx.l.removeIf(x -> { int i = Integer.parseInt(x); return i > 1 }) } catch (Exception e) { n++ } try { ctx.m = ctx.l.stream().map(x -> { return Integer.parseInt(x) }).collect(Collectors.toList()) } catch (NumberFormatException e) { n++ } ctx.n = n`,
			`{"l":["1","x","2"]}`, `{"l":["1","x","2"],"n":4}`},
		{"what is thrown in catch", `try { try { int i = Integer.parseInt('x') } catch (ArithmeticException e) { ctx.a = 1 } } catch (Exception e) { try { int i = Integer.parseInt('y') } catch (Exception f) { ctx.e = e.getMessage() + f.getMessage() } }`, `{}`, `{"e":"For input string: \"x\"For input string: \"y\""}`},
		{"errors of limits are not caught", `try { int i = 0; while (true) { i++ } } catch (Exception e) { }`, `{}`, `error: The maximum number of statements that can be executed in a loop has been reached.`},
		{"a container in itself", `ctx.a = ctx; ctx.s = ctx.toString()`, `{}`, `error: a container holds itself`},
		{"an unknown class", `Foo x = null`, `{}`, `refused: painless: line 1, column 1: unknown type [Foo]`},
		{"an unknown method", "ctx.a = 1;\n  'a'.foo()", `{}`, `refused: painless: line 2, column 6: member method [java.lang.String, foo/0] not found`},
		{"an unknown name", `ctx.a = foo`, `{}`, `refused: painless: line 1, column 9: variable [foo] is not defined`},
		{"no implicit narrowing", `int x = 1L`, `{}`, `refused: painless: line 1, column 9: Cannot cast from [long] to [int].`},
	} {
		if got := runScript(t, c.src, c.doc, Options{Params: params}); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.src, got, c.want)
		}
	}
}

// Each of these would run for ever, or fill the memory.
func TestLimits(t *testing.T) {
	for _, src := range []string{
		`while (true) { ctx.x = 1 }`,
		`for (;;) { }`,
		`String s = 'aaaaaaaa'; while (true) { s += s }`,
		`String s = 'a'; while (true) { s = s.replace('a', 'aa') }`,
		`def l = []; while (true) { l.add(l) }`,
		`def l = ['a']; while (true) { l.addAll(new ArrayList(l)) }`,
		`StringBuilder s = new StringBuilder('aaaa'); while (true) { s.append(s.toString()) }`,
		`StringBuilder s = new StringBuilder(); s.setLength(2147483647)`,
		`int f(int n) { return f(n + 1) } ctx.x = f(0)`,
		`def m = [:]; int i = 0; while (true) { m['' + i++] = 'x' }`,
		`def m = [:]; int i = 0; while (true) { m[i++] = 'x' }`,
		`int[] a = new int[2147483647]`,
		`def l = Collections.nCopies(2000000000, 'x')`,
		`ctx.x = IntStream.range(0, 2147483647).sum()`,
		`String s = String.format('%2000000000d', new def[] {1}); while (true) { s = String.format('%9999s%9999s', new def[] {s, s}) }`,
		`def l = [1]; for (x in l) { l.add(1); l.remove(0) }  while (true) { l.sort((a, b) -> 1) }`,
		`while (true) { ctx.remove('x'); ctx.x = 'y' }`,
		`'a'.replaceAll(/a/, m -> { while (true) { ctx.x = 1 } })`,
		`while (true) { /(a*)*b/.matcher('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').find() }`,
	} {
		s, err := CompileScript(src, Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		c := newContext(t, `{"x":1}`)
		c.Limits.Loops = 100_000
		err = s.Run(c)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Class, "Error") && !strings.Contains(e.Class, "Exception") {
			t.Errorf("%s: ended with %v", src, err)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		`ctx?.a?.b == 'x' && !(ctx.c instanceof List)`, `for (int i = 0; i < 3; ++i) { ctx.x += i }`, `def f(int a) { return a } ctx.y = f(1)`,
		`ctx.l.removeIf(x -> x == null); ctx.m = ['a': [1, 2L, 3.0f]]`, `ctx.s =~ /a(b|c)+?(?=d)[^x&&[a-z]]\p{L}{2,3}$/im`, `try { throw new Exception('x') } catch (Exception e) { }`,
		`int[] a = new int[] {1}; a[0]++; (Map)ctx.x ?: null`, `String::valueOf`, `((((`, `"\\"`, `/*`, `0x`, `a.b[c`, `do { } while (true)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		cond, err := CompileCondition(src, Options{})
		script, err2 := CompileScript(src, Options{Params: map[string]any{"p": 1}})
		c := newContext(t, testDoc)
		c.Limits = Limits{Loops: 2000, Depth: 50, Memory: 1 << 20}
		if err == nil {
			_, _ = cond.Eval(c)
		}
		if err2 == nil {
			_ = script.Run(c)
			_, _ = c.Event.AppendJSON(nil)
		}
	})
}

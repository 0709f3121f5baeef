package painless

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/event"
)

// A function that is asked again tells the same, for all kinds of arguments, and takes as much of the limits.
func TestMemo(t *testing.T) {
	script, err := CompileScript(`String text(def x) { return '' + x }
		int f(def a, def b) { int n = 0; for (def c : [a, b, text(a)]) { n = 31 * n + (c == null ? 7 : c.hashCode()); } return n + text(b).length() }
		boolean isTen(def ip) { try { return Integer.parseInt(ip.splitOnToken('.')[0]) == 10 } catch (Exception e) { return false } }
		String s(def a) { return text(a).concat('x').trim() }
		ctx.f = f(ctx.a, ctx.b); ctx.ten = isTen(ctx.a); ctx.s = s(ctx.b); ctx.twice = isTen(ctx.a) == ctx.ten`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	values := []string{`null`, `true`, `false`, `0`, `1`, `1.0`, `0.0`, `-0.0`, `4294967296`, `""`, `"1"`, `"10.0.0.1"`, `"10.0"`, `"é"`, `[]`, `[1]`, `{"a":1}`,
		`"0123456789012345678901234567890123456789012345678901234567890123456789"`, `12345678901234567890`}
	again := newContext(t, `{}`)
	for range 3 {
		for _, a := range values {
			for _, b := range values {
				doc := fmt.Sprintf(`{"a":%s,"b":%s}`, a, b)
				again.Received += 1e9
				want, left, memory := runOnce(t, script, newContext(t, doc), again.Received)
				again.Event = newContext(t, doc).Event
				got, leftAgain, memoryAgain := runOnce(t, script, again, again.Received)
				if got != want || left != leftAgain || memory != memoryAgain {
					t.Fatalf("%s: %s, %d, %d; again: %s, %d, %d", doc, want, left, memory, got, leftAgain, memoryAgain)
				}
			}
		}
	}
	if len(again.memos) == 0 {
		t.Error("nothing is remembered")
	}
}

func runOnce(t *testing.T, script *Script, c *Context, received int64) (out string, left, memory int) {
	t.Helper()
	c.Received = received
	err := script.Run(c)
	doc, _ := c.Event.AppendValue(nil, c.Event.Doc())
	return fmt.Sprint(string(doc), err), c.left, c.memory + c.Event.Mark() - c.mark
}

// What asks for the time tells another one each time.
func TestMemoOfClock(t *testing.T) {
	for _, clock := range []string{"System.currentTimeMillis()", "System.nanoTime()", "new Date().getTime()", "[1].stream().map(x -> new Date()).findFirst().get().getTime()", "((Date) Optional.empty().orElseGet(Date::new)).getTime()"} {
		script, err := CompileScript(`long now(int n) { return `+clock+` + Integer.signum(n) + Integer.signum(-n) } ctx.now = now(2)`, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c, was := newContext(t, `{}`), int64(0)
		for c.Received = 1e9; c.Received < 4e9; c.Received += 1e9 {
			if err := script.Run(c); err != nil {
				t.Fatal(err)
			}
			now := c.Event.Lookup(c.Event.Doc(), event.Intern("now")).Int()
			if now == was {
				t.Errorf("%s: %d again", clock, now)
			}
			was = now
		}
	}
}

// What a function told for other arguments makes room, at last.
func TestMemoIsBounded(t *testing.T) {
	script, err := CompileScript(`int f(def a, def b) { return a.toString().length() + b.toString().length() } ctx.n = 0; for (int i = 0; i < 5000; i++) { ctx.n += f(i, i) }`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := newContext(t, `{}`)
	for range 2 {
		if err := script.Run(c); err != nil || c.Event.Lookup(c.Event.Doc(), event.Intern("n")).Int() != 2*(10+180+2700+16000) {
			t.Fatal(err, c.Event.Lookup(c.Event.Doc(), event.Intern("n")).Int())
		}
	}
}

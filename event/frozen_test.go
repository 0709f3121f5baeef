package event

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func freezeJSON(t testing.TB, src string) JSON {
	t.Helper()
	ev := New()
	load(t, ev, src)
	j, err := ev.Freeze(ev.Doc())
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestFrozenValues(t *testing.T) {
	log := Intern("log")
	for _, src := range []string{
		`{"facility":{"code":4,"name":"auth"},"l":[1,[2.5,null],true],"big":5000000000}`,
		`{"name":"a\"b\\cé","bad":"\u0000"}`, `{"huge":123456789012345678901234567890}`, `{}`,
	} {
		j := freezeJSON(t, src)
		ev := New()
		line := ev.Text(`plain, then "quoted"`)
		ev.Put(ev.Doc(), log, ev.JSON(j))
		ev.Put(ev.Doc(), Intern("behind"), ev.Text(`a "text"`))
		ev.Put(ev.Doc(), Intern("before"), ev.Sub(line, 0, 5))
		want := `{"log":` + src + `,"behind":"a \"text\"","before":"plain"}`
		if got := render(t, ev); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if v := ev.Lookup(ev.Doc(), log); v.Kind() != Map {
			t.Errorf("%s is of kind %d when it is read", src, v.Kind())
		}
		if got := render(t, ev); got != want {
			t.Errorf("once read: got  %s\nwant %s", got, want)
		}
	}
	ev := New()
	ev.Put(ev.Doc(), log, ev.JSON(JSON{}))
	if got := render(t, ev); got != `{"log":null}` {
		t.Errorf("the zero JSON is %s", got)
	}
}

// A field may be read while a string is being built.
func TestReadingFrozenValuesAddsNoText(t *testing.T) {
	ev := New()
	ev.Put(ev.Doc(), Intern("log"), ev.JSON(freezeJSON(t, `{"level":"info","n":[{"x":"y"}]}`)))
	mark := ev.Mark()
	ev.Write([]byte("level: "))
	ev.Write(ev.Bytes(ev.Get(MustPath("log.level"))))
	if got := string(ev.Bytes(ev.Since(mark))); got != "level: info" {
		t.Errorf("built %q", got)
	}
}

func TestFrozenValuesThatAreManyOrLarge(t *testing.T) {
	ev, want := New(), "["
	large := freezeJSON(t, `{"text":"`+strings.Repeat("x", lentRoom)+`"}`)
	small := freezeJSON(t, `{"a":{"b":"c"}}`)
	list := ev.NewList()
	for i := range maxLent + 3 {
		j := small
		if i == 1 {
			j = large
		}
		ev.Append(list, ev.JSON(j))
		want += string(j.AppendTo(nil)) + ","
	}
	want = want[:len(want)-1] + "]"
	for range 2 {
		if got, _ := ev.AppendValue(nil, list); string(got) != want {
			t.Fatalf("the list is not as it should be: %.300s", got)
		}
		for i := range ev.Len(list) {
			ev.At(list, i)
		}
	}
}

func TestFrozenValuesAllocateNothing(t *testing.T) {
	ev, j, log := New(), freezeJSON(t, `{"a":{"b":[1,2,{"c":"d"}]}}`), Intern("log")
	if n := testing.AllocsPerRun(100, func() {
		ev.Reset()
		ev.Put(ev.Doc(), log, ev.JSON(j))
		ev.Lookup(ev.Doc(), log)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFreezeRefuses(t *testing.T) {
	ev := New()
	_ = ev.Set(MustPath("a.self"), ev.Doc())
	if _, err := ev.Freeze(ev.Doc()); err == nil {
		t.Error("froze a cycle")
	}
}

// Whatever is done to an event: it must not be seen whether parts of it were frozen.
func TestFrozenValuesAreLikeOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := jsonObject(t, 3)
		frozen, plain := New(), New()
		parts := Intern("p")
		v, _, err := New().ParseJSON([]byte(src), DefaultJSONLimits(), true)
		if err != nil || v.Kind() != Map {
			t.Fatalf("%s: %v", src, err)
		}
		for i := range 3 {
			name := Intern(fmt.Sprint("p", i))
			part := jsonObject(t, 3)
			v, _, err := plain.ParseJSON([]byte(part), DefaultJSONLimits(), true)
			if err != nil {
				t.Fatal(err)
			}
			plain.Put(plain.Doc(), name, v)
			maker := New()
			v, _, _ = maker.ParseJSON([]byte(part), DefaultJSONLimits(), true)
			j, err := maker.Freeze(v)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 && len(part) < 20 { // few, as constants stay
				j = j.Intern()
				frozen.Reset()
			}
			frozen.Put(frozen.Doc(), name, frozen.JSON(j))
		}
		list := func(ev *Event) {
			l := ev.NewList()
			ev.Append(l, ev.Get(MustPath("p0")))
			ev.Put(ev.Doc(), parts, l)
		}
		list(frozen)
		list(plain)
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			step := drawStep(t)
			if got, want := step(frozen), step(plain); got != want {
				t.Fatalf("frozen says %s, plain says %s", got, want)
			}
		}
		got, err1 := frozen.AppendJSON(nil)
		want, err2 := plain.AppendJSON(nil)
		if string(got) != string(want) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("frozen %s, %v\nplain  %s, %v", got, err1, want, err2)
		}
	})
}

var stepNames = []string{"a", "b", "0", "p0", "p1", "p2", "p"}

func drawPath(t *rapid.T) Path {
	text := ""
	for i := range rapid.IntRange(1, 4).Draw(t, "steps of path") {
		if i > 0 {
			text += "."
		}
		text += rapid.SampledFrom(stepNames).Draw(t, "step")
	}
	return MustPath(text)
}

// drawStep draws something that a pipeline may do to an event, and tells of it what came of it.
func drawStep(t *rapid.T) func(*Event) string {
	p, q := drawPath(t), drawPath(t)
	describe := func(ev *Event, v Value, err error) string {
		text, failed := ev.AppendValue(nil, v)
		return fmt.Sprint(p, v.Kind(), ev.Len(v), string(text), failed, err)
	}
	switch rapid.IntRange(0, 10).Draw(t, "operation") {
	case 0:
		return func(ev *Event) string { v, err := ev.Resolve(p); return describe(ev, v, err) }
	case 1:
		return func(ev *Event) string { return fmt.Sprint(ev.Set(p, ev.Text("set"))) }
	case 2:
		return func(ev *Event) string { return fmt.Sprint(ev.Remove(p)) }
	case 3: // copy_from
		return func(ev *Event) string { return fmt.Sprint(ev.Set(p, ev.Copy(ev.Get(q)))) }
	case 4: // an alias
		return func(ev *Event) string { return fmt.Sprint(ev.Set(p, ev.Get(q))) }
	case 5: // rename
		return func(ev *Event) string {
			v := ev.Get(p)
			return fmt.Sprint(ev.Remove(p), ev.Set(q, v))
		}
	case 6:
		return func(ev *Event) string {
			all := ""
			for m, i := ev.Get(p), 0; i < ev.Len(m); i++ {
				all += describe(ev, ev.At(m, i), nil)
			}
			return all
		}
	case 7:
		return func(ev *Event) string {
			return describe(ev, ev.LookupBytes(ev.Get(p), []byte("a")), nil)
		}
	case 8:
		return func(ev *Event) string {
			doc := ev.Copy(ev.Doc())
			ev.SetDoc(doc)
			return describe(ev, doc, nil)
		}
	case 9:
		return func(ev *Event) string {
			s := Search{Texts: true, Depth: 50, Left: 5000}
			set, ok := s.For(ev, ev.Doc(), Shape(Null).Set())
			all := fmt.Sprintf("%b %v", set, ok)
			slices.SortFunc(s.Found, func(v, w Value) int { return strings.Compare(describe(ev, v, nil), describe(ev, w, nil)) })
			for _, v := range s.Found {
				all += describe(ev, v, nil)
			}
			for i := range ev.Entries(ev.Doc()) {
				all += fmt.Sprint(" ", ev.Entries(ev.Doc())[i].Shape(ev))
			}
			return all
		}
	}
	return func(ev *Event) string {
		if m := ev.Get(p); m.Kind() == Map {
			ev.PutBytes(m, []byte("wire"), IntValue(1))
			return fmt.Sprint(ev.Index(m, Intern("a")), ev.RemoveBytes(m, []byte("b")))
		} else if m.Kind() == List {
			ev.Append(m, NullValue())
		}
		return ""
	}
}

func jsonObject(t *rapid.T, depth int) string {
	out := "{"
	for i := range rapid.IntRange(0, 3).Draw(t, "entries") {
		if i > 0 {
			out += ","
		}
		out += fmt.Sprintf("%q:", stepNames[i]) + jsonValue(t, depth-1)
	}
	return out + "}"
}

func jsonValue(t *rapid.T, depth int) string {
	switch n := rapid.IntRange(0, 7).Draw(t, "value"); {
	case depth > 0 && n < 3:
		return jsonObject(t, depth)
	case depth > 0 && n == 3:
		return "[" + jsonValue(t, depth-1) + "," + jsonValue(t, depth-1) + "]"
	}
	return rapid.SampledFrom([]string{`"text"`, `""`, `"é"`, `"q\"\\\u0001"`, `17`, `-5000000000`, `1.5`, `123456789012345678901234567890`, `null`, `true`}).Draw(t, "scalar")
}

func TestTimesAreThoseOfAppendTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var times Times
		ns := rapid.Int64Range(math.MinInt64/2, math.MaxInt64/2).Draw(t, "first")
		for _, step := range rapid.SliceOf(rapid.SampledFrom([]int64{0, 1, 1e6, 999e6, 1e9, 3600e9, 86400e9, -1e9, -86399e9, 12_345_678})).Draw(t, "steps") {
			if got, want := string(times.Append(nil, ns)), string(AppendTime(nil, ns)); got != want {
				t.Fatalf("%d is %s, want %s", ns, got, want)
			}
			if back, err := time.Parse(time.RFC3339Nano, string(times.Append(nil, ns))); err != nil || back.UnixNano() != ns {
				t.Fatalf("%d is %v, %v", ns, back, err)
			}
			ns += step
		}
	})
}

func TestOutline(t *testing.T) {
	ev := New()
	host := ev.NewMap()
	ev.Add(ev.Doc(), Intern("message"), NullValue())
	ev.Add(ev.Doc(), Intern("host"), host)
	ev.Add(host, Intern("name"), LongValue(1))
	o := ev.Outline()
	other := New()
	for range 2 {
		other.ResetTo(&o)
		other.SetAt(other.Doc(), 0, other.Text("text"))
		other.Fill(&o, []Value{{}, other.Text("web1")})
		for i := range 30 { // all of its containers grow
			other.Put(host, Intern(fmt.Sprint("h", i)), IntValue(1))
			other.Put(other.Doc(), Intern(fmt.Sprint("d", i)), IntValue(2))
		}
		if got := other.Get(MustPath("host.name")); string(other.Bytes(got)) != "web1" {
			t.Errorf("host.name is %q", other.Bytes(got))
		}
		if h, d := other.Len(host), other.Len(other.Doc()); h != 31 || d != 32 {
			t.Errorf("%d and %d entries", h, d)
		}
	}
	ev.Reset()
	if render(t, ev) != "{}" {
		t.Error("an outline changes the event that it was taken from")
	}
}

func TestFrozenLongsStayLong(t *testing.T) {
	maker, ev := New(), New()
	m := maker.NewMap()
	maker.Put(m, Intern("asn"), LongValue(29518))
	maker.Put(m, Intern("at"), DoubleValue(1.5))
	j, err := maker.Freeze(m)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // and after a reset, another value at the same place is none of these
		ev.Put(ev.Doc(), Intern("as"), ev.JSON(j))
		if v := ev.Get(MustPath("as.asn")); v.Kind() != Long || v.Int() != 29518 {
			t.Errorf("asn is %v", v.Kind())
		}
		ev.Reset()
		ev.Put(ev.Doc(), Intern("as"), ev.JSON(freezeJSON(t, `{"asn":29518}`)))
		if v := ev.Get(MustPath("as.asn")); v.Kind() != Int {
			t.Errorf("an Int is %v", v.Kind())
		}
		ev.Reset()
	}
}

func TestConstantText(t *testing.T) {
	freeze := func(src string) JSON {
		maker := New()
		v, _, err := maker.ParseJSON([]byte(src), DefaultJSONLimits(), true)
		if err != nil {
			t.Fatal(err)
		}
		j, err := maker.Freeze(v)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	before := New()
	name, other := Intern("v"), Intern("w")
	for src, interned := range map[string]bool{
		`"constant"`: true, `["constant","list"]`: true, `{"a":{"b":"c"}}`: true, `""`: true,
		`"a\"b"`: false, `"é"`: false, `17`: false, `null`: false, `{"a":5000000000}`: false,
	} {
		j := freeze(src).Intern()
		if j.Interned() != interned {
			t.Errorf("%s: interned is %v", src, j.Interned())
		}
		if again := freeze(src).Intern(); again.ready != j.ready {
			t.Errorf("%s stands twice in the constant text", src)
		}
		after := New()
		for _, ev := range []*Event{before, after, before} { // one that does not have the text, one that has, and the first anew
			text := ev.Text("text")
			ev.Put(ev.Doc(), name, ev.JSON(j))
			ev.Put(ev.Doc(), other, text)
			for range 2 {
				if got, want := render(t, ev), `{"v":`+src+`,"w":"text"}`; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				ev.Lookup(ev.Doc(), name)
			}
			if off, n := int(text.bits>>32), len(ev.Bytes(text)); interned && off+n > ev.plain {
				t.Errorf("%s is taken for text that is not plain", src)
			}
			ev.Reset()
		}
		if n := len(after.Bytes(after.Text("x"))); n != 1 {
			t.Errorf("a text behind the constant text has %d bytes", n)
		}
	}
}

func TestHas(t *testing.T) {
	ev := New()
	m := ev.NewMap()
	list := ev.NewList()
	ev.Append(list, IntValue(1))
	ev.Put(m, Intern("l"), list)
	frozen, err := ev.Freeze(m)
	if err != nil {
		t.Fatal(err)
	}
	_ = ev.Set(MustPath("a.b"), ev.JSON(frozen))
	_ = ev.Set(MustPath("a.n"), NullValue())
	for path, want := range map[string]bool{"a": true, "a.b": true, "a.b.l": true, "a.b.l.0": true, "a.b.l.1": false, "a.n": false, "a.n.x": false, "x": false, "x.y": false} {
		if got := ev.Has(MustPath(path)); got != want || got == ev.Get(MustPath(path)).IsNull() {
			t.Errorf("%s: %v", path, got)
		}
	}
}

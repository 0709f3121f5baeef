package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/cputime"
)

func render(t *testing.T, ev *Event) string {
	t.Helper()
	out, err := ev.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func load(t testing.TB, ev *Event, src string) {
	t.Helper()
	ev.Reset()
	v, rest, err := ev.ParseJSON([]byte(src), DefaultJSONLimits(), true)
	if err != nil || len(rest) != 0 {
		t.Fatalf("ParseJSON(%s): %v, rest %q", src, err, rest)
	}
	ev.SetDoc(v)
}

func TestSetMakesMapsOnTheWay(t *testing.T) {
	ev := New()
	set := func(path string, v Value) {
		t.Helper()
		if err := ev.Set(MustPath(path), v); err != nil {
			t.Fatal(err)
		}
	}
	set("source.ip", ev.Text("192.0.2.1"))
	set("source.port", IntValue(22))
	set("event.ingested", DateValue(1_700_000_000_123_000_000))
	set("f", DoubleValue(1))
	set("source.port", LongValue(1<<40))
	ev.Put(ev.Doc(), Intern("a.b"), NullValue())
	const want = `{"source":{"ip":"192.0.2.1","port":1099511627776},"event":{"ingested":"2023-11-14T22:13:20.123Z"},"f":1.0,"a.b":null}`
	if got := render(t, ev); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	ev.Reset()
	if got := render(t, ev); got != "{}" {
		t.Errorf("after Reset: %s", got)
	}
}

// The texts are those of Elasticsearch's IngestDocument.
func TestPathErrors(t *testing.T) {
	const doc = `{"s":"x","n":null,"l":[1,2],"m":{"k":1}}`
	for _, c := range []struct{ op, path, want string }{
		{"get", "m.z", "field [z] not present as part of path [m.z]"},
		{"get", "s.a", "cannot resolve [a] from object of type [java.lang.String] as part of path [s.a]"},
		{"get", "n.a", "cannot resolve [a] from null as part of path [n.a]"},
		{"get", "l.x", "[x] is not an integer, cannot be used as an index as part of path [l.x]"},
		{"get", "l.2", "[2] is out of bounds for array with length [2] as part of path [l.2]"},
		{"set", "s.a", "cannot set [a] with parent object of type [java.lang.String] as part of path [s.a]"},
		{"set", "n.a", "cannot set [a] with null parent as part of path [n.a]"},
		{"set", "s.a.b", "cannot resolve [a] from object of type [java.lang.String] as part of path [s.a.b]"},
		{"set", "l.9", "[9] is out of bounds for array with length [2] as part of path [l.9]"},
		{"remove", "z", "field [z] not present as part of path [z]"},
		{"remove", "n.a", "cannot remove [a] from null as part of path [n.a]"},
		{"get", "l.1", ""}, {"set", "l.0", ""}, {"set", "m.a.b.c", ""}, {"remove", "l.0", ""}, {"remove", "m.k", ""},
	} {
		ev := New()
		load(t, ev, doc)
		p := MustPath(c.path)
		var err error
		switch c.op {
		case "get":
			_, err = ev.Resolve(p)
		case "set":
			err = ev.Set(p, BoolValue(true))
		case "remove":
			err = ev.Remove(p)
		}
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s %s: %s\nwant: %s", c.op, c.path, got, c.want)
		}
	}
	for _, bad := range []string{"", "a..b", ".a", "a.", "_ingest."} {
		if _, err := ParsePath(bad); err == nil {
			t.Errorf("ParsePath(%q) must fail", bad)
		}
	}
}

func TestNamesFromTheWireEqualSymbols(t *testing.T) {
	ev := New()
	load(t, ev, `{"known":{"inner":1},"a.b":2}`)
	if v := ev.Get(MustPath("known.inner")); v.Int() != 1 {
		t.Errorf("known.inner = %v", v)
	}
	if v := ev.Get(MustPath("a.b")); v.Kind() != Missing {
		t.Error("a key with a dot is not a nested path")
	}
	if v := ev.Lookup(ev.Doc(), Intern("a.b")); v.Int() != 2 {
		t.Errorf("key a.b = %v", v)
	}
	p, err := ev.DynamicPath([]byte("known.fresh.name"))
	if err != nil || ev.Set(p, IntValue(3)) != nil {
		t.Fatal(err)
	}
	if v := ev.Get(MustPath("known.fresh.name")); v.Int() != 3 {
		t.Errorf("known.fresh.name = %v", v)
	}
}

func TestContainersAreShared(t *testing.T) {
	ev := New()
	load(t, ev, `{"a":{"x":1}}`)
	a := ev.Get(MustPath("a"))
	copied := ev.Copy(a)
	_ = ev.Set(MustPath("alias"), a)
	_ = ev.Set(MustPath("copy"), copied)
	_ = ev.Set(MustPath("alias.x"), IntValue(2))
	if got, want := render(t, ev), `{"a":{"x":2},"alias":{"x":2},"copy":{"x":1}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	_ = ev.Set(MustPath("a.self"), a)
	before := []byte("prefix")
	out, err := ev.AppendJSON(before)
	if !errors.Is(err, ErrSelfReference) || string(out) != "prefix" {
		t.Errorf("self-reference: %q, %v", out, err)
	}
	if ev.Copy(a); ev.objects[a.bits].is(busy) {
		t.Error("a cycle is left marked")
	}
}

func TestLargeMapsAreHashed(t *testing.T) {
	ev := New()
	m := ev.NewMap()
	want := map[string]int32{}
	for i := range int32(1000) {
		name := fmt.Sprintf("key%d", i%700)
		ev.PutBytes(m, []byte(name), IntValue(i))
		want[name] = i
		if i%7 == 0 {
			victim := fmt.Sprintf("key%d", i/2)
			_, had := want[victim]
			if ev.RemoveBytes(m, []byte(victim)) != had {
				t.Fatalf("RemoveBytes(%s) says %v", victim, !had)
			}
			delete(want, victim)
		}
	}
	if ev.Len(m) != len(want) {
		t.Errorf("%d entries, want %d", ev.Len(m), len(want))
	}
	for name, n := range want {
		if v := ev.LookupBytes(m, []byte(name)); v.Int() != int64(n) {
			t.Errorf("%s = %v, want %d", name, v, n)
		}
		if v := ev.Lookup(m, Intern(name)); v.Int() != int64(n) {
			t.Errorf("symbol %s = %v, want %d", name, v, n)
		}
	}
}

func TestParseJSON(t *testing.T) {
	for _, src := range []string{
		`{}`, `[]`, `"x"`, `-0`, `0.5`, `-1e3`, `[1,[2,{"a":[]}],null,true,false]`,
		`{"a":"\"\\\/\b\f\n\r\té😀","b":12345678901,"c":-5}`, `"\ud800x"`, ` [ 1 , 2 ] `,
	} {
		ev := New()
		v, rest, err := ev.ParseJSON([]byte(src), DefaultJSONLimits(), false)
		if err != nil || len(rest) > 0 {
			t.Errorf("%s: %v, rest %q", src, err, rest)
			continue
		}
		out, err := ev.AppendValue(nil, v)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		}
		var got, want any
		if json.Unmarshal([]byte(src), &want) != nil || json.Unmarshal(out, &got) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s renders as %s", src, out)
		}
	}
	for src, want := range map[string]error{
		``: ErrJSONSyntax, `{`: ErrJSONSyntax, `[1,]`: ErrJSONSyntax, `{"a":1,}`: ErrJSONSyntax, `{,}`: ErrJSONSyntax,
		`{"a" 1}`: ErrJSONSyntax, `01`: ErrJSONSyntax, `-01`: ErrJSONSyntax, `-`: ErrJSONSyntax, `1.`: ErrJSONSyntax, `1e`: ErrJSONSyntax, `tru`: ErrJSONSyntax,
		"\"a\nb\"": ErrJSONSyntax, `"\x"`: ErrJSONSyntax, `"\u12"`: ErrJSONSyntax, `"abc`: ErrJSONSyntax, `{1:2}`: ErrJSONSyntax,
		`{"a":1,"a":2}`:                           ErrJSONDuplicate,
		strings.Repeat("[", 10_000):               ErrJSONTooDeep,
		"[" + strings.Repeat("1,", 20_000) + "1]": ErrJSONTooLarge,
	} {
		ev := New()
		if _, _, err := ev.ParseJSON([]byte(src), DefaultJSONLimits(), false); !errors.Is(err, want) {
			t.Errorf("%.30q: %v, want %v", src, err, want)
		}
	}
}

func TestIntegerKinds(t *testing.T) {
	ev := New()
	for text, want := range map[string]Kind{"7": Int, "-2147483648": Int, "2147483648": Long, "9223372036854775808": BigInt} {
		if got := ev.Integer([]byte(text)).Kind(); got != want {
			t.Errorf("%s is of kind %d, want %d", text, got, want)
		}
	}
}

func TestAppendInt(t *testing.T) {
	for _, n := range []int64{0, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 65_535, 99_999, 100_000, math.MaxInt64, -1, math.MinInt64} {
		if got := string(AppendInt(nil, n)); got != strconv.FormatInt(n, 10) {
			t.Errorf("%d is %s", n, got)
		}
	}
}

func TestAppendTimeAgreesWithTime(t *testing.T) {
	for _, ns := range []int64{0, -1, -1_000_000, 951_782_400_000_000_000, 1_709_164_800_500_000_000, 1_700_000_000_123_456_789, 4_102_444_799_999_000_000} {
		got := string(AppendTime(nil, ns))
		back, err := time.Parse(time.RFC3339Nano, got)
		if err != nil || back.UnixNano() != ns {
			t.Errorf("AppendTime(%d) = %s, which is %v", ns, got, back.UnixNano())
		}
	}
}

func TestQuotedText(t *testing.T) {
	got := string(AppendQuoted(nil, []byte("a\"\\\n\x00\x1b\x7f\xff\xc3\xa9\xe2\x82x")))
	if want := `"a\"\\\n\u0000\u001b` + "\x7f\ufffdé\ufffd\ufffdx" + `"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzAppendQuoted(f *testing.F) {
	f.Add([]byte("plain text of more than eight bytes"))
	f.Add([]byte("1234567\"890123\\56\n7\x00\x1f \x7f\x80\xe2\x82\xac\xff"))
	f.Fuzz(func(t *testing.T, s []byte) {
		var got string
		if err := json.Unmarshal(AppendQuoted(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := string([]rune(string(s))); got != want {
			t.Fatalf("%q reads back as %q, want %q", s, got, want)
		}
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"source":"222.133.237.62","target port":"8080"}`, `[1,-2.5e3,"\u00e9",null]`, `{"a":{"b":[[],{}]}}`, `"\ud83d\ude00"`} {
		f.Add([]byte(s))
	}
	ev := New()
	f.Fuzz(func(t *testing.T, src []byte) {
		ev.Reset()
		v, rest, err := ev.ParseJSON(src, DefaultJSONLimits(), true)
		if valid := json.Valid(src); valid && err != nil && !errors.Is(err, ErrJSONTooDeep) && !errors.Is(err, ErrJSONTooLarge) {
			t.Fatalf("%q is valid JSON, but: %v", src, err)
		}
		if err != nil || len(rest) > 0 {
			return
		}
		if !json.Valid(src) {
			t.Fatalf("%q is not valid JSON, but was taken", src)
		}
		out, err := ev.AppendValue(nil, v)
		if err != nil || !json.Valid(out) {
			t.Fatalf("%q renders as %q, %v", src, out, err)
		}
	})
}

func BenchmarkSetAndRender(b *testing.B) {
	paths := make([]Path, 0, 16)
	for _, s := range []string{"@timestamp", "message", "event.original", "host.hostname", "process.name", "process.pid", "log.syslog.facility.code", "log.syslog.severity.code", "user.name", "source.ip", "source.port", "event.action", "event.outcome"} {
		paths = append(paths, MustPath(s))
	}
	line := []byte("Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user webmaster from 173.234.31.186")
	ev := New()
	var dst []byte
	b.ReportAllocs()
	defer cputime.Measure(b, 1)()
	for b.Loop() {
		ev.Reset()
		src := ev.String(line)
		for i, p := range paths {
			_ = ev.Set(p, ev.Sub(src, i, i+12))
		}
		dst, _ = ev.AppendJSON(dst[:0])
	}
}

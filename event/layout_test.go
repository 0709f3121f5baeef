package event

import (
	"strconv"
	"strings"
	"testing"
)

// TestLayout sets fields by a layout and one behind the other: the documents are the same, and take more in the same way.
func TestLayout(t *testing.T) {
	const before = `{"@timestamp":"now","message":"text","event":{"original":"text"}}`
	for _, c := range []struct {
		paths string // - is left out
		fits  bool   // into before
		none  bool   // no layout
	}{
		{paths: "source.ip source.port user.name", fits: true},
		{paths: "a.b.c a.b.d a.e top a.b.f.g", fits: true},
		{paths: "_ingest.time http.status _ingest.a.b", fits: true},
		{paths: "source.ip - user.name -", fits: true},
		{paths: "- -", fits: true},
		{paths: "_source.x.y x.z", fits: true},
		{paths: "a.0.b a.1", fits: true},
		{paths: "source.ip event.code"},
		{paths: "message.a"},
		{paths: "a.b a.b", none: true},
		{paths: "a a.b", none: true},
		{paths: "a.b a", none: true},
	} {
		names := strings.Fields(c.paths)
		paths, values := make([]Path, len(names)), make([]Value, len(names))
		for i, name := range names {
			if name != "-" {
				paths[i] = MustPath(name)
			}
			values[i] = LongValue(int64(100 + i))
		}
		l := NewLayout(paths)
		if (l == nil) != c.none {
			t.Errorf("%s: layout %v", c.paths, l)
		}
		if l == nil {
			continue
		}
		render := func(ev *Event) string {
			text, err := ev.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err = ev.AppendValue(append(text, ' '), ev.Ingest())
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		begin := func() *Event {
			ev := New()
			v, _, err := ev.ParseJSON([]byte(before), DefaultJSONLimits(), false)
			if err != nil {
				t.Fatal(err)
			}
			for i := range ev.Len(v) { // names of headers are symbols
				ev.Put(ev.Doc(), Intern(string(ev.Key(v, i))), ev.At(v, i))
			}
			return ev
		}
		one, all := begin(), begin()
		for range 2 { // the second time they are there
			fits := all.SetNew(l, values)
			if fits != c.fits {
				t.Errorf("%s: SetNew is %v", c.paths, fits)
			}
			for i, p := range paths {
				if p.IsZero() {
					continue
				}
				_ = one.Set(p, values[i])
				if !fits {
					_ = all.Set(p, values[i])
				}
			}
			if got, want := render(all), render(one); got != want {
				t.Errorf("%s:\n%s instead of\n%s", c.paths, got, want)
			}
			for _, more := range []string{"source.geo.name", "a.b.h", "a.b.i", "a.b.j", "a.b.k", "a.b.c", "http.body", "_ingest.c"} {
				_, _ = one.Set(MustPath(more), BoolValue(true)), all.Set(MustPath(more), BoolValue(true))
			}
			if got, want := render(all), render(one); got != want {
				t.Errorf("%s and more:\n%s instead of\n%s", c.paths, got, want)
			}
			c.fits = !strings.ContainsAny(c.paths, "abcdefghijklmnopqrstuvwxyz")
		}
	}
}

// TestLayoutOfMany has more names than places, so that some names have the place of others.
func TestLayoutOfMany(t *testing.T) {
	var paths []Path
	var values []Value
	for i := range 100 {
		paths = append(paths, MustPath("many.name"+strings.Repeat("x", i)))
		values = append(values, IntValue(int32(i)))
	}
	ev := New()
	if l := NewLayout(paths); l == nil || !ev.SetNew(l, values) {
		t.Fatal("does not fit")
	}
	for i, p := range paths {
		if got := ev.Get(p); got != values[i] {
			t.Errorf("%s is %v", p, got)
		}
	}
	for i := range paths {
		paths[i] = MustPath("top" + strings.Repeat("x", i))
	}
	if NewLayout(paths) != nil {
		t.Error("a layout with more names at the top than places")
	}
}

// TestLayoutBesideNamesOfThatPlace sets a field whose name shares its place with one that the document has.
func TestLayoutBesideNamesOfThatPlace(t *testing.T) {
	ev := New()
	there := Intern("there")
	name := ""
	for i := 0; name == ""; i++ {
		other := Intern("other" + strconv.Itoa(i))
		if o := &ev.objects[ev.doc.bits]; o.place(key(other)) == o.place(key(there)) {
			name = "other" + strconv.Itoa(i)
		}
	}
	l := NewLayout([]Path{MustPath(name + ".field")})
	for range 2 {
		ev.Reset()
		ev.Put(ev.Doc(), there, LongValue(1))
		if !ev.SetNew(l, []Value{LongValue(2)}) {
			t.Fatal("not set")
		}
		ev.Put(ev.Doc(), there, LongValue(3))
		if got, err := ev.AppendJSON(nil); err != nil || string(got) != `{"there":3,"`+name+`":{"field":2}}` {
			t.Errorf("%s, %v", got, err)
		}
		if ev.SetNew(l, []Value{LongValue(2)}) {
			t.Error("set although it was there")
		}
	}
}

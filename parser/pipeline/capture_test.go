package pipeline

import (
	"testing"

	"github.com/millrace/millrace/event"
)

// There are more kinds of matches than plans: each is written as if its captures were set one by one, and none costs
// an allocation.
func TestCapturesOfManyKinds(t *testing.T) {
	set := compileOne(t, `{"processors": [{"grok": {"field": "m", "patterns": ["^(?:a%{INT:x.a} )?(?:b%{INT:x.b:int} )?(?:c%{INT:y} )?(?:d%{INT:z.d.e} )?(?:e%{INT:x.a} )?(?:f%{INT:z.f} )?(?:g%{INT:_ingest.g} )?(?:h%{INT:z.d.h} )?$"]}}]}`)
	fields := []string{"x.a", "x.b", "y", "z.d.e", "x.a", "z.f", "_ingest.g", "z.d.h"}
	r, ev, want := set.NewRunner(), event.New(), event.New()
	message := event.MustPath("m")
	lines := make([]string, 1<<len(fields))
	begin := func(ev *event.Event, line string) {
		ev.Reset()
		if err := ev.Set(message, ev.Text(line)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(line string) {
		begin(ev, line)
		if err := r.Run(set.Pipeline("test"), ev, received); err != nil {
			t.Fatal(err)
		}
	}
	for kind := range lines {
		for i := range fields {
			if kind>>i&1 != 0 {
				lines[kind] += string(rune('a'+i)) + "1 "
			}
		}
		run(lines[kind])
		begin(want, lines[kind])
		for _, i := range []int{0, 4, 1, 2, 3, 5, 6, 7} { // a name that is there twice is at its first place
			name := fields[i]
			if kind>>i&1 == 0 {
				continue
			}
			v := want.Text("1")
			switch {
			case name == "x.b":
				v = event.IntValue(1)
			case i == 4 && kind&1 != 0: // x.a again
				list := want.NewList()
				want.Append(list, v)
				want.Append(list, v)
				v = list
			}
			if err := want.Set(event.MustPath(name), v); err != nil {
				t.Fatal(err)
			}
		}
		for _, root := range []func(*event.Event) event.Value{(*event.Event).Doc, (*event.Event).Ingest} {
			a, _ := ev.AppendValue(nil, root(ev))
			b, _ := want.AppendValue(nil, root(want))
			if string(a) != string(b) {
				t.Errorf("%s:\ngot  %s\nwant %s", lines[kind], a, b)
			}
		}
	}
	if n := testing.AllocsPerRun(5, func() {
		for _, line := range lines {
			run(line)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// Where a capture cannot go the error is that of a field which is set by itself.
func TestCapturesInTheWay(t *testing.T) {
	set := compileOne(t, `{"processors": [{"grok": {"field": "m", "patterns": ["%{INT:a} %{INT:z.d.e}"]}}]}`)
	for doc, want := range map[string]string{
		`{"m":"1 2","z":{"d":1}}`:       "cannot set [e] with parent object of type [java.lang.Integer] as part of path [z.d.e]",
		`{"m":"1 2","z":{"d":null}}`:    "cannot set [e] with null parent as part of path [z.d.e]",
		`{"m":"1 2","z":{"d":[1]}}`:     "[e] is not an integer, cannot be used as an index as part of path [z.d.e]",
		`{"z":{"d":{"e":5}},"m":"1 2"}`: "",
	} {
		ev := event.New()
		load(t, ev, doc)
		got := ""
		if err := set.NewRunner().Run(set.Pipeline("test"), ev, received); err != nil {
			got = err.Error()
		}
		if got != want || ev.Get(event.MustPath("a")).Kind() != event.String {
			t.Errorf("%s: %s, want %s", doc, got, want)
		}
	}
}

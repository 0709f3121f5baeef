package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// builder makes the same document twice: in an event, and as text by the simplest means.
type builder struct {
	ev   *Event
	text strings.Builder
}

var drawnText = rapid.OneOf(
	rapid.StringMatching(`[ -~]{0,40}`),
	rapid.StringMatching(`[a-z]{28,36}|[a-z]{60,70}`),
	rapid.SampledFrom([]string{"", "é", "a\"b", "\x00", "tab\t", strings.Repeat("x", 31), strings.Repeat("x", 32), strings.Repeat("x", 33)}),
)

func (b *builder) value(t *rapid.T, depth int) Value {
	quote := func(s string) string { return string(AppendQuoted(nil, []byte(s))) }
	switch n := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case n < 3 && depth > 0:
		return b.object(t, depth)
	case n == 3 && depth > 0:
		l := b.ev.NewList()
		b.text.WriteByte('[')
		for i := range rapid.IntRange(0, 3).Draw(t, "items") {
			if i > 0 {
				b.text.WriteByte(',')
			}
			b.ev.Append(l, b.value(t, depth-1))
		}
		b.text.WriteByte(']')
		return l
	case n == 4:
		n := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1, 100_001)).Draw(t, "number")
		fmt.Fprint(&b.text, n)
		return LongValue(n)
	case n == 5:
		b.text.WriteString("null")
		return NullValue()
	case n == 6:
		maker := New()
		j, _ := maker.Freeze(maker.Text(drawnText.Draw(t, "frozen text")))
		b.text.Write(j.AppendTo(nil))
		return b.ev.JSON(j)
	default:
		s := drawnText.Draw(t, "text")
		b.text.WriteString(quote(s))
		return b.ev.Text(s)
	}
}

func (b *builder) object(t *rapid.T, depth int) Value {
	m, names := b.ev.NewMap(), map[string]bool{}
	b.text.WriteByte('{')
	for range rapid.IntRange(0, 9).Draw(t, "entries") {
		name := drawnText.Draw(t, "name")
		if names[name] {
			continue
		}
		if len(names) > 0 {
			b.text.WriteByte(',')
		}
		names[name] = true
		b.text.Write(append(AppendQuoted(nil, []byte(name)), ':'))
		v := b.value(t, depth-1)
		if rapid.Bool().Draw(t, "from the wire") {
			b.ev.PutBytes(m, []byte(name), v)
		} else {
			b.ev.Put(m, Intern(name), v)
		}
	}
	b.text.WriteByte('}')
	return m
}

func TestRendering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := builder{ev: New()}
		b.ev.SetDoc(b.object(t, 2))
		got, err := b.ev.AppendJSON(make([]byte, 3, 3+rapid.IntRange(0, 500).Draw(t, "room")))
		if err != nil || string(got[3:]) != b.text.String() || !json.Valid(got[3:]) {
			t.Fatalf("got  %s, %v\nwant %s", got, err, b.text.String())
		}
	})
}

func TestDeepContainersAreRendered(t *testing.T) {
	ev, name := New(), Intern("a")
	m := ev.Doc()
	for range 100 {
		inner, list := ev.NewMap(), ev.NewList()
		ev.Append(list, inner)
		ev.Append(list, ev.NewList())
		ev.Append(list, ev.Text("\""))
		ev.Append(list, ev.Text("x"))
		ev.Put(m, name, list)
		ev.Put(m, Intern("b"), IntValue(1))
		m = inner
	}
	want := strings.Repeat(`{"a":[`, 100) + "{}" + strings.Repeat(`,[],"\"","x"],"b":1}`, 100)
	for range 2 {
		if got := render(t, ev); got != want {
			t.Fatalf("got %s", got)
		}
	}
	ev.Put(m, name, ev.Doc())
	for range 2 {
		if _, err := ev.AppendJSON(nil); !errors.Is(err, ErrSelfReference) {
			t.Errorf("a cycle of 100 maps and lists: %v", err)
		}
	}
	ev.Put(m, name, NullValue())
	if _, err := ev.AppendJSON(nil); err != nil {
		t.Errorf("a container is left marked: %v", err)
	}
}

// However often a map contains itself, that is found out once.
func TestSelfReferencesEndAtOnce(t *testing.T) {
	ev := New()
	lists := ev.NewList()
	ev.Append(lists, ev.Doc())
	for _, v := range []Value{ev.Doc(), lists} {
		for i := range 100 {
			ev.Put(ev.Doc(), Intern(fmt.Sprint("n", i)), v)
		}
		if got, err := ev.AppendJSON([]byte("before")); !errors.Is(err, ErrSelfReference) || string(got) != "before" {
			t.Fatalf("got %.100q, %v", got, err)
		}
	}
	ev.Clear(ev.Doc())
	if got := render(t, ev); got != "{}" {
		t.Errorf("got %s", got)
	}
}

// A map knows its symbols by their numbers, of which two may have the same place, and names from the wire by their text.
func TestNamesAreFound(t *testing.T) {
	var symbols []Symbol
	for i := range 300 {
		symbols = append(symbols, Intern(fmt.Sprint("n", i)))
	}
	rapid.Check(t, func(t *rapid.T) {
		ev := New()
		m, want := ev.NewMap(), map[Symbol]int32{}
		of := rapid.SampledFrom([]int{5, 70, 300}).Draw(t, "names")
		for i := range rapid.Int32Range(0, 600).Draw(t, "operations") {
			s := symbols[rapid.IntRange(0, of-1).Draw(t, "name")]
			switch rapid.IntRange(0, 9).Draw(t, "operation") {
			case 0:
				_, had := want[s]
				if ev.RemoveBytes(m, []byte(s.String())) != had {
					t.Fatalf("RemoveBytes(%v) is %v", s, !had)
				}
				delete(want, s)
			case 1:
				if i%10 == 0 {
					ev.Clear(m)
					clear(want)
				}
			case 2:
				ev.PutBytes(m, []byte(s.String()), IntValue(i))
				want[s] = i
			default:
				ev.Put(m, s, IntValue(i))
				want[s] = i
			}
		}
		if ev.Len(m) != len(want) {
			t.Fatalf("%d names, want %d", ev.Len(m), len(want))
		}
		for _, s := range symbols {
			n, has := want[s]
			v, at := ev.Lookup(m, s), ev.Index(m, s)
			if has != (at >= 0) || has && ev.At(m, at) != IntValue(n) || v != ev.LookupBytes(m, []byte(s.String())) || has != (v == IntValue(n)) {
				t.Fatalf("%v is %v at %d, want %d, %v", s, v, at, n, has)
			}
		}
	})
}

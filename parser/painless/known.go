package painless

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// Known is what is to be known of some fields of a document without a look at it: all that it says, reading them would.
type Known struct {
	fields *Fields
	words  []knownWord
	fixed  []fixedValue // of fields that are known and not apart
	filled []filledValue
}

// knownWord is of 64 fields.
type knownWord struct {
	word int32
	of   uint64 // those of which it is known, or not known any more, what they are
	is   readings
}

// fixedValue is of a field that has the same value in all such documents.
type fixedValue struct {
	at int32
	is event.Value
}

// filledValue is of a field that has that one of the values that were set.
type filledValue struct{ at, number int32 }

func (f *Fields) newKnown() *Known {
	k := &Known{fields: f, words: make([]knownWord, (len(f.steps)+63)/64)}
	for i := range k.words {
		k.words[i].word = int32(i)
	}
	return k
}

// compact leaves out the words that tell nothing.
func (k *Known) compact() *Known {
	k.words = slices.DeleteFunc(k.words, func(w knownWord) bool { return w.of == 0 })
	return k
}

// fix adds a field that has the same value in all such documents; Missing: there is none.
func (k *Known) fix(at int32, v event.Value) {
	k.words[at/64].is.note(1<<(at%64), v.Kind())
	if v.Kind() != event.Missing {
		k.fixed = append(k.fixed, fixedValue{at, v})
	}
}

// fill adds a field that has that one of the values which are set. Its kind matters only as far as it is a map or none.
func (k *Known) fill(at int32, kind event.Kind, number int) {
	k.words[at/64].is.note(1<<(at%64), kind)
	k.filled = append(k.filled, filledValue{at, int32(number)})
}

// Outline is what is known of all documents that begin with the outline of ev, when what they are filled with is neither
// null nor a container. What is null there may be set to anything first.
func (f *Fields) Outline(ev *event.Event) *Known {
	k := f.newKnown()
	f.survey(ev, func(at int32, v event.Value) {
		switch v.Kind() {
		case event.Null:
		case event.Long:
			k.fill(at, event.Long, int(v.Int()))
		default:
			k.fix(at, v)
		}
	})
	return k
}

// Layout is what is known behind [event.Event.SetNew] with a layout of n paths, of values that are no containers and of
// which those with a bit in null, and no others, are null, and of the maps behind them.
func (f *Fields) Layout(l *event.Layout, n int, null uint64) *Known {
	ev, values := event.New(), make([]event.Value, n+l.Maps())
	for i := range n {
		if values[i] = event.LongValue(int64(i)); null>>i&1 != 0 {
			values[i] = event.NullValue()
		}
	}
	ev.SetNew(l, values)
	k := f.newKnown()
	for at := range f.steps {
		if f.isIn(int32(at), ev) {
			k.words[at/64].of |= 1 << (at % 64)
		}
	}
	f.survey(ev, func(at int32, v event.Value) {
		switch {
		case !f.isIn(at, ev):
		case v.Kind() == event.Missing:
			k.fix(at, v)
		default:
			k.fill(at, v.Kind(), slices.Index(values, v))
		}
	})
	return k.compact()
}

// isIn tells whether a field is, or is in, an entry that the document of ev has, or says something of all of them.
func (f *Fields) isIn(at int32, ev *event.Event) bool {
	for at != wholeDoc && f.steps[at].from != wholeDoc {
		at = f.steps[at].from
	}
	return at != wholeDoc && (f.steps[at].to != toEntry || ev.Index(ev.Doc(), f.steps[at].name) >= 0)
}

// survey visits the fields of ev that are entries of maps, or missing there.
func (f *Fields) survey(ev *event.Event, visit func(at int32, v event.Value)) {
	found := make([]event.Value, len(f.steps))
	plain := make([]bool, len(f.steps))
	for at, s := range f.steps {
		v, ok := ev.Doc(), true
		if at != wholeDoc {
			switch v, ok = found[s.from], plain[s.from] && s.to == toEntry; v.Kind() {
			case event.Map:
				v = ev.Lookup(v, s.name)
			case event.Missing:
			default:
				ok = false
			}
		}
		if found[at], plain[at] = v, ok; ok {
			visit(int32(at), v)
		}
	}
}

// Constants is what is known behind an assignment of a constant that is no container, or no matter what it is when it is
// Missing, to each of the paths, whose parents are maps.
func (f *Fields) Constants(paths []string, values []event.Value) *Known {
	k := f.newKnown()
	for i, path := range paths {
		touched, ok := f.Touched([]string{path})
		if !ok {
			return nil
		}
		for _, t := range touched {
			w := &k.words[t.word]
			w.of |= t.below
			w.is.known &^= t.below
		}
		if at := f.Find(path); at != wholeDoc && values[i].Kind() != event.Missing {
			k.fix(at, values[i])
		}
	}
	return k.compact()
}

// Begin tells that the document is another one, of which something may be known already; nil: nothing is. values are those
// that it was filled with.
func (c *Context) Begin(known *Known, values []event.Value) {
	c.shared = false
	if known == nil || c.fields != known.fields {
		c.Changed()
		return
	}
	read64 := c.read64
	for i := range known.words {
		read64[i] = known.words[i].is
	}
	c.takeOver(known, values)
}

// Learn takes over what is known behind a change; values are those that it set.
func (c *Context) Learn(k *Known, values []event.Value) {
	if c.shared || c.fields != k.fields {
		c.Changed()
		return
	}
	words, read64 := k.words, c.read64
	for i := range words {
		w := &words[i]
		r := &read64[w.word]
		r.known = r.known&^w.of | w.is.known
		r.null = r.null&^w.of | w.is.null
		r.maps = r.maps&^w.of | w.is.maps
		r.apart = r.apart&^w.of | w.is.apart
	}
	c.takeOver(k, values)
}

// takeOver takes over the values that are known.
func (c *Context) takeOver(k *Known, values []event.Value) {
	readings := c.readings
	for _, v := range k.fixed {
		readings[v.at] = v.is
	}
	for _, v := range k.filled {
		readings[v.at] = values[v.number]
	}
}

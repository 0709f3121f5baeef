package painless

import (
	"slices"

	"github.com/millrace/millrace/event"
)

// Known is what is to be known of some fields of a document without a look at it: all that it says, reading them would.
type Known struct {
	fields *Fields
	words  []knownWord
	values []knownValue // of those that are known and not apart
}

// knownWord is of 64 fields.
type knownWord struct {
	word int32
	of   uint64 // those of which it is known, or not known any more, what they are
	is   readings
}

type knownValue struct {
	at     int32
	number int32       // it is that of the values which were set
	is     event.Value // Missing: see number
}

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

func (k *Known) add(v knownValue, kind event.Kind) {
	k.words[v.at/64].is.note(1<<(v.at%64), kind)
	if v.is.Kind() != event.Missing || kind == event.String {
		k.values = append(k.values, v)
	} else {
		k.words[v.at/64].is.apart |= 1 << (v.at % 64)
	}
}

// Outline is what is known of all documents that begin as that of ev does, with the same containers. What is null there
// may be set to anything first.
func (f *Fields) Outline(ev *event.Event) *Known {
	k := f.newKnown()
	f.survey(ev, func(at int32, v event.Value) {
		if v.Kind() != event.Null {
			k.add(knownValue{at: at, is: v}, v.Kind())
		}
	})
	return k
}

// Layout is what is known behind [event.Event.SetNew] with a layout of the paths, of values that are neither null nor
// containers.
func (f *Fields) Layout(paths []event.Path) *Known {
	ev := event.New()
	for i, p := range paths {
		if !p.IsZero() {
			_ = ev.Set(p, event.LongValue(int64(i))) // nothing is in its way
		}
	}
	k := f.newKnown()
	for at := range f.steps {
		if f.isIn(int32(at), ev) {
			k.words[at/64].of |= 1 << (at % 64)
		}
	}
	f.survey(ev, func(at int32, v event.Value) {
		switch {
		case !f.isIn(at, ev):
		case v.Kind() == event.Long:
			k.add(knownValue{at: at, number: int32(v.Int())}, event.String)
		default:
			k.add(knownValue{at: at}, v.Kind())
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
			k.add(knownValue{at: at, is: values[i]}, values[i].Kind())
		}
	}
	return k.compact()
}

// Begin tells that the document is another one, of which something may be known already; nil: nothing is.
func (c *Context) Begin(known *Known) {
	c.shared = false
	if known == nil || c.fields != known.fields {
		c.Changed()
		return
	}
	for i := range known.words {
		c.read64[i] = known.words[i].is
	}
	for i := range known.values {
		v := &known.values[i]
		c.readings[v.at] = v.is
	}
}

// Learn takes over what is known behind a change; values are those that it set.
func (c *Context) Learn(k *Known, values []event.Value) {
	if c.shared || c.fields != k.fields {
		c.Changed()
		return
	}
	for i := range k.words {
		w := &k.words[i]
		r := &c.read64[w.word]
		r.known = r.known&^w.of | w.is.known
		r.null = r.null&^w.of | w.is.null
		r.maps = r.maps&^w.of | w.is.maps
		r.apart = r.apart&^w.of | w.is.apart
	}
	for i := range k.values {
		v := &k.values[i]
		c.readings[v.at] = v.is
		if v.is.Kind() == event.Missing {
			c.readings[v.at] = values[v.number]
		}
	}
}

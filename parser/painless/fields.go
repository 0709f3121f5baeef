package painless

import (
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// Fields are the fields that the conditions of some pipelines ask for. Conditions that are compiled with the same
// Fields read each of them once, until [Context.Changed] says that the document may be another, or
// [Context.Wrote], that the field may be.
type Fields struct {
	steps []fieldStep
	index map[fieldStep]int32
}

// fieldStep is one step of ctx.a?.b behind another.
type fieldStep struct {
	from int32 // wholeDoc for the first
	name event.Symbol
	to   stepTo
}

// stepTo is what a step leads to.
type stepTo uint8

const (
	toEntry  stepTo = iota
	toLength        // of a list, or an entry of a map: x.length
	toSize          // of a list or map: x.size()
	toChars         // of a text: x.length()
)

// wholeDoc is the step that ctx itself is.
const wholeDoc = 0

// NewFields returns fields for pipelines that run in one context. All their conditions are compiled before one is evaluated.
func NewFields() *Fields { return &Fields{steps: make([]fieldStep, 1), index: map[fieldStep]int32{}} }

func (f *Fields) add(s fieldStep) int32 {
	at, ok := f.index[s]
	if !ok {
		at = int32(len(f.steps))
		f.steps = append(f.steps, s)
		f.index[s] = at
	}
	return at
}

// Add adds the field of a path of the document, such as a.b, for [Context.Field]; "" is the document.
func (f *Fields) Add(path string) int32 {
	at := int32(wholeDoc)
	if path == "" {
		return at
	}
	for name := range strings.SplitSeq(path, ".") {
		at = f.add(fieldStep{from: at, name: event.Intern(name)})
	}
	return at
}

// Find is the field of a path, or wholeDoc, which is 0, when nothing asks for it.
func (f *Fields) Find(path string) int32 {
	at := int32(wholeDoc)
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "_source."), ".") {
		if at = f.index[fieldStep{from: at, name: event.Intern(name)}]; at == wholeDoc {
			break
		}
	}
	return at
}

// readings tell of 64 fields, a bit each, of which it is known what they are since the document changed there, and which
// of those are null or missing, and maps. Of those apart there is no value: they are missing, or not looked for yet.
type readings struct{ known, null, maps, apart uint64 }

// Touch are fields that may be others when something is written to a path, of the 64 that begin with word*64.
type Touch struct {
	word  int32
	below uint64 // the path itself and what is in it
	above uint64 // what the path is in: a map stays the same one
}

// Touched are the fields that may be others when something is written to one of the paths. It fails for a path that
// may lead into a list, whose items other fields may share.
func (f *Fields) Touched(paths []string) (touched []Touch, ok bool) {
	words := make([]Touch, (len(f.steps)+63)/64)
	for _, path := range paths {
		names := strings.Split(strings.TrimPrefix(path, "_source."), ".")
		for _, name := range names {
			if _, err := strconv.Atoi(name); err == nil {
				return nil, false
			}
		}
		for at := range f.steps {
			if at == wholeDoc {
				continue
			}
			switch w, bit := &words[at/64], uint64(1)<<(at%64); f.related(int32(at), names) {
			case isBelow:
				w.below |= bit
			case isAbove:
				w.above |= bit
			}
		}
	}
	for i, w := range words {
		if w.below|w.above != 0 {
			w.word = int32(i)
			touched = append(touched, w)
		}
	}
	return touched, true
}

// All are all fields, for who does not know what is written.
func (f *Fields) All() []Touch {
	all := make([]Touch, (len(f.steps)+63)/64)
	for i := range all {
		all[i] = Touch{word: int32(i), below: math.MaxUint64}
	}
	return all
}

type relation uint8

const (
	isElsewhere relation = iota
	isBelow
	isAbove
)

// related tells where a field is to be found from a path.
func (f *Fields) related(at int32, names []string) relation {
	if s := f.steps[at]; s.to == toSize { // which all entries have a part in
		if f.related(s.from, names) == isElsewhere {
			return isElsewhere
		}
		return isBelow
	}
	var of []string
	for ; at != wholeDoc; at = f.steps[at].from {
		of = append(of, f.steps[at].name.String())
	}
	for i := range min(len(of), len(names)) {
		if of[len(of)-1-i] != names[i] {
			return isElsewhere
		}
	}
	if len(of) < len(names) {
		return isAbove
	}
	return isBelow
}

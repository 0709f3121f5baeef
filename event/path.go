package event

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Path is a field name of a pipeline such as source.geo.location or tags.0, resolved once.
type Path struct {
	text  string
	root  root
	steps []step
}

type root uint8

const (
	rootDoc root = iota
	rootIngest
)

type step struct {
	key   key
	index int32 // what the step means in a list, -1 if it is not a number
}

// ParsePath resolves a field name. Dots separate steps; `_ingest.x` is in the tree apart that scripts
// and foreach use, `_source.x` is x. Not for names from the wire: their steps would be interned.
func ParsePath(text string) (Path, error) {
	p := Path{text: text}
	rest := text
	if after, ok := strings.CutPrefix(rest, "_ingest."); ok {
		p.root, rest = rootIngest, after
	} else if after, ok := strings.CutPrefix(rest, "_source."); ok {
		rest = after
	}
	if rest == "" {
		return p, fmt.Errorf("path cannot be null nor empty")
	}
	for name := range strings.SplitSeq(rest, ".") {
		if name == "" {
			return p, fmt.Errorf("path [%s] is not valid: it has an empty name between its dots", text)
		}
		p.steps = append(p.steps, step{key(Intern(name)), listIndex(name)})
	}
	return p, nil
}

// MustPath is ParsePath for paths that the program itself names.
func MustPath(text string) Path {
	p, err := ParsePath(text)
	if err != nil {
		panic(err)
	}
	return p
}

// String is the path as it was written.
func (p Path) String() string { return p.text }

// IsZero tells whether p names nothing.
func (p Path) IsZero() bool { return len(p.steps) == 0 }

// Within tells whether p is the field of, or in it.
func (p Path) Within(of Path) bool {
	return p.root == of.root && len(p.steps) >= len(of.steps) && slices.Equal(p.steps[:len(of.steps)], of.steps)
}

// Parent is the path without its last step, zero when there is none.
func (p Path) Parent() Path {
	if len(p.steps) < 2 {
		return Path{}
	}
	return Path{text: p.text[:strings.LastIndexByte(p.text, '.')], root: p.root, steps: p.steps[:len(p.steps)-1]}
}

// DynamicPath resolves a name that was made at run time (from a template, say) without interning it.
// The path is valid until the event is reset.
func (ev *Event) DynamicPath(text []byte) (Path, error) {
	v := ev.String(text)
	p := Path{text: string(text)}
	start := 0
	if strings.HasPrefix(p.text, "_ingest.") {
		p.root, start = rootIngest, len("_ingest.")
	} else if strings.HasPrefix(p.text, "_source.") {
		start = len("_source.")
	}
	if len(text) == 0 {
		return p, fmt.Errorf("path cannot be null nor empty")
	}
	stop := len(text) // empty names at the end do not count, as in Java's split; others do
	for stop > start && text[stop-1] == '.' {
		stop--
	}
	switch {
	case start == len(text):
		return p, fmt.Errorf("path [%s] is not valid", p.text)
	case stop == start: // Java's text, as the next
		return p, errors.New("Index -1 out of bounds for length 0")
	case text[start] == '.' && p.root != rootIngest:
		return p, errors.New("String index out of range: 0")
	}
	for start <= stop {
		end := strings.IndexByte(p.text[start:stop], '.')
		if end < 0 {
			end = stop
		} else {
			end += start
		}
		k := key(v.bits>>32+uint64(start))<<32 | key(end-start)
		p.steps = append(p.steps, step{k, listIndex(p.text[start:end])})
		start = end + 1
	}
	return p, nil
}

// listIndex reads a step that is a list's index; -1 when it is not a number, beyond every list when it is negative.
func listIndex(name string) int32 {
	if name == "" || name[0] > '9' {
		return -1
	}
	switch n, err := strconv.ParseInt(name, 10, 32); {
	case err != nil:
		return -1
	case n < 0:
		return math.MaxInt32
	default:
		return int32(n)
	}
}

// PathFault tells why a path could not be followed.
type PathFault uint8

// Faults of a path.
const (
	NotPresent  PathFault = iota + 1 // no such field
	FromNull                         // a step goes into null
	FromScalar                       // a step goes into a value that has no fields
	NotAnIndex                       // a list is asked for a name
	OutOfBounds                      // a list is shorter
)

// PathError says why a field could not be read, set or removed, in the words of Elasticsearch.
// It is part of its event and valid until the event's next failing call, so that failing costs no allocation.
type PathError struct {
	Fault PathFault
	Op    string // resolve, set, remove
	Path  string
	Step  string
	Kind  Kind // what the step went into
	Len   int  // of the list
}

func (e *PathError) Error() string {
	var what string
	switch e.Fault {
	case NotPresent:
		what = fmt.Sprintf("field [%s] not present", e.Step)
	case FromNull:
		what = fmt.Sprintf("cannot %s [%s] from null", e.Op, e.Step)
		if e.Op == "set" {
			what = fmt.Sprintf("cannot set [%s] with null parent", e.Step)
		}
	case FromScalar:
		what = fmt.Sprintf("cannot %s [%s] from object of type [%s]", e.Op, e.Step, e.Kind.JavaClass())
		if e.Op == "set" {
			what = fmt.Sprintf("cannot set [%s] with parent object of type [%s]", e.Step, e.Kind.JavaClass())
		}
	case NotAnIndex:
		what = fmt.Sprintf("[%s] is not an integer, cannot be used as an index", e.Step)
	case OutOfBounds:
		index, _ := strconv.Atoi(e.Step) // without a sign or zeros before it
		what = fmt.Sprintf("[%d] is out of bounds for array with length [%d]", index, e.Len)
	}
	return what + " as part of path [" + e.Path + "]"
}

package painless

import (
	"fmt"
	"math"
	"slices"

	"github.com/millrace/millrace/event"
)

// Options change how a script is compiled.
type Options struct {
	// Params is what `params` is in the script: JSON-like Go values (map[string]any, []any, string, numbers,
	// bool, nil), as configuration decodes to. Integers that fit are int, others long.
	Params map[string]any
	// Hooks tells which of the processors' functions there are; nil means all.
	Hooks *Hooks
	// Fields are shared by conditions and scripts that run one behind the other; nil: each has its own.
	Fields *Fields
}

// program is compiled code.
type program struct {
	src    string
	consts *arena
	params event.Value
	given  bool // there are params
	frame  int  // locals of the main function
	run    step
	cond   func(*Context) bool // set when the whole is one boolean expression
	direct direct              // the same for the commonest

	fields  *Fields
	writes  []string  // paths that it assigns to
	touches [][]Touch // by each of them; none before Script.Link
}

// Condition is the compiled `if` of a processor.
type Condition struct {
	p      *program
	direct direct
}

// Script is the compiled source of a `script` processor.
type Script struct{ p *program }

// CompileCondition compiles the text of an `if`. The error is a *CompileError.
func CompileCondition(src string, opts Options) (*Condition, error) {
	p, err := compile(src, opts, true)
	if err != nil {
		return nil, err
	}
	return &Condition{p, p.direct}, nil
}

// CompileScript compiles the source of a `script` processor. The error is a *CompileError.
func CompileScript(src string, opts Options) (*Script, error) {
	p, err := compile(src, opts, false)
	if err != nil {
		return nil, err
	}
	return &Script{p}, nil
}

// Same tells whether two conditions are of one text, so that they hold for the same documents.
func (cond *Condition) Same(other *Condition) bool {
	return cond.p.src == other.p.src && !cond.p.given && !other.p.given
}

// eval is Eval, in full.
func (cond *Condition) eval(ctx *Context) (holds bool, err error) {
	p := cond.p
	ctx.begin(p)
	ctx.readonly, ctx.sure = true, false
	defer func() {
		if r := recover(); r != nil {
			holds, err = false, ctx.recovered(p, r)
			ctx.end()
		}
	}()
	if p.cond != nil {
		return p.cond(ctx), nil
	}
	holds = ctx.result(p.run(ctx)).bool()
	ctx.end()
	return holds, nil
}

// Link is for a script whose Fields have all fields that there will be. From then on what the script assigns to fields
// changes nothing of what is known of others.
func (s *Script) Link() {
	s.p.touches = nil
	for _, path := range s.p.writes {
		touched, ok := s.p.fields.Touched([]string{path})
		if !ok { // it may lead into a list
			touched = s.p.fields.All()
		}
		s.p.touches = append(s.p.touches, touched)
	}
}

// Run runs the script over ctx.Event, and tells ctx what it has changed. The error is an *Error; what the script changed
// before it stays changed.
func (s *Script) Run(ctx *Context) (err error) {
	p, others, ended := s.p, ctx.changes-ctx.assigned, false
	ctx.begin(p)
	ctx.readonly, ctx.sure = false, ctx.fields == p.fields
	defer func() {
		if !ended { // to recover is not cheap
			err = ctx.recovered(p, recover())
		}
		ctx.end()
		if ctx.changes-ctx.assigned != others {
			ctx.Changed()
		}
	}()
	ctx.result(p.run(ctx))
	ctx.settle()
	ended = true
	return nil
}

// newArena makes the home of a script's constants, with its params.
func newArena(params map[string]any) (*arena, event.Value, error) {
	ev := event.New()
	a := &arena{ev: ev}
	v, err := a.load(params, 0)
	if params == nil {
		v = ev.NewMap()
	}
	return a, v, err
}

// load copies a Go value into the arena.
func (a *arena) load(x any, depth int) (event.Value, error) {
	if depth > 100 {
		return event.Value{}, fmt.Errorf("params are nested deeper than 100")
	}
	switch x := x.(type) {
	case nil:
		return event.NullValue(), nil
	case bool:
		return event.BoolValue(x), nil
	case string:
		return a.ev.Text(x), nil
	case int:
		return wholeNumber(int64(x)), nil
	case int64:
		return wholeNumber(x), nil
	case int32:
		return event.IntValue(x), nil
	case uint64:
		if x > math.MaxInt64 {
			return a.ev.As(event.BigInt, a.ev.Text(fmt.Sprint(x))), nil
		}
		return wholeNumber(int64(x)), nil
	case float64:
		return event.DoubleValue(x), nil
	case []any:
		l := a.ev.NewList()
		for _, e := range x {
			v, err := a.load(e, depth+1)
			if err != nil {
				return l, err
			}
			a.ev.Append(l, v)
		}
		return l, nil
	case map[string]any:
		return a.loadMap(x, depth)
	}
	return event.Value{}, fmt.Errorf("params hold a %T", x)
}

func (a *arena) loadMap(x map[string]any, depth int) (event.Value, error) {
	m := a.ev.NewMap()
	keys := make([]string, 0, len(x))
	for k := range x {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		v, err := a.load(x[k], depth+1)
		if err != nil {
			return m, err
		}
		a.ev.Put(m, event.Intern(k), v)
	}
	a.ev.Lookup(m, event.Intern("")) // builds the hash of a large map: from here on it is only read
	return m, nil
}

func wholeNumber(n int64) event.Value {
	if n == int64(int32(n)) {
		return event.IntValue(int32(n))
	}
	return event.LongValue(n)
}

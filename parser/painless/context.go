package painless

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"

	"github.com/millrace/millrace/event"
)

// Limits bound what one run of a condition or script may take. A run that goes beyond one ends with an
// [*Error] that the script cannot catch.
type Limits struct {
	Loops  int // iterations of all loops and calls of functions together
	Depth  int // nested calls of functions and lambdas
	Memory int // bytes of text and containers that the run makes
}

// DefaultLimits has Elasticsearch's limit on loops.
func DefaultLimits() Limits { return Limits{Loops: 1_000_000, Depth: 500, Memory: 32 << 20} }

// Metadata is what `ctx._index` and the like read. Fields that are "" read as null.
type Metadata struct {
	Index, ID, Routing, VersionType string
	Version                         int64
	HasVersion                      bool
}

// Context is the state of one worker in which compiled code runs, one run at a time.
type Context struct {
	Event    *event.Event
	Received int64 // ns since the epoch; the script's idea of now
	Metadata Metadata
	// SetMetadata is asked when a script assigns ctx._index, _id, _routing, … nil refuses.
	SetMetadata func(name string, v event.Value) error
	Limits      Limits

	hooks    Hooks
	params   value
	stack    []value    // locals of the functions that are running
	base     int        // where the running function's locals begin
	args     []value    // arguments of the calls that are being made
	ret      value      // what return left
	raised   *exception // what a statement has thrown without unwinding the closures
	readonly bool       // a condition runs: the document must not change
	sure     bool       // what is known of fields is so
	left     int        // so many iterations more
	changes  int        // of containers
	assigned int        // those of which Wrote was told
	depth    int
	memory   int
	mark     int                         // size of the event's text when the run began
	odd      map[event.Value]*oddEntries // entries of maps whose keys are no strings
	tags     map[event.Value]*tag        // classes of containers that stand in containers
	boxed    map[event.Value]value       // objects that stand in containers
	text     []byte
	viewRoom [64]mapView // of which the run has taken views
	views    int

	entryRoom [32]mapEntry // of which the run has taken entries
	entries   int

	tokenRoom  [2]tokenizer // of which the run has taken tokenizers
	tokenizers int

	memos map[*function]*memo

	names   *arena       // the texts of symbols
	symbols []symbol     // by their number
	orders  []spot       // of the maps that loops are going over, see hashOrder
	search  event.Search // of walks

	fields   *Fields       // in use
	readings []event.Value // by field
	read64   []readings    // of 64 fields each
	shared   bool          // containers of the document may be in several places
}

// NewContext makes a context with DefaultLimits. hooks are the processors' functions that scripts may call.
func NewContext(hooks Hooks) *Context {
	return &Context{Limits: DefaultLimits(), hooks: hooks}
}

// thrown is what unwinds the closures: an exception of the script, or a limit that was reached.
type thrown struct {
	exc *exception
}

// exception is a Throwable.
type exception struct {
	cls     *class
	message string
	hasText bool
	cause   string // the text of what is at the bottom of it, if that is another
	at      int    // byte offset, -1 while unknown
}

func (e *exception) classOf(event.Value) *class { return e.cls }

// throw raises an exception of the class.
func (c *Context) throw(cls string, format string, args ...any) { c.throwAt(-1, cls, format, args...) }

// throwAt is throw at a place of the script.
func (c *Context) throwAt(at int, cls string, format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	exc := newException(cls, format)
	exc.at = at
	panic(thrown{exc})
}

func newException(cls, message string) *exception {
	return &exception{cls: classes().mustType(cls), message: message, hasText: true, at: -1}
}

func (c *Context) throwBare(cls string) {
	panic(thrown{&exception{cls: classes().mustType(cls), at: -1}})
}

// tries computes a value, or an exception. Go's panics are dear: what scripts often catch goes without.
type tries func(*Context) (value, *exception)

// orThrow throws the exception, if there is one.
func orThrow(v value, exc *exception) value {
	if exc != nil {
		panic(thrown{exc})
	}
	return v
}

// result is that of a function whose body went on like this.
func (c *Context) result(to ctl) value {
	switch to {
	case doReturn:
		return c.ret
	case doThrow:
		panic(thrown{c.raised})
	}
	return value{}
}

// loop counts an iteration or a call.
func (c *Context) loop() {
	if c.left--; c.left < 0 {
		c.tooManyLoops()
	}
}

func (c *Context) tooManyLoops() {
	c.throw("org.elasticsearch.painless.PainlessError", "The maximum number of statements that can be executed in a loop has been reached.")
}

// loopN counts n iterations.
func (c *Context) loopN(n int) {
	if n > 0 {
		c.left -= n - 1
		c.loop()
	}
}

// work counts n steps of a builtin that takes long on large values.
func (c *Context) work(n int) {
	c.left -= n >> 6
	c.loop()
}

// charge counts memory that is not text of the event.
func (c *Context) charge(bytes int) {
	if c.memory += bytes; c.memory > c.Limits.Memory {
		c.outOfMemory()
	}
}

func (c *Context) outOfMemory() {
	c.throw("java.lang.OutOfMemoryError", "the script made more than %d bytes of text and containers", c.Limits.Memory)
}

// reserve fails early when n more bytes of text would go beyond the limit.
func (c *Context) reserve(n int) {
	if n < 0 || c.Event.Mark()-c.mark+n+c.memory > c.Limits.Memory {
		c.outOfMemory()
	}
}

// keepOrders is how much of orders is kept for the next run.
const keepOrders = 16 << 10

func (c *Context) begin(p *program) {
	c.left, c.depth, c.memory, c.mark = c.Limits.Loops, 0, 0, c.Event.Mark()
	c.base, c.odd, c.tags, c.boxed = 0, nil, nil, nil
	c.orders = c.orders[:0]
	c.params = value{v: p.params, ref: p.consts}
	c.frame(p.frame)
}

// frame makes room for n locals at base, which hold anything.
func (c *Context) frame(n int) {
	top := c.base + n
	if top > cap(c.stack) {
		c.stack = append(c.stack[:cap(c.stack)], make([]value, top-cap(c.stack))...)
	}
	c.stack = c.stack[:top]
}

// keepMemory is how much memory, in bytes, a run may leave to the next one to let go of.
const keepMemory = 64 << 10

// end lets go of what the run left, so that the next line does not keep much alive.
func (c *Context) end() {
	if c.memory > keepMemory {
		clear(c.stack[:cap(c.stack)])
		clear(c.args[:cap(c.args)])
		clear(c.viewRoom[:])
		clear(c.entryRoom[:])
		clear(c.tokenRoom[:])
		c.ret = value{}
	}
	if cap(c.orders) > keepOrders {
		c.orders = nil
	}
	c.stack, c.args = c.stack[:0], c.args[:0]
	c.views, c.entries, c.tokenizers = 0, 0, 0
}

// recovered turns what unwound the closures into an *Error.
func (c *Context) recovered(p *program, r any) error {
	switch r := r.(type) {
	case thrown:
		e := &Error{Class: r.exc.cls.name, Message: cmp.Or(r.exc.cause, r.exc.message)}
		if r.exc.at >= 0 {
			ce := CompileError{src: p.src, pos: r.exc.at}
			ce.locate()
			e.Line, e.Column = ce.Line, ce.Column
		}
		return e
	case error:
		var other *runtime.TypeAssertionError
		if errors.As(r, &other) { // what a method of Java's dereferences
			return &Error{Class: "java.lang.NullPointerException", Message: "an argument is null, or of another class than the method takes"}
		}
		if r == event.ErrTooLarge {
			return &Error{Class: "java.lang.OutOfMemoryError", Message: r.Error()}
		}
	}
	panic(r)
}

// Hooks are the processors' functions that scripts call as Processors.x. A script that calls one which is nil
// does not compile.
type Hooks struct {
	Bytes       func(text string) (int64, error)
	JSON        func(ev *event.Event, v event.Value, lenient bool) (event.Value, error)
	URLDecode   func(text string) (string, error)
	URIParts    func(ev *event.Event, text string) (event.Value, error)
	CommunityID func(args [8]string, seed int) (string, error)
}

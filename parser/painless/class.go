package painless

import (
	"fmt"
	"strings"
	"sync"

	"github.com/millrace/millrace/event"
)

// class is a Java class or primitive type as far as scripts see it.
type class struct {
	name    string // java.util.List
	simple  string // List, as scripts write it
	prim    bool
	rank    int    // of the numeric primitives: byte 1, short 2, char 2, int 3, long 4, float 5, double 6
	box     *class // of a primitive; and of a box its primitive
	elem    *class // of an array
	supers  []*class
	id      int                // its bit in above; 0, which no class has, for arrays
	above   []uint64           // the bits of all superclasses and interfaces, once the library is complete
	methods map[string]*method // "name/arity", inherited ones too
	getters map[string]*method // name of the field
	setters map[string]*method
	statics map[string]*method
	consts  map[string]constant
	ctors   map[int]*method
	sam     *method // the one method of a functional interface
	hidden  bool    // may not be named in scripts
	tag     *tag    // of arrays
}

type constant struct {
	typ *class
	get func() value
}

// native is a method's body. args are valid until it returns.
type native func(c *Context, this value, args []value) value

// fallible is the body of a static method that often throws.
type fallible func(c *Context, args []value) (value, *exception)

type method struct {
	owner  *class
	name   string
	params []*class
	ret    *class
	run    native
	try    fallible // what run does, of some
	plain  bool     // takes any arguments: none must be checked or converted
	clock  bool     // tells the time
}

func (m *method) key() string { return methodKey(m.name, len(m.params)) }

func methodKey(name string, arity int) string { return fmt.Sprintf("%s/%d", name, arity) }

// is tells whether every k is a c.
func (k *class) is(c *class) bool {
	if k == c {
		return true
	}
	if k.above != nil {
		return k.above[c.id>>6]>>(c.id&63)&1 != 0
	}
	for _, s := range k.supers {
		if s.is(c) {
			return true
		}
	}
	return false
}

func (k *class) String() string { return k.name }

// lib is the table of all classes. It is built once and never changes but for array types.
type lib struct {
	types map[string]*class // by simple and by full name
	all   []*class
	kinds [event.Map + 1]*class

	mu     sync.Mutex
	arrays map[*class]*class

	tags  tags
	views [3]*class

	def, void, object                                              *class
	boolean, byte, short, char, int, long, float, double           *class
	string, list, arrayList, mapT, hashMap, set, collection, entry *class
	charSequence, pattern, matcher, iterator, iterable, number     *class
}

var built struct {
	once sync.Once
	lib  *lib
}

// classes is the table of classes for code that runs: what was compiled has built it.
func classes() *lib { return built.lib }

// library is the table of classes, built on first use.
func library() *lib {
	built.once.Do(func() { built.lib = newLibrary() })
	return built.lib
}

func newLibrary() *lib {
	l := &lib{types: map[string]*class{}, arrays: map[*class]*class{}}
	l.declarePrimitives()
	for _, name := range []string{ // named in signatures before they are declared
		"java.util.Locale", "java.lang.Iterable", "java.util.stream.Collector", "java.util.stream.Stream", "java.util.Optional",
		"java.util.regex.Pattern", "java.util.regex.Matcher", "java.util.Map", "java.util.Collection", "java.util.List", "java.util.Set",
		"java.util.Enumeration", "java.lang.Enum",
	} {
		l.class(name)
	}
	declareFunctions(l)
	declareLang(l)
	declareEnumClass(l)
	declareNumbers(l)
	declareBig(l)
	declareText(l)
	declareUtil(l)
	declareMaps(l)
	declareStatics(l)
	declareTextMore(l)
	declareThrowables(l)
	l.finish()
	return l
}

// class finds or makes the class of that full name.
func (l *lib) class(name string, supers ...string) *class {
	k := l.types[name]
	if k == nil {
		simple := name[strings.LastIndexByte(name, '.')+1:]
		k = &class{
			name: strings.ReplaceAll(name, "$", "."), simple: strings.ReplaceAll(simple, "$", "."), methods: map[string]*method{}, getters: map[string]*method{},
			setters: map[string]*method{}, statics: map[string]*method{}, consts: map[string]constant{}, ctors: map[int]*method{},
		}
		l.types[name] = k
		l.types[k.simple] = k
		l.all = append(l.all, k)
		k.id = len(l.all)
	}
	for _, s := range supers {
		k.supers = append(k.supers, l.mustType(s))
	}
	return k
}

func (l *lib) mustType(name string) *class {
	if elem, ok := strings.CutSuffix(name, "[]"); ok {
		return l.array(l.mustType(elem))
	}
	k := l.types[name]
	if k == nil {
		panic("painless: the library has no type " + name) // a mistake in this package, found by its first test
	}
	return k
}

// array is the type of arrays of elem.
func (l *lib) array(elem *class) *class {
	supers := []*class{l.object}
	if !elem.prim && elem != l.object {
		supers = append(supers, l.array(l.object))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.arrays[elem]
	if k == nil {
		k = &class{name: elem.name + "[]", simple: elem.simple + "[]", elem: elem, supers: supers, methods: l.object.methods}
		k.tag = &tag{cls: k}
		l.arrays[elem] = k
	}
	return k
}

func (l *lib) declarePrimitives() {
	prim := func(name string, rank int) *class {
		k := l.class(name)
		k.prim, k.rank = true, rank
		return k
	}
	l.def, l.void = prim("def", 0), prim("void", 0)
	l.def.prim = false
	l.boolean, l.byte, l.short, l.char = prim("boolean", 0), prim("byte", 1), prim("short", 2), prim("char", 2)
	l.int, l.long, l.float, l.double = prim("int", 3), prim("long", 4), prim("float", 5), prim("double", 6)
	l.object = l.class("java.lang.Object")
}

// method declares a method by its Java signature: "static int max(int,int)", "String trim()".
func (k *class) method(l *lib, signature string, run native) *method {
	head, params, _ := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	head, static := strings.CutPrefix(head, "static ")
	ret, name, ok := strings.Cut(head, " ")
	m := &method{owner: k, name: name, run: run}
	if params != "" {
		for p := range strings.SplitSeq(params, ",") {
			m.params = append(m.params, l.mustType(strings.TrimSpace(p)))
		}
	}
	if !ok { // a constructor: "new(String)"
		m.ret = k
		k.ctors[len(m.params)] = m
		return m
	}
	m.ret = l.mustType(ret)
	if static {
		k.statics[m.key()] = m
		return m
	}
	k.methods[m.key()] = m
	return m
}

// fallible declares a static method that often throws.
func (k *class) fallible(l *lib, signature string, try fallible) {
	k.method(l, "static "+signature, func(c *Context, _ value, a []value) value { return orThrow(try(c, a)) }).try = try
}

func (k *class) constant(name string, typ *class, v func() value) {
	k.consts[name] = constant{typ, v}
}

// finish passes methods on to subclasses and derives getters and setters.
func (l *lib) finish() {
	done := map[*class]bool{}
	var inherit func(k *class)
	inherit = func(k *class) {
		if done[k] {
			return
		}
		done[k] = true
		if k != l.object && !k.prim && k != l.def {
			k.supers = append(k.supers, l.object)
		}
		for _, s := range k.supers {
			inherit(s)
			for key, m := range s.methods {
				if k.methods[key] == nil {
					k.methods[key] = m
				}
			}
		}
		k.above = make([]uint64, len(l.all)>>6+1)
		for _, s := range k.supers {
			k.above[s.id>>6] |= 1 << (s.id & 63)
			for i, bits := range s.above {
				k.above[i] |= bits
			}
		}
		for _, m := range k.methods {
			k.derive(m)
			m.plain = true
			for _, p := range m.params {
				m.plain = m.plain && (p == l.def || p == l.object)
			}
		}
	}
	for _, k := range l.all {
		inherit(k)
	}
}

func (k *class) derive(m *method) {
	bare := func(prefix string) string {
		name := m.name[len(prefix):]
		return strings.ToLower(name[:1]) + name[1:]
	}
	switch {
	case len(m.params) == 0 && strings.HasPrefix(m.name, "get") && len(m.name) > 3:
		k.getters[bare("get")] = m
	case len(m.params) == 0 && strings.HasPrefix(m.name, "is") && len(m.name) > 2:
		k.getters[bare("is")] = m
	case len(m.params) == 1 && strings.HasPrefix(m.name, "set") && len(m.name) > 3:
		k.setters[bare("set")] = m
	}
}

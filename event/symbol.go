package event

import (
	"sync"
	"sync/atomic"
)

// Symbol is the name of a field that a compiled pipeline or the program itself uses.
// Only such names are interned: interning what a sender writes would be a leak.
type Symbol key

// symbol is what the table knows of one; it fills a cache line.
type symbol struct {
	front [block]byte // `"name":"`, as a field whose value is a string begins, when it is shorter than a block
	name  string
	hash  uint32
	_     [12]byte
}

// The table only grows, at compile time, and its entries never change. It is process-wide, so that
// a symbol means the same in every event, whatever pipelines are reloaded.
var symbols struct {
	list  atomic.Pointer[[]symbol]
	mu    sync.Mutex
	index map[string]Symbol
}

// Intern returns the symbol of name. It is meant for compile time, not for names from the wire.
func Intern(name string) Symbol {
	symbols.mu.Lock()
	defer symbols.mu.Unlock()
	if s, ok := symbols.index[name]; ok {
		return s
	}
	list := symbolTable()
	if symbols.index == nil {
		symbols.index = map[string]Symbol{}
	}
	k := symbolKey | key(len(list))
	if isReserved(name) {
		k |= reservedKey
	}
	entry := symbol{name: name, hash: hashKey([]byte(name))}
	if front := append(AppendQuoted(nil, []byte(name)), `:"`...); len(front) < block {
		copy(entry.front[:], front)
		k |= frontKey | key(len(front)-1)<<frontShift
	}
	list = append(list, entry)
	symbols.list.Store(&list)
	symbols.index[name] = Symbol(k)
	return Symbol(k)
}

// String is the interned name.
func (s Symbol) String() string { return key(s).entry().name }

// symbolTable is empty before the first Intern.
func symbolTable() []symbol {
	if p := symbols.list.Load(); p != nil {
		return *p
	}
	return nil
}

// key is the name of a map's entry: where in the arena its bytes stand, as in the bits of a Value, or a symbol.
// The arena is far smaller than the bits that tell them apart. A symbol has its place in the table in the low half,
// and beside it what is to be known of it without a look there.
type key uint64

const (
	symbolKey   key = 1 << 63
	reservedKey key = 1 << 62 // the name is reserved
	frontKey    key = 1 << 61 // the symbol has a front
	frontShift      = 32      // from here on its length without the last quote, which is less than a block
)

// listKey is that of the entries of lists: of the front of a symbol it leaves no more than the first quote, which a string
// takes.
var listKey = key(Intern("")) &^ ((block - 1) << frontShift)

func (k key) isSymbol() bool { return k&symbolKey != 0 }

// front is the length of its front without the last quote.
func (k key) front() uint32 { return uint32(k>>frontShift) % block }

func (k key) entry() *symbol { return &symbolTable()[uint32(k)] }

func (ev *Event) keyBytes(k key) []byte {
	if k.isSymbol() {
		return stringBytes(k.entry().name)
	}
	return ev.text(Value{String, uint64(k)})
}

func (ev *Event) keyHash(k key) uint32 {
	if k.isSymbol() {
		return k.entry().hash
	}
	return hashKey(ev.keyBytes(k))
}

// equalKeys compares by text, as a name from the wire may be that of a symbol.
func (ev *Event) equalKeys(a, b key) bool {
	if a == b {
		return true
	}
	if a.isSymbol() && b.isSymbol() {
		return false
	}
	return string(ev.keyBytes(a)) == string(ev.keyBytes(b))
}

// hashKey is FNV-1a. Collisions that a sender builds on purpose cost at most the keys of one event,
// whose number is bounded.
func hashKey(b []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

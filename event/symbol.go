package event

import (
	"sync"
	"sync/atomic"
)

// Symbol is the name of a field that a compiled pipeline or the program itself uses.
// Only such names are interned: interning what a sender writes would be a leak.
type Symbol uint32

type symbol struct {
	front [block]byte // `"name":"`, as a field whose value is a string begins
	short uint32      // its length without the last quote; 0: it does not fit
	hash  uint32
	json  []byte // the same, whatever its length
	name  string
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
	s := Symbol(len(list))
	entry := symbol{name: name, hash: hashKey([]byte(name)), json: append(AppendQuoted(nil, []byte(name)), `:"`...)}
	if copy(entry.front[:], entry.json) == len(entry.json) {
		entry.short = uint32(len(entry.json)) - 1
	}
	list = append(list, entry)
	symbols.list.Store(&list)
	symbols.index[name] = s
	return s
}

// String is the interned name.
func (s Symbol) String() string { return s.entry().name }

func (s Symbol) entry() *symbol { return &symbolTable()[s] }

// symbolTable is empty before the first Intern.
func symbolTable() []symbol {
	if p := symbols.list.Load(); p != nil {
		return *p
	}
	return nil
}

// key is the name of a map's entry: a symbol, or bytes of the arena.
type key struct {
	n   uint32 // length in bytes, or isSymbol
	off uint32 // offset into the arena, or the symbol
}

const isSymbol = 1<<32 - 1

func (s Symbol) key() key { return key{isSymbol, uint32(s)} }

func (ev *Event) keyBytes(k key) []byte {
	if k.n == isSymbol {
		s := Symbol(k.off).String()
		return stringBytes(s)
	}
	return ev.buf[k.off : k.off+k.n : k.off+k.n]
}

func (ev *Event) keyHash(k key) uint32 {
	if k.n == isSymbol {
		return Symbol(k.off).entry().hash
	}
	return hashKey(ev.keyBytes(k))
}

// equalKeys compares by text, as a name from the wire may be that of a symbol.
func (ev *Event) equalKeys(a, b key) bool {
	if a == b {
		return true
	}
	if a.n == isSymbol && b.n == isSymbol {
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

package grok

import (
	"errors"
	"slices"
	"strings"
	"sync"
)

// parsedDef is a definition's tree, shared by all references to it.
type parsedDef struct {
	name   string
	expr   string
	file   string
	line   int
	root   *node
	named  bool // has named captures, its own or of what it refers to
	depth  int
	groups int // its own and of what it refers to, references counted too
	// numRef says that it refers back to groups by their number.
	numRef bool
	// lowered holds what lowering made of a tree without captures, by options:
	// patterns that refer to it share that too.
	mu      sync.Mutex
	lowered [4]loweredTree
	// scans are the scanners that stand for the definition, once it is known.
	scansOnce sync.Once
	scans     []*scanner
}

// scanners returns the scanners of what the definition says.
func (d *parsedDef) scanners() []*scanner {
	d.scansOnce.Do(func() {
		all := allScanners()
		c := canon{known: slices.Clone(all.forms)}
		if !d.named && c.write(d.root) {
			d.scans = all.byForm[string(c.buf)]
		}
	})
	return d.scans
}

type loweredTree struct {
	root *node
	size int
}

// definition returns the parsed definition of a name; trail holds the names
// that are being parsed, to find one that contains itself.
func (l *Library) definition(name string, trail []string) (*parsedDef, error) {
	l.mu.Lock()
	def := l.parsed[name]
	l.mu.Unlock()
	if def != nil {
		return def, nil
	}
	d, ok := l.defs[name]
	if !ok {
		return nil, errors.New(l.unknown(name))
	}
	for i, t := range trail {
		if t == name {
			return nil, errors.New("%{" + name + "} contains itself: " + strings.Join(append(trail[i:], name), " → "))
		}
	}
	def, err := l.parse(d, name, append(trail[:len(trail):len(trail)], name))
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.parsed[name] = def
	l.mu.Unlock()
	return def, nil
}

func (l *Library) parse(d definition, name string, trail []string) (*parsedDef, error) {
	def := &parsedDef{name: name, expr: d.expr, file: d.file, line: d.line}
	p := &parser{src: d.expr}
	p.resolve = func(ref reference) (*parsedDef, error) {
		var sub *parsedDef
		var err error
		if ref.isDef {
			sub, err = l.parse(definition{expr: ref.inline}, ref.name, trail)
		} else {
			sub, err = l.definition(ref.name, trail)
		}
		if err == nil {
			def.numRef = def.numRef || sub.numRef
			def.depth = max(def.depth, sub.depth+1)
			if def.depth > maxDepth {
				err = errors.New("definitions refer to each other too deep")
			}
		}
		return sub, err
	}
	root, err := p.parse()
	if err != nil {
		var se *syntaxError
		if errors.As(err, &se) {
			err = &Error{File: d.file, Line: d.line, Pattern: name, Offset: se.at, Msg: se.msg}
		}
		return nil, err
	}
	def.root, def.named, def.groups = root, p.named, p.groups
	def.numRef = def.numRef || p.numRef
	return def, nil
}

// Check parses every definition, and returns the first that is wrong.
func (l *Library) Check() error {
	for _, name := range l.Names() {
		if _, err := l.definition(name, nil); err != nil {
			return err
		}
	}
	return nil
}

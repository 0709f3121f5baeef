package grok

import (
	"bufio"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/millrace/millrace/internal/suggest"
)

// A Library is a set of named definitions. It is filled by Add and the Add…
// methods, which must not run beside anything else; once filled it is
// immutable and safe for concurrent use.
type Library struct {
	defs map[string]definition

	mu     sync.Mutex
	parsed map[string]*parsedDef
	kit    *kit // of its patterns
}

type definition struct {
	expr string
	file string // where it was read, "" if it was added by hand
	line int
}

// NewLibrary returns an empty library.
func NewLibrary() *Library {
	return &Library{defs: map[string]definition{}, parsed: map[string]*parsedDef{}, kit: newKit()}
}

// Error is what Add, AddFile and Compile return: where a definition or
// pattern is wrong, and how.
type Error struct {
	File    string // pattern file, if the definition came from one
	Line    int    // its line, from 1
	Pattern string // name of the definition, "" for a pattern given to Compile
	Offset  int    // byte offset into the expression, -1 if it is about the whole
	Msg     string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("grok: ")
	if e.File != "" {
		fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
	}
	if e.Pattern != "" {
		fmt.Fprintf(&b, "pattern %s: ", e.Pattern)
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, "at offset %d: ", e.Offset)
	}
	b.WriteString(e.Msg)
	return b.String()
}

// Add defines name, or defines it anew. The expression is parsed when a
// pattern that uses it is compiled, or by Check.
func (l *Library) Add(name, expr string) error {
	return l.add(name, definition{expr: expr})
}

func (l *Library) add(name string, d definition) error {
	if !validName(name) {
		return &Error{File: d.file, Line: d.line, Pattern: name, Offset: -1,
			Msg: "not a pattern name: use letters, digits, '_', '-' and '.'"}
	}
	l.defs[name] = d
	if len(l.parsed) > 0 {
		clear(l.parsed)
		l.kit = newKit()
	}
	return nil
}

func validName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isNameByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// AddFile reads a pattern file: a name, blanks and an expression a line;
// empty lines and lines that begin with '#' are skipped.
func (l *Library) AddFile(fsys fs.FS, name string) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("grok: open pattern file: %w", err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 4<<20)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimLeft(strings.TrimSuffix(sc.Text(), "\r"), " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.IndexAny(line, " \t")
		if i < 0 {
			return &Error{File: name, Line: n, Pattern: line, Offset: -1, Msg: "has a name but no expression"}
		}
		expr := strings.TrimLeft(line[i:], " \t")
		if err := l.add(line[:i], definition{expr: expr, file: name, line: n}); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("grok: read pattern file %s: %w", name, err)
	}
	return nil
}

// AddDir reads every file of a folder, in the order of their names, except
// those that begin with a dot. Folders in it are not entered.
func (l *Library) AddDir(fsys fs.FS, dir string) error {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return fmt.Errorf("grok: read pattern folder: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := l.AddFile(fsys, path.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// With returns a copy that has defs too: the pattern_definitions of a
// processor, which win over definitions of the same name.
func (l *Library) With(defs map[string]string) (*Library, error) {
	c := l.clone()
	for name, expr := range defs {
		if err := c.Add(name, expr); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (l *Library) clone() *Library {
	c := NewLibrary()
	for name, d := range l.defs {
		c.defs[name] = d
	}
	return c
}

// Names returns the names of all definitions, sorted.
func (l *Library) Names() []string {
	names := make([]string, 0, len(l.defs))
	for name := range l.defs {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Lookup returns the expression of a name as it was written.
func (l *Library) Lookup(name string) (expr string, ok bool) {
	d, ok := l.defs[name]
	return d.expr, ok
}

// unknown is the message for a name that is not there, with near ones.
func (l *Library) unknown(name string) string {
	msg := fmt.Sprintf("no definition of %%{%s}", name)
	if near := suggest.Nearest(name, maps.Keys(l.defs), 3); len(near) > 0 {
		msg += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return msg
}

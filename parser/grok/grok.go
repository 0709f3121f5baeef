// Package grok compiles grok patterns and matches log lines with them.
//
// A pattern is an Oniguruma (Ruby syntax) regular expression with references
// such as %{IP:source.ip} to the named definitions of a [Library]. [Compile]
// turns a list of patterns into a [Set], which answers as Logstash's and
// Elasticsearch's grok do: the patterns are tried in order, each anywhere in
// the line, leftmost match first, alternatives in the order they are written.
//
//	lib := grok.ECSLibrary()
//	set, err := grok.Compile(lib, []string{`%{SYSLOGBASE} %{GREEDYDATA:message}`}, grok.Options{})
//	m := set.NewMatcher()
//	if _, ok := m.Match(line); ok {
//		for _, c := range m.Captures() {
//			use(set.Fields()[c.Field].Name, line[c.Start:c.End])
//		}
//	}
//
// A Set is safe for concurrent use; a Matcher is one worker's scratch space.
// Matching allocates nothing, and its time is bounded linearly in the length
// of the line whatever the pattern: see [Matcher.Err].
//
// For readers of the code, the way of a pattern: parse.go makes a tree of it
// (ast.go; the others of the syntax are group.go, brackets.go, escape.go and
// reference.go); lower.go follows its references to the definitions of
// library.go; compile.go makes a program of the tree (emit.go and repeat.go
// its nodes, first.go what is known of them, link.go the last touches), which
// program.go describes. The way of a line: matcher.go looks for the places
// where a program may match (index.go which programs, required.go which texts
// the line must have), match.go runs it there, take.go and runs.go take
// repetitions, back.go goes back, scan.go holds the hand-written scanners.
//
// What never happens here: a construct that is not understood is never taken
// for something else (it is a compile error), no line is changed or copied,
// and nothing is converted: a [Field] only says which type its pattern asked for.
package grok

import (
	"errors"
	"strings"
)

// Type is the conversion that a reference asks for, as in %{INT:bytes:long}.
type Type uint8

// The types of Elasticsearch's grok; Logstash knows int and float.
const (
	String Type = iota
	Int
	Long
	Float
	Double
	Boolean
)

var typeNames = [...]string{"string", "int", "long", "float", "double", "boolean"}

func (t Type) String() string { return typeNames[t] }

// Field describes one capture slot of a [Set]. A name that is written several
// times, in one pattern or in several, has a slot for each.
type Field struct {
	Name string // as written: "a.b" or "[a][b]"
	// Path holds the segments of a bracketed name; any other name is one
	// segment, dots included. Logstash takes a dot as part of the name,
	// Elasticsearch as a step down: the caller decides.
	Path    []string
	Syntax  string // INT of %{INT:pid}; "" for a group of a name
	Type    Type
	Pattern int // of the set
}

// Capture is one slot that took part in a match.
type Capture struct {
	Field      int   // index into Set.Fields
	Start, End int32 // byte offsets into the line
}

// ErrLimit says that a line took more steps than its length allows.
var ErrLimit = errors.New("grok: step limit of the line exceeded")

// Options change how patterns are compiled.
type Options struct {
	// NoScanners compiles every definition to generic nodes, without the
	// hand-written scanners. The answers are the same; tests rely on it.
	NoScanners bool
	// DotAll lets the dot match a newline, as Logstash's grok does;
	// Elasticsearch's does not.
	DotAll bool
}

func splitPath(name string) []string {
	if len(name) < 2 || name[0] != '[' || name[len(name)-1] != ']' {
		return []string{name}
	}
	return strings.Split(name[1:len(name)-1], "][")
}

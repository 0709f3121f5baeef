package painless

import (
	"fmt"
	"strings"
)

// CompileError says what in a script is wrong or not known here, and where.
type CompileError struct {
	Message string
	Line    int // from 1
	Column  int // in bytes, from 1

	src string
	pos int
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("painless: line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// locate fills in Line and Column.
func (e *CompileError) locate() {
	before := e.src[:min(e.pos, len(e.src))]
	e.Line = 1 + strings.Count(before, "\n")
	e.Column = len(before) - strings.LastIndexByte(before, '\n')
}

// Error is what a script threw, or was stopped for.
type Error struct {
	Class   string // java.lang.NullPointerException, for example
	Message string // in Elasticsearch's words; "" when Java has none
	Line    int    // of the statement or operation, from 1
	Column  int
}

// Error is the message alone, as Elasticsearch's on_failure_message has it.
func (e *Error) Error() string {
	if e.Message == "" {
		return "null"
	}
	return e.Message
}

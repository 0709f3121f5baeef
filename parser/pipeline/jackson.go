package pipeline

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// jsonError is that of a text that is no JSON, in the words of Jackson, which reads it in Elasticsearch.
type jsonError struct {
	why       string
	at        string // where the text ends to be JSON, as Jackson says it
	line, col int
	ended     bool // the text is not all of it
}

func (e *jsonError) Error() string {
	if e.ended {
		return fmt.Sprintf("[%d:%d] Unexpected end of file", e.line, e.col)
	}
	return fmt.Sprintf("[%d:%d] %s", e.line, e.col, e.Cause())
}

// Cause is what on_failure is told.
func (e *jsonError) Cause() string { return e.why + "\n at " + e.at }

// notStrict is the error of a text that goes on behind its first value.
type notStrict struct {
	text  string
	cause error // of what is there, nil: it may be the beginning of a value
}

func (e *notStrict) Error() string {
	return "The input " + e.text + " is not valid JSON and the strict_json_parsing parameter is true"
}

func (e *notStrict) Cause() string {
	if c, ok := e.cause.(*jsonError); ok {
		return c.Cause()
	}
	return e.Error()
}

// jackson reads a text once more, as Jackson does, when it is known to be no JSON: to say why and where.
type jackson struct {
	source     string
	head       string // the beginning of source that messages have
	s          []uint16
	pos        int
	line, row  int // the line, from 1, and where it begins
	open       []jacksonScope
	duplicates bool
	comments   bool // there are some, which are spaces in s now
}

// jacksonScope is a list or an object that is not at its end.
type jacksonScope struct {
	object    bool
	begun     bool
	line, col int
	names     map[string]bool // of an object
}

const jacksonValues = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

// Messages have the first mostSource characters of a text, and of one longer than inPieces, which Elasticsearch reads in
// another way, none.
const mostSource, inPieces = 500, 0x8000

func newJackson(text []byte, duplicates bool) *jackson {
	j := &jackson{source: string(text), s: utf16.Encode([]rune(string(text))), line: 1, duplicates: duplicates}
	j.head = string(utf16.Decode(j.s[:min(len(j.s), mostSource)]))
	return j
}

// value reads a whole value; nil: it is one.
func (j *jackson) value() error {
	for first := true; first || len(j.open) > 0; first = false {
		if err := j.token(false); err != nil {
			return err
		}
	}
	return nil
}

// whole reads a value and, where strict, what is behind it: of that a token. A string is one by its quote alone.
func (j *jackson) whole(strict bool) error {
	if err := j.value(); err != nil || !strict {
		return err
	}
	err := j.space()
	if err == nil {
		if j.end() {
			return nil
		}
		err = j.token(true)
	}
	return &notStrict{j.source, err}
}

// plain is the text with spaces for comments.
func (j *jackson) plain() []byte { return []byte(string(utf16.Decode(j.s))) }

func (j *jackson) end() bool { return j.pos >= len(j.s) }

// token reads a value that is no container, or the beginning or end of one. The name of an entry goes with its value.
func (j *jackson) token(lazy bool) error {
	if err := j.space(); err != nil {
		return err
	}
	if j.end() {
		if n := len(j.open); n > 0 {
			in := j.open[n-1]
			return j.ended(fmt.Sprintf(": expected close marker for %s (start marker at %s)", in.kind(), j.where(in.line, in.col)))
		}
		return nil
	}
	if c := j.s[j.pos]; c == ']' || c == '}' {
		return j.close(c)
	}
	if n := len(j.open); n > 0 {
		in := &j.open[n-1]
		if err := j.separator(in); err != nil {
			return err
		}
		if in.object {
			if err := j.name(in); err != nil {
				return err
			}
		}
	}
	return j.begin(lazy)
}

// separator reads the comma between entries.
func (j *jackson) separator(in *jacksonScope) error {
	if !in.begun {
		in.begun = true
		return nil
	}
	if j.s[j.pos] != ',' {
		return j.unexpected("was expecting comma to separate " + in.kind() + " entries")
	}
	j.pos++
	if err := j.space(); err != nil {
		return err
	}
	if j.end() {
		return j.fault("Unexpected end-of-input within/between "+in.kind()+" entries", 1)
	}
	return nil
}

// name reads the name of an entry and its colon.
func (j *jackson) name(in *jacksonScope) error {
	if j.s[j.pos] != '"' {
		return j.unexpected("was expecting double-quote to start field name")
	}
	from := j.pos + 1
	if err := j.text("name", " in field name"); err != nil {
		return err
	}
	name := string(utf16.Decode(j.s[from : j.pos-1]))
	if in.names[name] && !j.duplicates {
		return j.fault("Duplicate field '"+name+"'", 1)
	}
	in.names[name] = true
	for colon := false; ; colon = true {
		if err := j.space(); err != nil {
			return err
		}
		switch {
		case j.end():
			return j.ended(" within/between Object entries")
		case colon:
			return nil
		case j.s[j.pos] != ':':
			return j.unexpected("was expecting a colon to separate field name and value")
		}
		j.pos++
	}
}

// begin reads a value, or the beginning of a container.
func (j *jackson) begin(lazy bool) error {
	switch c := j.s[j.pos]; {
	case c == '"':
		if lazy {
			return nil
		}
		return j.text("string value", ": was expecting closing quote for a string value")
	case c == '[' || c == '{':
		j.pos++
		in := jacksonScope{object: c == '{', line: j.line, col: j.pos - j.row}
		if in.object {
			in.names = map[string]bool{}
		}
		j.open = append(j.open, in)
		return nil
	case c == 't':
		return j.word("true", 0)
	case c == 'f':
		return j.word("false", 0)
	case c == 'n':
		return j.word("null", 0)
	case c == '-' || c-'0' <= 9:
		return j.number()
	case c == '+':
		return j.sign("+")
	case c == 'N':
		return j.nonStandard("NaN", 0)
	case c == 'I':
		return j.nonStandard("Infinity", 0)
	case identifierStart(c):
		return j.unknown(j.pos)
	case c == '}' && len(j.open) > 0 && !j.open[len(j.open)-1].object:
		return j.unexpected("expected a value")
	}
	return j.unexpected("expected a valid value " + jacksonValues)
}

func (j *jackson) close(c uint16) error {
	n := len(j.open)
	if n > 0 && j.open[n-1].object == (c == '}') {
		j.open = j.open[:n-1]
		j.pos++
		return nil
	}
	in, expected := "root starting at "+j.where(1, 0), ']'
	if n > 0 {
		in = j.open[n-1].kind() + " starting at " + j.where(j.open[n-1].line, j.open[n-1].col)
	}
	if c == ']' {
		expected = '}'
	}
	return j.fault(fmt.Sprintf("Unexpected close marker '%c': expected '%c' (for %s)", c, expected, in), 1)
}

func (in *jacksonScope) kind() string {
	if in.object {
		return "Object"
	}
	return "Array"
}

// space moves on behind white space and comments.
func (j *jackson) space() error {
	for ; !j.end(); j.pos++ {
		switch c := j.s[j.pos]; {
		case c == ' ' || c == '\t':
		case c == '\r' && j.pos+1 < len(j.s) && j.s[j.pos+1] == '\n':
		case c == '\r' || c == '\n':
			j.line, j.row = j.line+1, j.pos+1
		case c == '/':
			if err := j.comment(); err != nil {
				return err
			}
		case c < ' ':
			return j.fault(`Illegal character (`+described(c)+`): only regular white space (\r, \n, \t) is allowed between tokens`, 2)
		default:
			return nil
		}
	}
	return nil
}

// comment moves on to the last character of a comment. Elasticsearch allows them.
func (j *jackson) comment() error {
	from := j.pos
	err := j.skipComment()
	for i := from; err == nil && i <= j.pos; i++ {
		j.s[i], j.comments = ' ', true
	}
	return err
}

func (j *jackson) skipComment() error {
	j.pos++
	switch {
	case j.end():
		return j.ended(" in a comment")
	case j.s[j.pos] == '/':
		for j.pos+1 < len(j.s) && j.s[j.pos+1] != '\n' && j.s[j.pos+1] != '\r' {
			j.pos++
		}
		return nil
	case j.s[j.pos] != '*':
		return j.unexpected("was expecting either '*' or '/' for a comment")
	}
	for j.pos++; j.pos+1 < len(j.s); j.pos++ {
		switch {
		case j.s[j.pos] == '*' && j.s[j.pos+1] == '/':
			j.pos++
			return nil
		case j.s[j.pos] == '\n':
			j.line, j.row = j.line+1, j.pos+1
		}
	}
	j.pos = len(j.s)
	return j.ended(" in a comment")
}

// odd is the fault of the character at i in a number.
func (j *jackson) odd(i int, why string) error {
	return j.fault("Unexpected character ("+described(j.s[i])+") in numeric value: "+why, 1)
}

func (j *jackson) unexpected(why string) error {
	return j.fault("Unexpected character ("+described(j.s[j.pos])+"): "+why, 1)
}

func (j *jackson) ended(why string) error {
	e := j.fault("Unexpected end-of-input"+why, 1)
	e.ended = true
	return e
}

// fault is one at pos, where columns count from so many.
func (j *jackson) fault(why string, from int) *jsonError {
	col := j.pos - j.row + from
	return &jsonError{why: why, at: j.where(j.line, col), line: j.line, col: col}
}

// where is a place in the text, with the beginning of the text.
func (j *jackson) where(line, col int) string {
	if len(j.s) > inPieces {
		return fmt.Sprintf("[Source: (StringReader); line: %d, column: %d]", line, col)
	}
	var b strings.Builder
	for _, r := range j.head {
		if unicode.IsControl(r) && r != '\r' && r != '\n' {
			fmt.Fprintf(&b, `\u%04X`, r)
			continue
		}
		b.WriteRune(r)
	}
	more := ""
	if len(j.s) > mostSource {
		more = fmt.Sprintf("[truncated %d chars]", len(j.s)-mostSource)
	}
	return fmt.Sprintf(`[Source: (String)"%s"%s; line: %d, column: %d]`, b.String(), more, line, col)
}

// described is a character as Jackson names it.
func described(c uint16) string {
	switch {
	case unicode.IsControl(rune(c)):
		return fmt.Sprintf("(CTRL-CHAR, code %d)", c)
	case c > 255:
		return fmt.Sprintf("'%c' (code %d / 0x%x)", rune(c), c, c)
	}
	return fmt.Sprintf("'%c' (code %d)", c, c)
}

// identifierStart is Character.isJavaIdentifierStart.
func identifierStart(c uint16) bool {
	return unicode.In(rune(c), unicode.L, unicode.Nl, unicode.Sc, unicode.Pc)
}

// identifierPart is Character.isJavaIdentifierPart.
func identifierPart(c uint16) bool {
	return identifierStart(c) || unicode.In(rune(c), unicode.Nd, unicode.Mn, unicode.Mc, unicode.Cf) || c <= 8 || c >= 0xe && c <= 0x1b || c >= 0x7f && c <= 0x9f
}

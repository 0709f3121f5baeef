package pipeline

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"

	"github.com/millrace/millrace/parser/javatime"
	"github.com/millrace/millrace/parser/painless"
)

// dateError is that of a date which no format reads. on_failure is told what Java says of the first format, which is made
// only when somebody asks.
type dateError struct {
	text  []byte                   // nil: null
	fault func(text []byte) string // nil: there is no format
}

func notRead(formats []dateFormat, text []byte) error {
	e := &dateError{}
	if text != nil {
		e.text = append([]byte{}, text...) // the event's buffer moves
	}
	if len(formats) > 0 {
		e.fault = formats[0].fault
	}
	return e
}

func (e *dateError) Error() string {
	if e.text == nil {
		return "unable to parse date [null]"
	}
	return "unable to parse date [" + string(e.text) + "]"
}

func (e *dateError) Cause() string {
	if e.fault == nil {
		return e.Error()
	}
	return e.fault(e.text)
}

// noFormat is a format that is none, for which Java has an error of its own.
func noFormat(err error) dateFormat {
	return dateFormat{fault: func([]byte) string { return innermost(err) }}
}

// innermost is why a format is none.
func innermost(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		return cause.Error()
	}
	return err.Error()
}

// notEmpty is for the formats of Elasticsearch's DateFormatter.
func notEmpty(fault func(text []byte) string) func(text []byte) string {
	return func(text []byte) string {
		if len(text) == 0 {
			return "cannot parse empty datetime"
		}
		return fault(text)
	}
}

// severalFault is for those for which Java has several parsers.
var severalFault = notEmpty(func([]byte) string { return javatime.SeveralFault })

func unixFault(text []byte) string {
	if text == nil {
		return `Cannot invoke "String.trim()" because "in" is null`
	}
	return painless.NotFraction(string(text))
}

func unixMillisFault(text []byte) string {
	if text == nil {
		return "Cannot parse null string"
	}
	return notANumber(string(text))
}

func tai64nFault(text []byte) string {
	if text == nil {
		return `Cannot invoke "String.startsWith(String)" because "date" is null`
	}
	letters := utf16.Encode([]rune(string(text)))
	if len(letters) > 0 && letters[0] == '@' {
		letters = letters[1:]
	}
	for _, part := range [...]struct{ begin, end int }{{1, 16}, {16, 24}} {
		if len(letters) < part.end {
			return fmt.Sprintf("begin %d, end %d, length %d", part.begin, part.end, len(letters))
		}
		digits := string(utf16.Decode(letters[part.begin:part.end]))
		if _, err := strconv.ParseInt(digits, 16, 64); err != nil {
			return notANumber(digits) + " under radix 16"
		}
	}
	return notANumber(string(text))
}

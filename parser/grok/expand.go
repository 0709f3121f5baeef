package grok

import (
	"fmt"
	"strings"
)

// maxDepth bounds how deep definitions may refer to each other, and groups nest.
const maxDepth = 250

// Expand writes an expression with every reference replaced by its definition
// as a group; name gives the name of the capture group of a reference with a
// field, or "" for one that is to have none. Other engines take the result:
// it is what an oracle compares with.
func (l *Library) Expand(expr string, name func(field string, typ Type) string) (string, error) {
	var b strings.Builder
	if err := l.expand(&b, expr, name, 0); err != nil {
		return "", err
	}
	return b.String(), nil
}

func (l *Library) expand(b *strings.Builder, expr string, name func(string, Type) string, depth int) error {
	if depth > maxDepth || b.Len() > 16<<20 {
		return &Error{Offset: -1, Msg: fmt.Sprintf("definitions nest deeper than %d or expand beyond 16 MiB; one may contain itself", maxDepth)}
	}
	for at := 0; ; {
		i := strings.Index(expr[at:], "%{")
		if i < 0 {
			b.WriteString(expr[at:])
			return nil
		}
		b.WriteString(expr[at : at+i])
		at += i
		ref, n, msg := parseReference(expr[at:])
		if msg != "" {
			return &Error{Offset: at, Msg: msg}
		}
		body := ref.inline
		if !ref.isDef {
			d, ok := l.defs[ref.name]
			if !ok {
				return &Error{Offset: at, Msg: l.unknown(ref.name)}
			}
			body = d.expr
		}
		group := "(?:"
		if ref.field != "" {
			if g := name(ref.field, ref.typ); g != "" {
				group = "(?<" + g + ">"
			}
		}
		b.WriteString(group)
		if err := l.expand(b, body, name, depth+1); err != nil {
			return err
		}
		b.WriteByte(')')
		at += n
	}
}

package grok

import (
	"slices"
	"strings"
)

// reference is a %{NAME}, %{NAME:field} or %{NAME:field:type}, or one with a
// definition of its own: %{NAME:field=expression}.
type reference struct {
	name   string
	field  string
	typ    Type
	inline string
	isDef  bool
}

// parseReference reads the reference that s begins with (s starts with "%{")
// and returns its length; msg is not empty if it is not a right one.
func parseReference(s string) (ref reference, n int, msg string) {
	body, isInline := s[2:], false
	end := strings.IndexAny(body, "}=")
	if end >= 0 && body[end] == '=' {
		isInline = true
		end = closingBrace(body)
	}
	if end < 0 {
		return ref, 0, "reference %{ is not closed by }"
	}
	n = end + 3
	body = body[:end]
	if isInline {
		body, ref.inline, _ = strings.Cut(body, "=")
		ref.isDef = true
	}
	name, rest, hasField := strings.Cut(body, ":")
	if !validName(name) {
		return ref, n, "%{" + body + "}: " + quote(name) + " is not a pattern name"
	}
	ref.name = name
	if !hasField {
		return ref, n, ""
	}
	field, typ, hasType := strings.Cut(rest, ":")
	field = strings.TrimSuffix(field, "?") // Logstash's own files have it, and Logstash drops it
	if msg := checkField(field); msg != "" {
		return ref, n, "%{" + body + "}: " + msg
	}
	ref.field = field
	if hasType {
		i := slices.Index(typeNames[:], typ)
		if i < 0 {
			return ref, n, "%{" + body + "}: no type " + quote(typ) + "; use " + strings.Join(typeNames[:], ", ")
		}
		ref.typ = Type(i)
	}
	return ref, n, ""
}

// closingBrace finds the } that closes a reference with an inline definition.
func closingBrace(s string) int {
	for i, depth := 0, 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// checkField says what is wrong with a field name, "" if nothing is.
func checkField(f string) string {
	if f == "" {
		return "the field name is empty"
	}
	if strings.ContainsAny(f, "[]") {
		if f[0] != '[' || f[len(f)-1] != ']' {
			return "field name " + quote(f) + " mixes brackets and plain text; write [a][b]"
		}
		for _, seg := range splitPath(f) {
			if seg == "" || strings.ContainsAny(seg, "[]") {
				return "field name " + quote(f) + " has an empty or unbalanced bracket; write [a][b]"
			}
		}
	}
	if strings.ContainsAny(f, "<>{}%\\\"' \t\n") {
		return "field name " + quote(f) + " has a character that no field name can have"
	}
	return ""
}

func quote(s string) string { return "\"" + s + "\"" }

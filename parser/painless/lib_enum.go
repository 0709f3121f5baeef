package painless

import (
	"github.com/millrace/millrace/event"
)

// constantOf is a constant of an enum: ChronoUnit, ChronoField, DayOfWeek, RoundingMode.
type constantOf struct {
	enum string
	name string
	text string // what toString gives
	n    int    // the ordinal, or what getValue gives where that begins with 1
}

func (e *constantOf) classOf(event.Value) *class { return classes().types[e.enum] }

func (e *constantOf) appendText(_ *Context, dst []byte) []byte { return append(dst, e.text...) }

func (e *constantOf) compareTo(_ *Context, x value) int { return e.n - x.ref.(*constantOf).n }

func (e *constantOf) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*constantOf)
	return ok && o.enum == e.enum && o.n == e.n
}

// declareEnum declares an enum whose constants are told by their names.
func declareEnum(l *lib, name string, names []string, supers ...string) *class {
	return declareEnumOf(l, name, names, names, 0, supers...)
}

// declareEnumOf is the same where toString gives texts, and where the constants are counted from first on.
func declareEnumOf(l *lib, name string, names, texts []string, first int, supers ...string) *class {
	k := l.class(name, append(supers, "java.lang.Enum")...)
	all := make([]value, len(names))
	for i, n := range names {
		v := object(&constantOf{k.simple, n, texts[i], i + first})
		all[i] = v
		k.constant(n, k, func() value { return v })
	}
	k.method(l, "static "+k.simple+" valueOf(String)", func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			c.throw("java.lang.NullPointerException", "Name is null")
		}
		for i, n := range names {
			if n == string(textOf(c, a[0])) {
				return all[i]
			}
		}
		c.throw("java.lang.IllegalArgumentException", "No enum constant %s.%s", k.name, c.arg(a[0]))
		return null()
	})
	k.method(l, "static "+k.simple+"[] values()", func(c *Context, _ value, _ []value) value {
		out := c.newArray(l.array(k), len(all))
		for _, v := range all {
			c.push(out, v)
		}
		return out
	})
	if first == 0 {
		return k
	}
	k.method(l, "int getValue()", func(_ *Context, x value, _ []value) value { return count(x.ref.(*constantOf).n) })
	k.method(l, "static "+k.simple+" of(int)", func(c *Context, _ value, a []value) value {
		if n := a[0].int(); n >= int64(first) && n < int64(first+len(all)) {
			return all[n-int64(first)]
		}
		field := k.simple
		if field == "Month" {
			field = "MonthOfYear"
		}
		c.throw("java.time.DateTimeException", "Invalid value for %s: %d", field, a[0].int())
		return null()
	})
	return k
}

// declareEnumClass declares what all enums have.
func declareEnumClass(l *lib) {
	k := l.class("java.lang.Enum", "Comparable")
	k.method(l, "String name()", func(c *Context, x value, _ []value) value { return c.textString(x.ref.(*constantOf).name) })
	k.method(l, "int ordinal()", func(_ *Context, x value, _ []value) value {
		e := x.ref.(*constantOf)
		return count(e.n - firstOf(e.enum))
	})
	k.method(l, "int compareTo(Enum)", func(c *Context, x value, a []value) value { return count(c.compare(x, a[0])) })
}

// firstOf is what the first constant of an enum is counted as.
func firstOf(enum string) int {
	if enum == "DayOfWeek" || enum == "Month" {
		return 1
	}
	return 0
}

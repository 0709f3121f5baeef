package painless

import (
	"strconv"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javaregex"
)

// patternObject is a Pattern.
type patternObject struct{ re *javaregex.Regexp }

func (*patternObject) classOf(event.Value) *class { return classes().pattern }

func (p *patternObject) appendText(_ *Context, dst []byte) []byte {
	return append(dst, p.re.String()...)
}

// regexFind tells whether the expression matches anywhere.
func (c *Context) regexFind(re *javaregex.Regexp, s []byte) bool {
	ok, err := re.Contains(s)
	c.regexError(err)
	return ok
}

// regexMatches tells whether the expression matches all.
func (c *Context) regexMatches(re *javaregex.Regexp, s []byte) bool {
	ok, err := re.Matches(s)
	c.regexError(err)
	return ok
}

func (c *Context) regexError(err error) {
	if err != nil {
		c.throw("org.elasticsearch.painless.PainlessError", "%s", err)
	}
}

// regexSearch finds the first match at byte from or later.
func (c *Context) regexSearch(re *javaregex.Regexp, s []byte, from int) []int {
	c.work(len(s) - from)
	m, err := re.Search(s, from)
	c.regexError(err)
	return m
}

// regexWhole is regexSearch for a match of all of s.
func (c *Context) regexWhole(re *javaregex.Regexp, s []byte) []int {
	c.work(len(s))
	m, err := re.SearchWhole(s)
	c.regexError(err)
	return m
}

// matcherObject is a Matcher: an expression, a text, and the last match.
type matcherObject struct {
	re   *javaregex.Regexp
	of   value
	s    []byte
	m    []int // nil: no match
	next int   // where find goes on
}

func (*matcherObject) classOf(event.Value) *class { return classes().matcher }

func (cp *compiler) regexLiteral(x *regexLit) code {
	re, err := javaregex.Compile(x.pattern, x.flags)
	if err != nil {
		cp.fail(x.at, "%s", err)
	}
	v := object(&patternObject{re})
	return code{t: cp.lib.pattern, eval: func(*Context) value { return v }, konst: &v}
}

// match compiles =~ (find) and ==~ (matches).
func (cp *compiler) match(x *binaryExpr) code {
	s := cp.cast(cp.expr(x.x), want{t: cp.lib.string})
	p := cp.cast(cp.expr(x.y), want{t: cp.lib.pattern})
	whole, at := x.op == "==~", x.at
	pattern, eval := p.eval, s.eval
	test := (*Context).regexFind
	if whole {
		test = (*Context).regexMatches
	}
	text := func(c *Context) []byte {
		v := eval(c)
		if v.isNull() {
			c.nullPointer(at, `Cannot invoke "java.lang.CharSequence.length()" because "this.wrapped" is null`)
		}
		return c.str(v)
	}
	if p.konst != nil {
		re := p.konst.ref.(*patternObject).re
		return truth(cp.lib, func(c *Context) bool { return test(c, re, text(c)) })
	}
	return truth(cp.lib, func(c *Context) bool {
		s := text(c)
		p := pattern(c)
		if p.isNull() {
			c.nullPointer(at, "the pattern is null")
		}
		return test(c, p.ref.(*patternObject).re, s)
	})
}

func declareRegex(l *lib) {
	l.pattern = l.class("java.util.regex.Pattern")
	l.matcher = l.class("java.util.regex.Matcher")
	m := func(sig string, f func(c *Context, re *javaregex.Regexp, a []value) value) {
		l.pattern.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*patternObject).re, a) })
	}
	m("Matcher matcher(CharSequence)", func(c *Context, re *javaregex.Regexp, a []value) value {
		return object(&matcherObject{re: re, of: a[0], s: c.needed(a[0], charSequence+"length()", "this.wrapped")})
	})
	m("String pattern()", func(c *Context, re *javaregex.Regexp, _ []value) value { return c.textString(re.String()) })
	m("Predicate asPredicate()", func(_ *Context, re *javaregex.Regexp, _ []value) value {
		return object(&lambda{native: func(c *Context, a []value) value {
			return boolean(c.regexFind(re, c.needed(a[0], charSequence+"length()", "this.text")))
		}})
	})
	split := func(c *Context, re *javaregex.Regexp, a []value) value {
		c.needed(a[0], charSequence+"length()", "this.wrapped")
		limit := 0
		if len(a) > 1 {
			limit = int(a[1].int())
		}
		out := c.newArray(l.array(l.string), 4)
		for _, v := range c.regexSplit(re, a[0], limit) {
			c.push(out, v)
		}
		return out
	}
	m("String[] split(CharSequence)", split)
	m("String[] split(CharSequence,int)", split)
	m("Stream splitAsStream(CharSequence)", func(c *Context, re *javaregex.Regexp, a []value) value {
		return object(&stream{items: c.regexSplit(re, a[0], 0)})
	})
	l.pattern.method(l, "static String quote(String)", func(c *Context, _ value, a []value) value {
		return c.textString(`\Q` + string(c.arg(a[0])) + `\E`)
	})
	declareMatcher(l, l.matcher)
	seq := l.types["CharSequence"]
	seq.method(l, "String replaceAll(Pattern,Function)", func(c *Context, x value, a []value) value { return c.replaceBy(x, a, -1) })
	seq.method(l, "String replaceFirst(Pattern,Function)", func(c *Context, x value, a []value) value { return c.replaceBy(x, a, 1) })
}

// regexSplit is Pattern.split.
func (c *Context) regexSplit(re *javaregex.Regexp, x value, limit int) []value {
	s := c.arg(x)
	var out []value
	at := 0
	mo := &matcherObject{re: re, of: x, s: s}
	for mo.find(c) {
		c.loop()
		if limit > 0 && len(out) == limit-1 {
			break
		}
		if at == 0 && mo.m[0] == 0 && mo.m[1] == 0 {
			continue // an empty match at the start gives no empty piece
		}
		out = append(out, c.sub(x, at, mo.m[0]))
		at = mo.m[1]
	}
	if at == 0 && len(out) == 0 {
		return []value{x}
	}
	out = append(out, c.sub(x, at, len(s)))
	if limit == 0 {
		for len(out) > 0 && len(c.str(out[len(out)-1])) == 0 {
			out = out[:len(out)-1]
		}
	}
	return out
}

// find goes to the next match.
func (m *matcherObject) find(c *Context) bool {
	c.loop()
	if m.next > len(m.s) {
		m.m = nil
		return false
	}
	m.m = c.regexSearch(m.re, m.s, m.next)
	if m.m == nil {
		m.next = len(m.s) + 1
		return false
	}
	m.next = m.m[1]
	if m.m[0] == m.m[1] { // step over an empty match
		m.next++
		if m.m[1] < len(m.s) {
			_, size := decode(m.s[m.m[1]:])
			m.next = m.m[1] + size
		}
	}
	return true
}

func (m *matcherObject) group(c *Context, n int64) value {
	if m.m == nil {
		c.throw("java.lang.IllegalStateException", "No match found")
	}
	if n < 0 || int(n) > m.re.Groups() {
		c.throw("java.lang.IndexOutOfBoundsException", "No group %d", n)
	}
	if m.m[2*n] < 0 {
		return null()
	}
	return c.sub(m.of, m.m[2*n], m.m[2*n+1])
}

func declareMatcher(l *lib, k *class) {
	m := func(sig string, f func(c *Context, m *matcherObject, this value, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*matcherObject), x, a) })
	}
	m("boolean find()", func(c *Context, m *matcherObject, _ value, _ []value) value { return boolean(m.find(c)) })
	m("boolean find(int)", func(c *Context, m *matcherObject, _ value, a []value) value {
		if a[0].int() < 0 || int(a[0].int()) > utf16Len(m.s) {
			c.throw("java.lang.IndexOutOfBoundsException", "Illegal start index")
		}
		m.next, _ = byteIndex(m.s, int(a[0].int()))
		return boolean(m.find(c))
	})
	m("boolean matches()", func(c *Context, m *matcherObject, _ value, _ []value) value {
		m.m = c.regexWhole(m.re, m.s)
		m.next = len(m.s)
		return boolean(m.m != nil)
	})
	m("boolean lookingAt()", func(c *Context, m *matcherObject, _ value, _ []value) value {
		m.m = c.regexSearch(m.re, m.s, 0)
		if m.m != nil && m.m[0] != 0 {
			m.m = nil
		}
		return boolean(m.m != nil)
	})
	m("String group()", func(c *Context, m *matcherObject, _ value, _ []value) value { return m.group(c, 0) })
	m("String group(int)", func(c *Context, m *matcherObject, _ value, a []value) value { return m.group(c, a[0].int()) })
	m("String namedGroup(String)", func(c *Context, m *matcherObject, _ value, a []value) value {
		n := m.re.Group(string(c.arg(a[0])))
		if n < 0 {
			c.throw("java.lang.IllegalArgumentException", "No group with name <%s>", c.arg(a[0]))
		}
		return m.group(c, int64(n))
	})
	m("int groupCount()", func(_ *Context, m *matcherObject, _ value, _ []value) value { return count(m.re.Groups()) })
	edge := func(end int) func(c *Context, m *matcherObject, _ value, a []value) value {
		return func(c *Context, m *matcherObject, _ value, a []value) value {
			n := int64(0)
			if len(a) > 0 {
				n = a[0].int()
			}
			if m.group(c, n).isNull() {
				return count(-1)
			}
			return count(unitIndex(m.s, m.m[2*int(n)+end]))
		}
	}
	m("int start()", edge(0))
	m("int start(int)", edge(0))
	m("int end()", edge(1))
	m("int end(int)", edge(1))
	m("Matcher reset()", func(_ *Context, m *matcherObject, this value, _ []value) value {
		m.m, m.next = nil, 0
		return this
	})
	m("Pattern pattern()", func(_ *Context, m *matcherObject, _ value, _ []value) value { return object(&patternObject{m.re}) })
	m("String replaceAll(String)", func(c *Context, m *matcherObject, _ value, a []value) value { return m.replace(c, c.arg(a[0]), -1) })
	m("String replaceFirst(String)", func(c *Context, m *matcherObject, _ value, a []value) value { return m.replace(c, c.arg(a[0]), 1) })
	k.method(l, "static String quoteReplacement(String)", func(c *Context, _ value, a []value) value {
		var out []byte
		for _, b := range c.arg(a[0]) {
			if b == '\\' || b == '$' {
				out = append(out, '\\')
			}
			out = append(out, b)
		}
		return c.textValue(out)
	})
}

// replace replaces the first n matches, all when n is negative.
func (m *matcherObject) replace(c *Context, with []byte, n int) value {
	return m.replaceWith(c, n, func(out []byte) []byte { return m.expand(c, out, with) })
}

func (m *matcherObject) replaceWith(c *Context, n int, with func([]byte) []byte) value {
	m.m, m.next = nil, 0
	var out []byte
	at := 0
	for n != 0 && m.find(c) {
		out = append(out, m.s[at:m.m[0]]...)
		out = with(out)
		c.reserve(len(out))
		at = m.m[1]
		n--
	}
	return c.textValue(append(out, m.s[at:]...))
}

// expand appends a replacement with its $1 and ${name} filled in.
func (m *matcherObject) expand(c *Context, out, with []byte) []byte {
	for i := 0; i < len(with); i++ {
		switch b := with[i]; {
		case b == '\\':
			i++
			if i == len(with) {
				c.throw("java.lang.IllegalArgumentException", "character to be escaped is missing")
			}
			out = append(out, with[i])
		case b != '$':
			out = append(out, b)
		case i+1 < len(with) && with[i+1] == '{':
			end := i + 2
			for end < len(with) && with[end] != '}' {
				end++
			}
			n := m.re.Group(string(with[i+2 : min(end, len(with))]))
			if n < 0 || end == len(with) {
				c.throw("java.lang.IllegalArgumentException", "No group with name {%s}", with[i+2:min(end, len(with))])
			}
			out = m.appendGroup(c, out, n)
			i = end
		default:
			if i+1 == len(with) || !isDigit(with[i+1]) {
				c.throw("java.lang.IllegalArgumentException", "Illegal group reference")
			}
			n := int(with[i+1] - '0')
			i++
			for i+1 < len(with) && isDigit(with[i+1]) {
				more, _ := strconv.Atoi(strconv.Itoa(n) + string(with[i+1]))
				if more > m.re.Groups() {
					break
				}
				n = more
				i++
			}
			out = m.appendGroup(c, out, n)
		}
	}
	return out
}

func (m *matcherObject) appendGroup(c *Context, out []byte, n int) []byte {
	if g := m.group(c, int64(n)); !g.isNull() {
		return append(out, c.str(g)...)
	}
	return out
}

// replaceBy is Painless's replaceAll(Pattern, Function).
func (c *Context) replaceBy(x value, a []value, n int) value {
	if a[0].isNull() {
		c.throwBare("java.lang.NullPointerException")
	}
	m := &matcherObject{re: a[0].ref.(*patternObject).re, of: x, s: c.str(x)}
	this, f := object(m), a[1]
	return m.replaceWith(c, n, func(out []byte) []byte { return c.appendText(out, c.apply(f, this)) })
}

package painless

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// declareMisc declares small classes of java.util: UUID, StringJoiner, HexFormat, summaries, entries.
func declareMisc(l *lib) {
	declareUUID(l, l.class("java.util.UUID", "Comparable"))
	declareJoiner(l, l.class("java.util.StringJoiner"))
	declareHex(l, l.class("java.util.HexFormat"))
	for _, name := range []string{"java.util.AbstractMap$SimpleEntry", "java.util.AbstractMap$SimpleImmutableEntry"} {
		own := strings.HasSuffix(name, "SimpleEntry")
		k := l.class(name, "Map.Entry")
		k.method(l, "new(def,def)", func(_ *Context, _ value, a []value) value {
			return object(&mapEntry{k: a[0], val: a[1], own: own, fixed: !own})
		})
		k.method(l, "new(Map.Entry)", func(c *Context, _ value, a []value) value {
			e := c.entryOf(a[0])
			return object(&mapEntry{k: e.k, val: e.val, own: own, fixed: !own})
		})
	}
	declareEnumeration(l, l.types["Enumeration"])
	declareObjects(l, l.types["Objects"])
}

// uuid is a UUID.
type uuid struct{ high, low int64 }

func (*uuid) classOf(event.Value) *class { return classes().types["UUID"] }

func (u *uuid) appendText(_ *Context, dst []byte) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(u.high))
	binary.BigEndian.PutUint64(b[8:], uint64(u.low))
	for i, at := range []int{0, 4, 6, 8, 10} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, b[at:[]int{4, 6, 8, 10, 16}[i]])
	}
	return dst
}

func (u *uuid) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*uuid)
	return ok && *o == *u
}

func (u *uuid) hashCode(*Context) int32 {
	h := u.high ^ u.low
	return int32(h>>32) ^ int32(h)
}

// compareTo compares the halves as signed numbers, as Java does.
func (u *uuid) compareTo(_ *Context, x value) int {
	o := x.ref.(*uuid)
	if u.high != o.high {
		return sign(2*b2i(u.high > o.high) - 1)
	}
	return b2i(u.low > o.low) - b2i(u.low < o.low)
}

func declareUUID(l *lib, k *class) {
	k.method(l, "new(long,long)", func(_ *Context, _ value, a []value) value { return object(&uuid{a[0].int(), a[1].int()}) })
	k.method(l, "static UUID fromString(String)", func(c *Context, _ value, a []value) value { return object(c.parseUUID(string(c.arg(a[0])))) })
	k.method(l, "static UUID nameUUIDFromBytes(byte[])", func(c *Context, _ value, a []value) value {
		b := md5.Sum(c.bytesOf(a[0]))
		b[6], b[8] = b[6]&0xf|0x30, b[8]&0x3f|0x80
		return object(&uuid{int64(binary.BigEndian.Uint64(b[:])), int64(binary.BigEndian.Uint64(b[8:]))})
	})
	m := func(sig string, f func(c *Context, u *uuid) value) {
		k.method(l, sig, func(c *Context, x value, _ []value) value { return f(c, x.ref.(*uuid)) })
	}
	m("long getMostSignificantBits()", func(_ *Context, u *uuid) value { return long(u.high) })
	m("long getLeastSignificantBits()", func(_ *Context, u *uuid) value { return long(u.low) })
	m("int version()", func(_ *Context, u *uuid) value { return count(int(u.high >> 12 & 0xf)) })
	m("int variant()", func(_ *Context, u *uuid) value {
		return integer(int32(int64(uint64(u.low)>>(64-uint64(u.low)>>62)) & (u.low >> 63)))
	})
	timed := func(sig string, f func(u *uuid) value) {
		m(sig, func(c *Context, u *uuid) value {
			if u.high>>12&0xf != 1 {
				c.throw("java.lang.UnsupportedOperationException", "Not a time-based UUID")
			}
			return f(u)
		})
	}
	timed("long timestamp()", func(u *uuid) value {
		return long(u.high&0xfff<<48 | u.high>>16&0xffff<<32 | int64(uint64(u.high)>>32))
	})
	timed("int clockSequence()", func(u *uuid) value { return count(int(uint64(u.low) & 0x3fff000000000000 >> 48)) })
	timed("long node()", func(u *uuid) value { return long(u.low & 0xffffffffffff) })
	k.method(l, "int compareTo(UUID)", func(c *Context, x value, a []value) value { return count(c.compare(x, a[0])) })
}

// parseUUID reads five groups of hexadecimal digits, which may be shorter than they are written.
func (c *Context) parseUUID(s string) *uuid {
	bad := func() { c.throw("java.lang.IllegalArgumentException", "Invalid UUID string: %s", s) }
	parts := strings.Split(s, "-")
	if len(s) > 36 {
		c.throw("java.lang.IllegalArgumentException", "UUID string too large")
	}
	if len(parts) != 5 {
		bad()
	}
	var n [5]uint64
	for i, p := range parts {
		if p == "" {
			bad()
		}
		v, ok := magnitude([]byte(p), 16)
		if at := strings.IndexFunc(p, func(r rune) bool { return digitOf(r, 16) < 0 }); !ok || at >= 0 {
			c.throw("java.lang.NumberFormatException", "Error at index %d in: \"%s\"", max(at, 0), p)
		}
		n[i] = v
	}
	return &uuid{
		int64(n[0]&0xffffffff<<32 | n[1]&0xffff<<16 | n[2]&0xffff),
		int64(n[3]&0xffff<<48 | n[4]&0xffffffffffff),
	}
}

// bytesOf are the entries of a byte[].
func (c *Context) bytesOf(x value) []byte {
	if x.isNull() {
		c.nullPointer(-1, `Cannot read the array length because the array is null`)
	}
	var out []byte
	for _, v := range c.all(x) {
		out = append(out, byte(v.int()))
	}
	return out
}

// joiner is a StringJoiner.
type joiner struct {
	prefix, by, suffix []byte
	b, empty           []byte
	some, whenEmpty    bool
}

func (*joiner) classOf(event.Value) *class { return classes().types["StringJoiner"] }

func (j *joiner) appendText(_ *Context, dst []byte) []byte {
	if !j.some && j.whenEmpty {
		return append(dst, j.empty...)
	}
	return append(append(append(dst, j.prefix...), j.b...), j.suffix...)
}

func (j *joiner) add(c *Context, b []byte) {
	if j.some {
		j.b = append(j.b, j.by...)
	}
	c.charge(len(j.by) + len(b))
	j.b, j.some = append(j.b, b...), true
}

func declareJoiner(l *lib, k *class) {
	made := func(c *Context, _ value, a []value) value {
		var parts [3][]byte
		for _, i := range []int{1, 0, 2} {
			if i >= len(a) {
				continue
			}
			if a[i].isNull() {
				c.throw("java.lang.NullPointerException", "The %s must not be null", [...]string{"delimiter", "prefix", "suffix"}[i])
			}
			parts[i] = bytes.Clone(c.str(a[i]))
		}
		return object(&joiner{by: parts[0], prefix: parts[1], suffix: parts[2]})
	}
	k.method(l, "new(CharSequence)", made)
	k.method(l, "new(CharSequence,CharSequence,CharSequence)", made)
	m := func(sig string, f func(c *Context, j *joiner, this value, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*joiner), x, a) })
	}
	m("StringJoiner add(CharSequence)", func(c *Context, j *joiner, this value, a []value) value {
		j.add(c, c.appendText(nil, a[0]))
		return this
	})
	m("StringJoiner merge(StringJoiner)", func(c *Context, j *joiner, this value, a []value) value {
		if o := a[0].ref.(*joiner); o.some {
			j.add(c, bytes.Clone(o.b))
		}
		return this
	})
	m("StringJoiner setEmptyValue(CharSequence)", func(c *Context, j *joiner, this value, a []value) value {
		j.empty, j.whenEmpty = bytes.Clone(c.arg(a[0])), true
		return this
	})
	m("int length()", func(c *Context, j *joiner, _ value, _ []value) value { return count(utf16Len(j.appendText(c, nil))) })
}

// hexFormat is a HexFormat.
type hexFormat struct {
	delimiter, prefix, suffix string
	upper                     bool
}

func (*hexFormat) classOf(event.Value) *class { return classes().types["HexFormat"] }

func declareHex(l *lib, k *class) {
	k.method(l, "static HexFormat of()", func(*Context, value, []value) value { return object(&hexFormat{}) })
	k.method(l, "static HexFormat ofDelimiter(String)", func(c *Context, _ value, a []value) value {
		return object(&hexFormat{delimiter: string(c.arg(a[0]))})
	})
	m := func(sig string, f func(c *Context, h hexFormat, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, *x.ref.(*hexFormat), a) })
	}
	for name, part := range map[string]func(*hexFormat) *string{
		"Delimiter": func(h *hexFormat) *string { return &h.delimiter }, "Prefix": func(h *hexFormat) *string { return &h.prefix },
		"Suffix": func(h *hexFormat) *string { return &h.suffix },
	} {
		m("String "+strings.ToLower(name)+"()", func(c *Context, h hexFormat, _ []value) value { return c.textString(*part(&h)) })
		m("HexFormat with"+name+"(String)", func(c *Context, h hexFormat, a []value) value {
			*part(&h) = string(c.arg(a[0]))
			return object(&h)
		})
	}
	m("boolean isUpperCase()", func(_ *Context, h hexFormat, _ []value) value { return boolean(h.upper) })
	m("HexFormat withUpperCase()", func(_ *Context, h hexFormat, _ []value) value { h.upper = true; return object(&h) })
	m("HexFormat withLowerCase()", func(_ *Context, h hexFormat, _ []value) value { h.upper = false; return object(&h) })
	format := func(c *Context, h hexFormat, a []value) value {
		b := c.bytesOf(a[0])
		if len(a) > 1 {
			from, to := c.checkRange(a[1].int(), a[2].int(), len(b))
			b = b[from:to]
		}
		digits := "0123456789abcdef"
		if h.upper {
			digits = "0123456789ABCDEF"
		}
		var out []byte
		for i, x := range b {
			if i > 0 {
				out = append(out, h.delimiter...)
			}
			out = append(append(append(out, h.prefix...), digits[x>>4], digits[x&15]), h.suffix...)
			c.reserve(len(out))
		}
		return c.textValue(out)
	}
	m("String formatHex(byte[])", format)
	m("String formatHex(byte[],int,int)", format)
	parse := func(c *Context, h hexFormat, a []value) value {
		s := string(c.arg(a[0]))
		if len(a) > 1 {
			from, to := c.checkRange(a[1].int(), a[2].int(), len(s))
			s = s[from:to]
		}
		return c.bytesArray(c.parseHex(h, s))
	}
	m("byte[] parseHex(CharSequence)", parse)
	m("byte[] parseHex(CharSequence,int,int)", parse)
}

// checkRange is Objects.checkFromToIndex.
func (c *Context) checkRange(from, to int64, n int) (int, int) {
	if from < 0 || from > to || to > int64(n) {
		c.throw("java.lang.IndexOutOfBoundsException", "Range [%d, %d) out of bounds for length %d", from, to, n)
	}
	return int(from), int(to)
}

func (c *Context) parseHex(h hexFormat, s string) []byte {
	if s == "" {
		return nil
	}
	stride := len(h.prefix) + 2 + len(h.suffix) + len(h.delimiter)
	if (len(s)+len(h.delimiter))%stride != 0 {
		if stride == 2 {
			c.throw("java.lang.IllegalArgumentException", "string length not even: %d", len(s))
		}
		c.throw("java.lang.IllegalArgumentException", "extra or missing delimiters or values consisting of prefix, two hexadecimal digits, and suffix")
	}
	var out []byte
	expect := func(at int, what string) {
		if s[at:at+len(what)] != what {
			c.throw("java.lang.IllegalArgumentException", "found: \"%s\", expected: \"%s\", index: %d ch: %d", s[at:at+len(what)], what, at, s[at])
		}
	}
	for at := 0; at < len(s); at += stride {
		if at > 0 {
			expect(at-len(h.delimiter), h.delimiter)
		}
		expect(at, h.prefix)
		n := 0
		for _, b := range []byte(s[at+len(h.prefix) : at+len(h.prefix)+2]) {
			d := digitOf(rune(b), 16)
			if d < 0 || b >= 0x80 {
				c.throw("java.lang.NumberFormatException", "not a hexadecimal digit: \"%c\" = %d", b, b)
			}
			n = n<<4 | d
		}
		out = append(out, byte(n))
		expect(at+len(h.prefix)+2, h.suffix)
	}
	return out
}

// summary is an IntSummaryStatistics, or its like for long and double.
type summary struct {
	prim           *class
	n              int64
	sum            int64
	least, most    int64
	fsum, low, top float64
}

func (s *summary) classOf(event.Value) *class {
	return classes().types[titleOf(s.prim)+"SummaryStatistics"]
}

func newSummary(prim *class) *summary {
	s := &summary{prim: prim, least: math.MaxInt64, most: math.MinInt64, low: math.Inf(1), top: math.Inf(-1)}
	if prim == classes().int {
		s.least, s.most = math.MaxInt32, math.MinInt32
	}
	return s
}

func (s *summary) add(v value) {
	s.n++
	if s.prim == classes().double {
		f := v.v.Float()
		s.fsum, s.low, s.top = s.fsum+f, math.Min(s.low, f), math.Max(s.top, f)
		return
	}
	n := v.int()
	s.sum, s.least, s.most = s.sum+n, min(s.least, n), max(s.most, n)
}

func (s *summary) average() float64 {
	switch {
	case s.n == 0:
		return 0
	case s.prim == classes().double:
		return s.fsum / float64(s.n)
	}
	return float64(s.sum) / float64(s.n)
}

func (s *summary) appendText(_ *Context, dst []byte) []byte {
	num := func(n int64, f float64) string {
		if s.prim != classes().double {
			return strconv.FormatInt(n, 10)
		}
		if math.IsInf(f, 0) {
			return string(AppendFloat(nil, f, 64))
		}
		return roundHalfUp(strconv.FormatFloat(f, 'f', -1, 64), 6)
	}
	return append(dst, titleOf(s.prim)+"SummaryStatistics{count="+strconv.FormatInt(s.n, 10)+", sum="+num(s.sum, s.fsum)+", min="+num(s.least, s.low)+
		", average="+roundHalfUp(strconv.FormatFloat(s.average(), 'f', -1, 64), 6)+", max="+num(s.most, s.top)+"}"...)
}

// declareSummary declares the statistics of streams of a primitive type.
func declareSummary(l *lib, prim *class) {
	title := titleOf(prim)
	k := l.class("java.util."+title+"SummaryStatistics", "java.util.function."+title+"Consumer")
	k.method(l, "new()", func(*Context, value, []value) value { return object(newSummary(prim)) })
	of := func(x value) *summary { return x.ref.(*summary) }
	m := func(sig string, f func(s *summary) value) {
		k.method(l, sig, func(_ *Context, x value, _ []value) value { return f(of(x)) })
	}
	num := func(n int64, f float64) value {
		switch prim {
		case l.int:
			return integer(int32(n))
		case l.long:
			return long(n)
		}
		return double(f)
	}
	m("long getCount()", func(s *summary) value { return long(s.n) })
	m("double getAverage()", func(s *summary) value { return double(s.average()) })
	m(prim.name+" getMin()", func(s *summary) value { return num(s.least, s.low) })
	m(prim.name+" getMax()", func(s *summary) value { return num(s.most, s.top) })
	if prim == l.double {
		m("double getSum()", func(s *summary) value { return double(s.fsum) })
	} else {
		m("long getSum()", func(s *summary) value { return long(s.sum) })
	}
	k.method(l, "void accept("+prim.name+")", func(_ *Context, x value, a []value) value { of(x).add(a[0]); return null() })
	k.method(l, "void combine("+k.simple+")", func(c *Context, x value, a []value) value {
		s, o := of(x), of(a[0])
		s.n, s.sum, s.fsum = s.n+o.n, s.sum+o.sum, s.fsum+o.fsum
		s.least, s.most, s.low, s.top = min(s.least, o.least), max(s.most, o.most), math.Min(s.low, o.low), math.Max(s.top, o.top)
		return null()
	})
}

func declareEnumeration(l *lib, k *class) {
	forward := func(name string) native {
		return func(c *Context, x value, _ []value) value {
			if _, ok := x.ref.(*tokenizer); ok {
				return l.types["StringTokenizer"].methods[map[string]string{"hasNext/0": "hasMoreTokens/0", "next/0": "nextToken/0"}[name]].run(c, x, nil)
			}
			return l.iterator.methods[name].run(c, x, nil)
		}
	}
	k.method(l, "boolean hasMoreElements()", forward("hasNext/0"))
	k.method(l, "def nextElement()", forward("next/0"))
}

func declareObjects(l *lib, k *class) {
	k.method(l, "static int hash(Object[])", func(c *Context, _ value, a []value) value {
		if a[0].isNull() {
			return integer(0)
		}
		h := int32(1)
		for _, v := range c.all(a[0]) {
			h = 31*h + c.hash(v)
		}
		return integer(h)
	})
	k.method(l, "static int compare(def,def,Comparator)", func(c *Context, _ value, a []value) value {
		if c.identical(a[0], a[1]) {
			return count(0)
		}
		return count(c.comparator(a[2])(a[0], a[1]))
	})
	k.method(l, "static def requireNonNull(def,String)", func(c *Context, _ value, a []value) value {
		if !a[0].isNull() {
			return a[0]
		}
		if a[1].isNull() {
			c.throwBare("java.lang.NullPointerException")
		}
		c.throw("java.lang.NullPointerException", "%s", textOf(c, a[1]))
		return null()
	})
	deep := func(c *Context, _ value, a []value) value { return boolean(c.deepEquals(a[0], a[1])) }
	k.method(l, "static boolean deepEquals(Object,Object)", deep)
	arrays := l.types["Arrays"]
	arrays.method(l, "static boolean deepEquals(Object[],Object[])", deep)
	arrays.method(l, "static int deepHashCode(Object[])", func(c *Context, _ value, a []value) value { return integer(c.deepHash(a[0])) })
}

// deepEquals compares arrays by what they hold.
func (c *Context) deepEquals(a, b value) bool {
	x, y := a.class(), b.class()
	if x == nil || y == nil || x.elem == nil || y.elem == nil {
		return c.javaEquals(a, b)
	}
	n := c.size(a)
	if n != c.size(b) || x.elem.prim != y.elem.prim {
		return false
	}
	for i := range n {
		c.loop()
		if !c.deepEquals(c.at(a, i), c.at(b, i)) {
			return false
		}
	}
	return true
}

func (c *Context) deepHash(x value) int32 {
	if k := x.class(); k == nil || k.elem == nil {
		return c.hash(x)
	}
	if c.depth++; c.depth > 400 {
		c.throw("java.lang.StackOverflowError", "a container holds itself")
	}
	defer func() { c.depth-- }()
	h := int32(1)
	for _, v := range c.all(x) {
		h = 31*h + c.deepHash(v)
	}
	return h
}

package query

import (
	"bytes"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"github.com/millrace/millrace/event/ecs"
)

// Doc is a document that queries are compared with. It is not safe for concurrent use.
type Doc struct {
	parser fastjson.Parser
	root   *fastjson.Value
	words  []byte
}

// Parse takes the document, which must not change while d is used. It is an error if it is not JSON.
func (d *Doc) Parse(doc []byte) (err error) {
	d.root, err = d.parser.ParseBytes(doc)
	return err
}

// Matches reports whether q finds d.
func (q *Query) Matches(d *Doc) bool { return q.root.matches(d) }

// has reports whether test holds for any value of the field: arrays are walked through, and a dot in a
// key is as good as an object.
func (d *Doc) has(field string, test func(v *fastjson.Value) bool) bool {
	return anyBelow(d.root, field, test)
}

func anyBelow(v *fastjson.Value, path string, test func(v *fastjson.Value) bool) (found bool) {
	switch v.Type() {
	case fastjson.TypeArray:
		for _, e := range v.GetArray() {
			if anyBelow(e, path, test) {
				return true
			}
		}
	case fastjson.TypeObject:
		if path == "" {
			return test(v)
		}
		v.GetObject().Visit(func(key []byte, v *fastjson.Value) {
			if found || !strings.HasPrefix(path, string(key)) {
				return
			}
			switch rest := path[len(key):]; {
			case rest == "":
				found = anyBelow(v, "", test)
			case rest[0] == '.':
				found = anyBelow(v, rest[1:], test)
			}
		})
	case fastjson.TypeNull:
	default:
		return path == "" && test(v)
	}
	return found
}

// anyLeaf reports whether test holds for any value in v.
func anyLeaf(v *fastjson.Value, test func(v *fastjson.Value) bool) (found bool) {
	if v.Type() != fastjson.TypeObject {
		return anyBelow(v, "", test)
	}
	v.GetObject().Visit(func(_ []byte, v *fastjson.Value) {
		if !found && v.Type() == fastjson.TypeArray {
			for _, e := range v.GetArray() {
				found = found || anyLeaf(e, test)
			}
			return
		}
		found = found || anyLeaf(v, test)
	})
	return found
}

// keyword is the value as a keyword; ok is false when it is too long for one.
func keyword(v *fastjson.Value) (text string, ok bool) {
	switch v.Type() {
	case fastjson.TypeString:
		b := v.GetStringBytes()
		text = string(b)
		if len(b) > ecs.MaxKeyword && utf16Len(text) > ecs.MaxKeyword {
			return "", false
		}
	case fastjson.TypeNumber:
		text = string(v.MarshalTo(nil))
	case fastjson.TypeTrue:
		text = "true"
	case fastjson.TypeFalse:
		text = "false"
	default:
		return "", false
	}
	return text, true
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// long is the value as a whole number.
func long(v *fastjson.Value) (int64, bool) {
	text, ok := keyword(v)
	if !ok || v.Type() == fastjson.TypeTrue || v.Type() == fastjson.TypeFalse {
		return 0, false
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < math.MinInt64 || f >= math.MaxInt64 || f != f {
		return 0, false
	}
	return int64(f), true
}

func addr(v *fastjson.Value) (netip.Addr, bool) {
	if v.Type() != fastjson.TypeString {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(string(v.GetStringBytes()))
	return a.Unmap(), err == nil && a.Zone() == ""
}

// millis is the value as a date.
func millis(v *fastjson.Value) (int64, bool) {
	switch v.Type() {
	case fastjson.TypeNumber:
		return long(v)
	case fastjson.TypeString:
		text := string(v.GetStringBytes())
		if from, _, ok := interval(text, time.Time{}); ok && !strings.HasPrefix(text, "now") {
			return from, true
		}
	}
	return 0, false
}

func (all) matches(*Doc) bool     { return true }
func (n not) matches(d *Doc) bool { return !n.node.matches(d) }

func (n and) matches(d *Doc) bool {
	for _, n := range n {
		if !n.matches(d) {
			return false
		}
	}
	return true
}

func (n or) matches(d *Doc) bool {
	for _, n := range n {
		if n.matches(d) {
			return true
		}
	}
	return false
}

func (n exists) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool { return isThere(n.field, v) })
}

// isThere reports whether a value of the field, or of one below it, is indexed: not all values fit.
func isThere(field string, v *fastjson.Value) (ok bool) {
	switch t, _ := ecs.TypeOf(field); t {
	case ecs.IP:
		_, ok = addr(v)
	case ecs.Long:
		_, ok = long(v)
	case ecs.Date:
		_, ok = millis(v)
	case ecs.Text:
		ok = v.Type() != fastjson.TypeObject
	case ecs.Flattened:
		ok = anyLeaf(v, func(v *fastjson.Value) bool { _, ok := keyword(v); return ok })
	case ecs.Keyword:
		if v.Type() != fastjson.TypeObject {
			_, ok = keyword(v)
			break
		}
		v.GetObject().Visit(func(key []byte, v *fastjson.Value) {
			below := field + "." + string(key)
			ok = ok || anyBelow(v, "", func(v *fastjson.Value) bool { return isThere(below, v) })
		})
	}
	return ok
}

func (n exact) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		return anyLeaf(v, func(v *fastjson.Value) bool {
			text, ok := keyword(v)
			return ok && text == n.value
		})
	})
}

func (n wildcard) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		return anyLeaf(v, func(v *fastjson.Value) bool {
			text, ok := keyword(v)
			return ok && n.pattern.matches(text)
		})
	})
}

// text gives the words of a value, each with a blank after it, valid until the next call.
func (d *Doc) text(v *fastjson.Value) []byte {
	switch v.Type() {
	case fastjson.TypeString:
		d.words = AppendWords(d.words[:0], v.GetStringBytes())
	case fastjson.TypeObject:
		d.words = d.words[:0]
	default:
		d.words = AppendWords(d.words[:0], v.MarshalTo(nil))
	}
	return d.words
}

func (n phrase) matches(d *Doc) bool {
	want := []byte(strings.Join(n.words, " ") + " ")
	return d.has(n.field, func(v *fastjson.Value) bool {
		words := d.text(v)
		for at := 0; ; {
			i := bytes.Index(words[at:], want)
			if i < 0 {
				return false
			}
			if at += i; at == 0 || words[at-1] == ' ' {
				return true
			}
			_, size := utf8.DecodeRune(words[at:])
			at += size
		}
	})
}

func (n wordLike) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		for word := range strings.FieldsSeq(string(d.text(v))) {
			if n.pattern.matches(word) {
				return true
			}
		}
		return false
	})
}

func (n keywordRange) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		text, ok := keyword(v)
		return ok && n.holds(func(b *bound) int { return strings.Compare(text, b.value) })
	})
}

// holds tests both ends; compare says how the value stands to one.
func (n *keywordRange) holds(compare func(*bound) int) bool {
	if n.lo != nil {
		if c := compare(n.lo); c < 0 || c == 0 && !n.lo.inclusive {
			return false
		}
	}
	if n.hi != nil {
		if c := compare(n.hi); c > 0 || c == 0 && !n.hi.inclusive {
			return false
		}
	}
	return true
}

func (n unsureRange) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		if v.Type() != fastjson.TypeNumber {
			text, ok := keyword(v)
			return ok && n.holds(func(b *bound) int { return strings.Compare(text, b.value) })
		}
		number := v.GetFloat64()
		return n.holds(func(b *bound) int {
			end, err := strconv.ParseFloat(b.value, 64)
			switch {
			case err != nil:
				return strings.Compare(string(v.MarshalTo(nil)), b.value)
			case number < end:
				return -1
			case number > end:
				return 1
			}
			return 0
		})
	})
}

func (n longRange) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		number, ok := long(v)
		return ok && n.from <= number && number <= n.to
	})
}

func (n addrRange) matches(d *Doc) bool {
	from, to := mapped(n.from), mapped(n.to)
	return d.has(n.field, func(v *fastjson.Value) bool {
		a, ok := addr(v)
		if !ok {
			return false
		}
		b := mapped(a)
		return bytes.Compare(from[:], b[:]) <= 0 && bytes.Compare(b[:], to[:]) <= 0
	})
}

func (n dateRange) matches(d *Doc) bool {
	return d.has(n.field, func(v *fastjson.Value) bool {
		ms, ok := millis(v)
		return ok && n.from <= ms && (ms < n.to || n.to == maxMillis)
	})
}

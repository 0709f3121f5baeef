package painless

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/millrace/millrace/event"
)

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

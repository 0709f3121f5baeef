package painless

import (
	"encoding/base64"
	"net/netip"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatext"
)

// noSize is what Java says of Processors.bytes(null).
const noSize = `Cannot invoke "org.elasticsearch.common.unit.ByteSizeValue.getBytes()" because the return value of "org.elasticsearch.common.unit.ByteSizeValue.parseBytesSizeValue(String, org.elasticsearch.common.unit.ByteSizeValue, String)" is null`

// declareProcessors declares the functions of processors and the few classes of Elasticsearch that pipelines use.
func declareProcessors(l *lib) {
	k := l.class("org.elasticsearch.ingest.common.Processors")
	m := func(sig string, f func(c *Context, a []value) value) {
		k.method(l, "static "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	m("long bytes(String)", func(c *Context, a []value) value {
		if a[0].isNull() {
			c.nullPointer(-1, noSize)
		}
		n, err := c.hooks.Bytes(string(c.arg(a[0])))
		c.hookError(err)
		return long(n)
	})
	m("String lowercase(String)", func(c *Context, a []value) value {
		return c.lower(c.needed(a[0], "String.toLowerCase(java.util.Locale)", "value"), a[0])
	})
	m("String uppercase(String)", func(c *Context, a []value) value {
		return c.upper(c.needed(a[0], "String.toUpperCase(java.util.Locale)", "value"), a[0])
	})
	json := func(lenient bool) func(c *Context, a []value) value {
		return func(c *Context, a []value) value {
			if a[0].isNull() {
				return a[0]
			}
			v, err := c.hooks.JSON(c.Event, c.stored(a[0]), lenient)
			c.hookError(err)
			return c.loaded(null(), v)
		}
	}
	m("Object json(Object)", json(false))
	m("Object jsonLenient(Object)", json(true))
	added := func(lenient bool) func(c *Context, a []value) value {
		parse := json(lenient)
		return func(c *Context, a []value) value {
			v := parse(c, []value{c.mapGet(a[0], a[1])})
			if !v.isMap() {
				c.throw("java.lang.IllegalArgumentException", "cannot add non-map fields to root of document")
			}
			c.pairs(v, func(k, v value) bool { c.mapPut(a[0], k, v); return true })
			return null()
		}
	}
	m("void json(Map,String)", added(false))
	m("void jsonLenient(Map,String)", added(true))
	m("String urlDecode(String)", func(c *Context, a []value) value {
		s, err := c.hooks.URLDecode(string(c.needed(a[0], "String.length()", "s")))
		c.hookError(err)
		return c.textString(s)
	})
	m("Map uriParts(String)", func(c *Context, a []value) value {
		v, err := c.hooks.URIParts(c.Event, string(c.needed(a[0], "String.length()", "this.input")))
		c.hookError(err)
		return value{v: v}
	})
	community := func(c *Context, a []value) value {
		var args [8]string
		for i := range args {
			if !a[i].isNull() {
				args[i] = string(c.appendText(nil, a[i]))
			}
		}
		seed := 0
		if len(a) > 8 {
			seed = int(a[8].int())
		}
		s, err := c.hooks.CommunityID(args, seed)
		c.hookError(err)
		return c.textString(s)
	}
	m("String communityId(String,String,Object,Object,Object,Object,Object,Object)", community)
	m("String communityId(String,String,Object,Object,Object,Object,Object,Object,int)", community)
	declareCIDR(l)
	declareBase64(l)
	declareJSON(l)
}

func (c *Context) hookError(err error) {
	if err == nil {
		return
	}
	e := &exception{cls: classes().mustType("java.lang.IllegalArgumentException"), message: err.Error(), hasText: true, at: -1}
	if caused, ok := err.(interface{ Cause() string }); ok {
		e.cause = caused.Cause()
	}
	panic(thrown{e})
}

type cidr struct{ p netip.Prefix }

func (*cidr) classOf(event.Value) *class { return classes().types["CIDR"] }

func declareCIDR(l *lib) {
	k := l.class("org.elasticsearch.painless.api.CIDR")
	k.method(l, "new(String)", func(c *Context, _ value, a []value) value {
		s := string(c.arg(a[0]))
		if p, err := netip.ParsePrefix(s); err == nil {
			return object(&cidr{p.Masked()})
		}
		ip, ok := javatext.ParseAddr(s)
		if !ok {
			c.throw("java.lang.IllegalArgumentException", "%s", "'"+s+"' is not an IP string literal.")
		}
		return object(&cidr{netip.PrefixFrom(ip, ip.BitLen())})
	})
	k.method(l, "boolean contains(String)", func(c *Context, x value, a []value) value {
		if a[0].isNull() || len(textOf(c, a[0])) == 0 {
			return boolean(false)
		}
		s := string(textOf(c, a[0]))
		ip, ok := javatext.ParseAddr(s)
		if !ok {
			c.throw("java.lang.IllegalArgumentException", "%s", "'"+s+"' is not an IP string literal.")
		}
		return boolean(x.ref.(*cidr).p.Contains(ip))
	})
}

type codec struct {
	name string
	enc  *base64.Encoding
	raw  *base64.Encoding
}

func (k *codec) classOf(event.Value) *class { return classes().types[k.name] }

func declareBase64(l *lib) {
	k := l.class("java.util.Base64")
	d := l.class("java.util.Base64$Decoder")
	e := l.class("java.util.Base64$Encoder")
	for name, enc := range map[string][2]*base64.Encoding{"": {base64.StdEncoding, base64.RawStdEncoding}, "Url": {base64.URLEncoding, base64.RawURLEncoding}} {
		k.method(l, "static Base64.Decoder get"+name+"Decoder()", func(*Context, value, []value) value { return object(&codec{"Base64.Decoder", enc[0], enc[1]}) })
		k.method(l, "static Base64.Encoder get"+name+"Encoder()", func(*Context, value, []value) value { return object(&codec{"Base64.Encoder", enc[0], enc[1]}) })
	}
	d.method(l, "byte[] decode(String)", func(c *Context, x value, a []value) value {
		k := x.ref.(*codec)
		out, err := decodeBase64(k.enc, k.raw, c.arg(a[0]))
		if err != nil {
			c.throw("java.lang.IllegalArgumentException", "Input byte array has wrong 4-byte ending unit")
		}
		list := c.newArray(l.array(l.byte), len(out))
		for _, b := range out {
			c.Event.Append(list.v, event.IntValue(int32(int8(b))))
		}
		return list
	})
	e.method(l, "String encodeToString(byte[])", func(c *Context, x value, a []value) value {
		var in []byte
		for _, v := range c.all(a[0]) {
			in = append(in, byte(v.int()))
		}
		return c.textString(x.ref.(*codec).enc.EncodeToString(in))
	})
	e.method(l, "Base64.Encoder withoutPadding()", func(_ *Context, x value, _ []value) value {
		k := x.ref.(*codec)
		return object(&codec{k.name, k.raw, k.raw})
	})
}

func declareJSON(l *lib) {
	k := l.class("org.elasticsearch.painless.api.Json")
	k.method(l, "static def load(String)", func(c *Context, _ value, a []value) value {
		c.reserve(4 * len(c.arg(a[0])))
		v, rest, err := c.Event.ParseJSON(c.arg(a[0]), event.DefaultJSONLimits(), true)
		if err != nil || len(rest) > 0 {
			c.throw("java.lang.IllegalArgumentException", "not valid JSON")
		}
		return value{v: v}
	})
	k.method(l, "static String dump(def)", func(c *Context, _ value, a []value) value {
		out, err := c.arenaOf(a[0]).AppendValue(nil, c.plainOrStored(a[0]))
		if err != nil {
			c.throw("java.lang.IllegalArgumentException", "%s", err.Error())
		}
		return c.textValue(out)
	})
}

func (c *Context) plainOrStored(x value) event.Value {
	if isArena(x.ref) {
		return x.v
	}
	return c.stored(x)
}

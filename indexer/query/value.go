package query

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event/ecs"
)

// value is a word or a quoted text as it was read.
type value struct {
	pattern pattern
	quoted  bool
}

// quoted reads a text in quotes; a backslash takes the meaning from a quote or a backslash.
func (p *parser) quoted() (value, error) {
	open := p.pos
	var b strings.Builder
	for p.pos++; !p.end(); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			return value{pattern{texts: []string{b.String()}}, true}, nil
		case c == '\\' && p.pos+1 < len(p.text) && strings.IndexByte(`"\`, p.text[p.pos+1]) >= 0:
			p.pos++
			b.WriteByte(p.text[p.pos])
		default:
			b.WriteByte(c)
		}
	}
	return value{}, p.fail(open, "this quote is not closed")
}

// word reads up to white space, a parenthesis, a quote or one of stop.
func (p *parser) word(stop string) (value, error) {
	var v value
	var b strings.Builder
	for ; !p.end(); p.pos++ {
		c := p.text[p.pos]
		if strings.IndexByte(" \t\r\n()\"", c) >= 0 || strings.IndexByte(stop, c) >= 0 {
			break
		}
		switch c {
		case '\\':
			if p.pos++; p.end() {
				return v, p.fail(p.pos-1, "a character is missing after this backslash")
			}
			b.WriteByte(p.text[p.pos])
		case '*', '?':
			v.pattern.texts = append(v.pattern.texts, b.String())
			v.pattern.wildcards = append(v.pattern.wildcards, c)
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	v.pattern.texts = append(v.pattern.texts, b.String())
	return v, nil
}

// exists is the test that a field is there.
func (p *parser) exists(name string, at int) (node, error) {
	if name == "*" {
		return all{}, nil
	}
	if name == "_exists_" {
		return nil, p.fail(at, "the name of a field is missing")
	}
	return exists{ecs.Resolve(name)}, nil
}

// build makes the test of a field for a value.
func (p *parser) build(name string, v value, at int) (node, error) {
	if !v.quoted && v.pattern.isAny() {
		if name == "message" && p.text[at] == '*' && (at == 0 || p.text[at-1] != ':') {
			return all{}, nil // a lone *
		}
		return p.exists(name, at)
	}
	if ecs.IsObject(name) {
		return nil, p.fail(at, "%s has fields of its own: name one of them, such as %s", name, fieldBelow(name))
	}
	field := ecs.Resolve(name)
	t, _ := ecs.TypeOf(name)
	switch t {
	case ecs.Text:
		return p.words(field, v, at)
	case ecs.IP:
		return p.address(field, v, at)
	case ecs.Long, ecs.Date:
		if !v.pattern.isPlain() {
			return nil, p.fail(at, "%s is a %s and takes no wildcards: write a range such as %s:[%s]", name, typeName(t), name, exampleRange(t))
		}
		b := &bound{v.pattern.plain(), true}
		return p.rangeOf(name, b, b, at)
	}
	if v.pattern.isPlain() {
		return exact{field, v.pattern.plain()}, nil
	}
	return wildcard{field, v.pattern}, nil
}

func fieldBelow(name string) string {
	for _, f := range ecs.Fields {
		if strings.HasPrefix(f.Name, name+".") && f.Type != ecs.Stored && f.Type != ecs.Geo {
			return f.Name
		}
	}
	return name + ".name"
}

func typeName(t ecs.Type) string {
	if t == ecs.Date {
		return "date"
	}
	return "number"
}

func exampleRange(t ecs.Type) string {
	if t == ecs.Date {
		return "now-1d TO now"
	}
	return "1 TO 1023"
}

// text_ is a test of the words of a text.
func (p *parser) words(field string, v value, at int) (node, error) {
	if v.pattern.isPlain() {
		words := strings.Fields(string(AppendWords(nil, []byte(v.pattern.plain()))))
		if len(words) == 0 {
			return nil, p.fail(at, "there is no word in %q to search for", v.pattern.plain())
		}
		return phrase{field, words}, nil
	}
	lower := pattern{wildcards: v.pattern.wildcards}
	for _, text := range v.pattern.texts {
		words := string(AppendWords(nil, []byte(text)))
		if len(strings.Fields(words)) > 1 || text != "" && strings.TrimSuffix(words, " ") != lowered(text) {
			return nil, p.fail(at, "a wildcard stands within one word: join words with AND, such as `failed AND pass*`")
		}
		lower.texts = append(lower.texts, strings.TrimSuffix(words, " "))
	}
	return wordLike{field, lower}, nil
}

// lowered is text in lower case, by the rules of words.
func lowered(text string) string {
	return strings.Map(lower, text)
}

// address is a test for an address or a network.
func (p *parser) address(field string, v value, at int) (node, error) {
	text := v.pattern.plain()
	if v.pattern.isPlain() {
		if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
			return addrRange{field, addr.Unmap(), addr.Unmap()}, nil
		}
		if network, err := netip.ParsePrefix(text); err == nil {
			return addrRange{field, network.Masked().Addr().Unmap(), lastAddr(network)}, nil
		}
	} else if network, ok := octets(&v.pattern); ok {
		return addrRange{field, network.Addr(), lastAddr(network)}, nil
	}
	return nil, p.fail(at, "%s takes an address or a network, such as 192.0.2.7, 10.0.0.0/8, 10.1.* or 2001:db8::/32", field)
}

// octets reads 10.*, 10.1.* and 10.1.2.* as networks.
func octets(p *pattern) (netip.Prefix, bool) {
	head, ok := strings.CutSuffix(p.texts[0], ".")
	if !ok || string(p.wildcards) != "*" || p.texts[1] != "" {
		return netip.Prefix{}, false
	}
	n := strings.Count(head, ".") + 1
	if n > 3 {
		return netip.Prefix{}, false
	}
	addr, err := netip.ParseAddr(head + strings.Repeat(".0", 4-n))
	return netip.PrefixFrom(addr, 8*n), err == nil
}

// lastAddr is the last address of a network.
func lastAddr(network netip.Prefix) netip.Addr {
	b := network.Addr().AsSlice()
	for i := network.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr.Unmap()
}

// rangeOf is the test of a field for a range; an end that is nil is open.
func (p *parser) rangeOf(name string, lo, hi *bound, at int) (node, error) {
	if ecs.IsObject(name) {
		return nil, p.fail(at, "%s has fields of its own: name one of them, such as %s", name, fieldBelow(name))
	}
	field := ecs.Resolve(name)
	t, known := ecs.TypeOf(name)
	switch {
	case name == "_exists_":
		return nil, p.fail(at, "the name of a field is missing")
	case lo == nil && hi == nil:
		return p.exists(name, at)
	case t == ecs.Text:
		return nil, p.fail(at, "%s is text, which has no order: a range can't be searched for", name)
	case t == ecs.Flattened:
		return nil, p.fail(at, "%s has fields of its own: name one of them", name)
	case t == ecs.Long:
		return p.longs(field, lo, hi, at)
	case t == ecs.IP:
		return p.addresses(field, lo, hi, at)
	case t == ecs.Date:
		return p.dates(field, lo, hi, at)
	case !known:
		return unsureRange{keywordRange{field, lo, hi}}, nil
	}
	return keywordRange{field, lo, hi}, nil
}

func (p *parser) longs(field string, lo, hi *bound, at int) (node, error) {
	r := longRange{field, math.MinInt64, math.MaxInt64}
	for _, b := range []*bound{lo, hi} {
		if b == nil {
			continue
		}
		n, err := strconv.ParseInt(b.value, 10, 64)
		if err != nil {
			return nil, p.fail(at, "%s is a number, %q is not a whole one", field, b.value)
		}
		if b == lo {
			if r.from = n; !b.inclusive && n < math.MaxInt64 {
				r.from++
			}
		}
		if b == hi {
			if r.to = n; !b.inclusive && n > math.MinInt64 {
				r.to--
			}
		}
	}
	return r, nil
}

func (p *parser) addresses(field string, lo, hi *bound, at int) (node, error) {
	r := addrRange{field: field}
	for _, b := range []*bound{lo, hi} {
		if b == nil {
			return nil, p.fail(at, "a range of addresses has two ends, such as %s:[10.0.0.1 TO 10.0.0.9]", field)
		}
		addr, err := netip.ParseAddr(b.value)
		if err != nil || addr.Zone() != "" {
			return nil, p.fail(at, "%s takes addresses, %q is none", field, b.value)
		}
		addr = addr.Unmap()
		if b == lo {
			r.from = addr
			if !b.inclusive {
				r.from = addr.Next()
			}
		} else {
			r.to = addr
			if !b.inclusive {
				r.to = addr.Prev()
			}
		}
	}
	if !r.from.IsValid() || !r.to.IsValid() || r.from.BitLen() != r.to.BitLen() {
		return nil, p.fail(at, "a range of addresses has two ends of one family, such as %s:[10.0.0.1 TO 10.0.0.9]", field)
	}
	return r, nil
}

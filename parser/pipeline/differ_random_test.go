package pipeline

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

type object = map[string]any

// random makes random configurations and documents, which have often what processors look for, and sometimes not.
type random struct{ *rand.Rand }

// chance is true once in n.
func (g random) chance(n int) bool { return g.IntN(n) == 0 }

func (g random) of(options ...string) string { return options[g.IntN(len(options))] }

func (g random) any(options ...any) any { return options[g.IntN(len(options))] }

// some is one to n of the options.
func (g random) some(n int, options ...string) []any {
	var list []any
	for range 1 + g.IntN(n) {
		list = append(list, g.of(options...))
	}
	return list
}

// joined is up to n of the pieces, one behind the other.
func (g random) joined(n int, pieces ...string) string {
	var b strings.Builder
	for range g.IntN(n + 1) {
		b.WriteString(g.of(pieces...))
	}
	return b.String()
}

var someTexts = []string{
	"", " ", "x", "abc", "ABC", "Hello World", "a.b", "a,b,,c", "  padded\t", "héllo", "ÄÖÜß", "İstanbul ǅ ŉ", "ΑΣ Σ", "😀 x", "日本", "e\u0301", "\u00a0nbsp\u2003", "0", "42", "-7",
	"1.5", "1e3", "0x1F", "true", "False", "null", "1kb", "10.1.2.3", "::1", "2020-01-02T03:04:05Z", "k=v a=b", "a\nb", "tab\there", "quote\"d", "back\\slash", "{\"j\":1}", "<b>x</b>",
	"\u0000", "\u0001\u001f", "ｆｕｌｌ", "100%", "$1", "http://x.y/z?q=1",
}

func (g random) text() string {
	if g.chance(4) {
		return g.joined(6, "a", "B", "é", "1", " ", ".", ",", "-", "=", "😀", "\t", "%41", "\"", "<", "ſ", "Ж")
	}
	return g.of(someTexts...)
}

// number is none beyond 64 bits: _simulate refuses documents that have one, though a bulk request does not.
func (g random) number() json.Number {
	return json.Number(g.of("0", "1", "-1", "2", "7", "42", "255", "256", "65535", "65536", "-32768", "2147483647", "-2147483648", "2147483648", "5000000000", "9223372036854775807",
		"-9223372036854775808", "0.0", "-0.0", "1.0", "1.5", "-2.25", "0.1", "100.0", "1e3", "1.0E7", "12345678.9", "1e-5", "0.001",
		"3.4e38", "1e39", "1.7976931348623157e308", "4.9e-324", "1e10", "9007199254740993", "123456789.123456789"))
}

func (g random) value(depth int) any {
	switch g.IntN(12) {
	case 0:
		return nil
	case 1:
		return g.chance(2)
	case 2, 3, 4:
		return g.number()
	case 5, 6:
		if depth > 0 {
			return g.list(depth, func() any { return g.value(depth - 1) })
		}
	case 7, 8:
		if depth > 0 {
			return g.object(depth - 1)
		}
	}
	return g.text()
}

func (g random) list(n int, item func() any) []any {
	list := []any{}
	for range g.IntN(n + 2) {
		list = append(list, item())
	}
	return list
}

var someNames = []string{"a", "b", "c", "d", "0", "1", "a.b", "b.c.d", "ä", "x y", "B", "list", "_v", "key-1", "😀"}

func (g random) object(depth int) object {
	m := object{}
	for range g.IntN(4) {
		m[g.of(someNames...)] = g.value(depth)
	}
	return m
}

// field is where the processor under test looks; in half of the pipelines it is f.
func (g random) field() string {
	if g.chance(2) {
		return "f"
	}
	return g.of("f", "a", "b", "a.b", "a.c", "b.c.d", "list.0", "list.1", "list.0.a", "_source.a", "_source.f", "f.x", "missing", "a.missing", "ä", "x y", "0", "_ingest.v")
}

// target is where it writes to.
func (g random) target() string {
	return g.of("t", "t", "t.u", "f", "a", "a.b", "b.c.d", "list.0", "list.5", "list.x", "new.one.deep", "ä.ö", "f.x", "_source.t", "_ingest.t", "d.e")
}

// document has what fields look for; special makes the value of the field under test.
func (g random) document(field string, special func() any) object {
	doc := object{}
	for _, name := range []string{"a", "b", "list", "d"} {
		if g.chance(2) {
			continue
		}
		doc[name] = g.value(2)
		if name == "list" && !g.chance(6) {
			doc[name] = g.list(3, func() any { return g.value(2) })
		} else if g.chance(2) {
			doc[name] = g.object(2)
		}
	}
	if g.chance(6) {
		doc[g.of(someNames...)] = g.value(1)
	}
	switch g.IntN(14) {
	case 0:
	case 1:
		g.put(doc, field, g.value(2))
	case 2:
		g.put(doc, field, nil)
	case 3:
		g.put(doc, field, g.list(3, special))
	default:
		g.put(doc, field, special())
	}
	return doc
}

// put puts a value where a field looks for it, unless something else is in the way.
func (g random) put(doc object, field string, v any) {
	at := strings.TrimPrefix(field, "_source.")
	if strings.HasPrefix(field, "_ingest.") {
		return
	}
	for {
		name, rest, more := strings.Cut(at, ".")
		if !more {
			doc[at] = v
			return
		}
		next, ok := doc[name].(object)
		if list, isList := doc[name].([]any); isList && len(list) > 0 {
			if rest == "0" {
				list[0] = v
				return
			}
			if next, ok = list[0].(object); !ok {
				next = object{}
				list[0] = next
			}
			_, rest, _ = strings.Cut(rest, ".")
			if rest == "" {
				return
			}
		} else if !ok {
			next = object{}
			doc[name] = next
		}
		doc, at = next, rest
	}
}

// maybe sets an option, once in n.
func (g random) maybe(config object, n int, name string, value any) {
	if g.chance(n) {
		config[name] = value
	}
}

// flags sets options that are true or false.
func (g random) flags(config object, names ...string) {
	for _, name := range names {
		g.maybe(config, 3, name, g.chance(2))
	}
}

// generator makes a random configuration of a processor, and of values for the documents that it looks for.
type generator func(g random) (config object, document func() object)

// trial is a pipeline of the processor, with the options that all have.
func (g random) trial(typ string, generate generator) trial {
	config, document := generate(g)
	g.maybe(config, 12, "tag", g.of("t1", "a tag", ""))
	g.maybe(config, 20, "description", "a text")
	g.maybe(config, 16, "ignore_failure", g.chance(2))
	g.maybe(config, 12, "if", g.of(someConditions...))
	g.maybe(config, 60, "if", object{"lang": "painless", "source": g.of(someConditions...), "params": object{"p": 1}})
	g.maybe(config, 4, "on_failure", g.handlers())
	tr := trial{processors: []any{object{typ: config}}, document: document}
	if g.chance(3) { // the classes of all values
		tr.processors = append(tr.processors, object{"script": object{"source": shapeScript}})
	}
	if g.chance(4) {
		tr.onFailure = g.handlers()
	}
	return tr
}

// handlers keep what on_failure is told.
func (g random) handlers() []any {
	list := []any{
		object{"set": object{"field": "error.message", "copy_from": "_ingest.on_failure_message"}},
		object{"set": object{"field": "error.type", "copy_from": "_ingest.on_failure_processor_type"}},
		object{"set": object{"field": "error.tag", "copy_from": "_ingest.on_failure_processor_tag", "ignore_empty_value": true}},
	}
	if g.chance(10) {
		list = append(list, object{"fail": object{"message": "again"}})
	}
	return list
}

var someConditions = []string{
	"ctx.f != null", "ctx?.a?.b == null", "ctx.f instanceof String", "ctx.a == 1", "true", "false", "ctx.f?.length() > 2", "ctx.containsKey('list')", "ctx.f.contains('a')",
	"ctx.list?.size() > 1", "ctx.b > 1", "ctx.f =~ /[a-c]/", "!(ctx.f instanceof Map) && ctx.a instanceof Map", "ctx['f'] == ctx['a']", "ctx.f", "ctx.missing.x == 1", "[1, 'x', null].contains(ctx.f)",
}

// shapeScript leaves the classes of all values.
const shapeScript = `String shape(def v) {
  if (v instanceof Map) {
    List parts = new ArrayList();
    for (e in v.entrySet()) parts.add(e.getKey() + ': ' + shape(e.getValue()));
    Collections.sort(parts);
    return parts.toString();
  }
  if (v instanceof List) { String s = '('; for (x in v) s += shape(x) + ' '; return s + ')'; }
  return v == null ? 'null' : v instanceof String ? 's' : v instanceof Integer ? 'i' : v instanceof Long ? 'l' : v instanceof Float ? 'f' : v instanceof Double ? 'd'
    : v instanceof BigInteger ? 'b' : v instanceof Boolean ? 'z' : 'other';
}
Map m = new HashMap();
for (e in ctx.entrySet()) if (!e.getKey().startsWith('_')) m.put(e.getKey(), e.getValue());
ctx.shape = shape(m);`

package pipeline

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// generators has every processor but those that the testbed's Elasticsearch lacks, geoip and user_agent, and
// redact, for which it has no licence.
var generators = map[string]generator{
	"append": genAppend, "bytes": genText(textBytes), "community_id": genCommunityID, "convert": genConvert, "csv": genCSV, "date": genDate,
	"date_index_name": genDateIndexName, "dissect": genDissect, "dot_expander": genDotExpander, "drop": genNothing, "fail": genFail,
	"fingerprint": genFingerprint, "foreach": genForeach, "grok": genGrok, "gsub": genGsub, "html_strip": genText(textHTML), "join": genJoin,
	"json": genJSON, "kv": genKV, "lowercase": genText(random.text), "network_direction": genNetworkDirection, "pipeline": genPipeline,
	"registered_domain": genRegisteredDomain, "remove": genRemove, "rename": genRename, "reroute": genReroute,
	"script": genScript, "set": genSet, "sort": genSort, "split": genSplit, "terminate": genNothing, "trim": genText(textSpace),
	"uppercase": genText(random.text), "uri_parts": genURIParts, "urldecode": genText(textPercent),
}

func genNothing(g random) (object, func() object) {
	field := g.field()
	return object{}, func() object { return g.document(field, func() any { return g.value(1) }) }
}

// genText is for the processors that change a text, or each of a list.
func genText(special func(random) string) generator {
	return func(g random) (object, func() object) {
		config := object{"field": g.field()}
		g.maybe(config, 3, "target_field", g.target())
		g.flags(config, "ignore_missing")
		return config, func() object {
			return g.document(config["field"].(string), func() any { return special(g) })
		}
	}
}

func textBytes(g random) string {
	if g.chance(8) {
		return g.text()
	}
	return g.of("", " ", "-") + g.of("0", "1", "42", "1.5", "0.1", "-1", "007", "1e3", ".5", "1.", "9223372036854775807", "8191", "8192", "9007199254740993", "1.0005", "1,5", "+3", "0x10", "0.9", "1.5555") +
		g.of("", " ", "  ") + g.of("", "b", "B", "kb", "KB", "k", "mb", "M", "Gb", "g", "tb", "t", "pb", "P", "kib", "bytes", "b ") + g.of("", "", " ")
}

func textHTML(g random) string {
	return g.joined(7, "<p>", "</p>", "<br/>", "<b class=\"x > y\">", "</b>", "text", " ", "&amp;", "&lt;x&gt;", "&nbsp;", "&#65;", "&#x41;", "&bogus;", "&amp", "<!-- c -->", "<", ">", "a < b",
		"<script>var a = '<p>';</script>", "<style>x{}</style>", "\n", "<a href='u'>", "</a>", "<unclosed", "é", "<!DOCTYPE html>", "<?xml version='1'?>", "&eacute;", "<IMG SRC=x>", "<1>", "</ p>", "&#;")
}

func textSpace(g random) string {
	return g.joined(3, " ", "\t", "\n", "\r", "\u00a0", "\u2003", "\u0000", "\u001f", "\v") + g.text() + g.joined(3, " ", "\t", "\n", "\u00a0", "\u0085", "\u3000", "\u0001")
}

func textPercent(g random) string {
	return g.joined(8, "a", "%20", "+", "%C3%A4", "%2B", "%", "%4", "%zz", "%e4", "%F0%9F%98%80", "é", "%00", "%25", "=", "%-1", "%+1", "%C3", "%c3%28", "& ", "%%41")
}

func genGsub(g random) (object, func() object) {
	config, document := genText(random.text)(g)
	config["pattern"] = g.of("a", "[a-z]", "(\\w)(\\d*)", "\\s+", "", "\\.", "(?i)HELLO", "^", "$", "(?<n>[a-c])", "[^a-zA-Z]", "l{2}", "(a)|(b)", "\\b", "é", "(?<=x)\\w", "\\p{L}", "[[:alpha:]]", "x*", "\\W", "(", "(?m)^.", "😀", ".?")
	config["replacement"] = g.of("", "-", "$0", "[$1]", "$1$2", "\\$", "\\\\", "$9", "${n}", "x$1y", "é", "$", "\\", "$10", "\\n", "${nope}")
	return config, document
}

func genAppend(g random) (object, func() object) {
	config := object{"field": g.field(), "value": g.value(2)}
	if g.chance(2) {
		config["value"] = g.list(3, func() any { return g.of("a", "b", "c") })
	}
	g.flags(config, "allow_duplicates")
	g.maybe(config, 8, "media_type", g.of("application/json", "text/plain", "x/y"))
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			return g.any(g.of("a", "b", "c"), []any{"a"}, []any{"a", "b", "a"}, g.value(2), config["value"])
		})
	}
}

func genSet(g random) (object, func() object) {
	config := object{"field": g.field()}
	if g.chance(3) {
		config["field"] = g.target()
	}
	if g.chance(2) {
		config["value"] = g.value(2)
	} else {
		config["copy_from"] = g.field()
	}
	g.maybe(config, 30, "copy_from", "a")
	g.maybe(config, 8, "media_type", g.of("application/json", "text/plain", "application/x-www-form-urlencoded", "x/y"))
	g.flags(config, "override", "ignore_empty_value")
	return config, func() object {
		from, ok := config["copy_from"].(string)
		if !ok {
			from = config["field"].(string)
		}
		return g.document(from, func() any { return g.value(2) })
	}
}

func genRemove(g random) (object, func() object) {
	config := object{"field": g.field()}
	switch g.IntN(4) {
	case 0:
		config["field"] = g.list(2, func() any { return g.field() })
	case 1:
		delete(config, "field")
		config["keep"] = g.list(2, func() any { return g.field() })
	case 2:
		delete(config, "field")
		config["keep"] = g.field()
	}
	g.maybe(config, 30, "keep", "a")
	g.flags(config, "ignore_missing")
	return config, func() object { return g.document(g.field(), func() any { return g.value(2) }) }
}

func genRename(g random) (object, func() object) {
	config := object{"field": g.field(), "target_field": g.target()}
	g.flags(config, "ignore_missing", "override")
	return config, func() object {
		return g.document(config["field"].(string), func() any { return g.value(2) })
	}
}

func genConvert(g random) (object, func() object) {
	config := object{"field": g.field(), "type": g.of("integer", "long", "float", "double", "boolean", "string", "ip", "auto", "INTEGER", "colour")}
	if g.chance(10) && config["type"] != "colour" {
		config["type"] = strings.ToUpper(config["type"].(string))
	}
	g.maybe(config, 3, "target_field", g.target())
	g.flags(config, "ignore_missing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			switch g.IntN(6) {
			case 0:
				return g.number()
			case 1:
				return string(g.number())
			case 2:
				return g.value(1)
			case 3:
				return g.of("1.2.3.4", "1.2.3", "01.2.3.4", "::1", "::ffff:1.2.3.4", "fe80::1%eth0", "1::2::3", "2001:DB8::1", "1.2.3.256", "[::1]", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "::1.2.3.4", ":", "g::1",
					"12345::", "fe80::1%", "1.2.3.4 ")
			}
			return g.of("", " ") + g.of("", "+", "-") + g.of("0", "1", "1.5", "007", "0x1F", "0XfF", "0x", "0x80000000", "2147483648", "9223372036854775808", "1e5", "1E400", "NaN", "Infinity", "1f", "2D", "1.", ".5",
				"1_000", "0x1p3", "true", "TRUE", "False", "yes", "null", "٣", "-0", "--1", "1e", "1l", "3.4028236e38", "1e-46", "0.1", "16777217", "1.17549435E-38", "0x7fffffffffffffff", "0xffffffffffffffff", "#1F", "010") + g.of("", "", " ")
		})
	}
}

func genJoin(g random) (object, func() object) {
	config := object{"field": g.field(), "separator": g.of("-", ",", "", ", ", "é", ".", "\\s")}
	g.maybe(config, 3, "target_field", g.target())
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			return g.list(4, func() any { return g.value(1) })
		})
	}
}

func genSplit(g random) (object, func() object) {
	config := object{"field": g.field(), "separator": g.of(",", "\\s+", "\\.", "", "-", "[,;]\\s*", "a", "(?=[A-Z])", "\\|", "x*", "é", "(,)", "(?i)B", "^", "$", "\\b", "=", "[", "\\.|,")}
	g.maybe(config, 3, "target_field", g.target())
	g.flags(config, "ignore_missing", "preserve_trailing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(5) {
				return g.text()
			}
			return g.joined(8, "a", "b", "B", ",", ";", " ", "\n", ".", "-", "é", "=", "x", "|", "😀")
		})
	}
}

func genSort(g random) (object, func() object) {
	config := object{"field": g.field()}
	g.maybe(config, 3, "order", g.of("asc", "desc", "up"))
	g.maybe(config, 3, "target_field", g.target())
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			switch g.IntN(6) {
			case 0:
				return g.list(4, func() any { return g.number() })
			case 1:
				return g.list(4, func() any { return json.Number(g.of("1", "2", "-3", "10", "7")) })
			case 2:
				return g.list(4, func() any { return json.Number(g.of("1.5", "-0.0", "0.0", "1e10", "-2.5")) })
			case 3:
				return g.list(4, func() any { return g.chance(2) })
			case 4:
				return g.list(3, func() any { return g.value(1) })
			}
			return g.list(5, func() any { return g.of("a", "B", "b", "", "é", "10", "9", "😀", "ｆ", "\ufffd") })
		})
	}
}

func genFail(g random) (object, func() object) {
	config := object{"message": g.text()}
	return config, func() object { return g.document("f", func() any { return g.text() }) }
}

func genForeach(g random) (object, func() object) {
	inner := g.of("uppercase", "set", "remove", "rename", "convert", "append", "gsub", "trim", "split", "fail", "drop", "script", "foreach", "json", "dissect")
	var config object
	if inner == "foreach" {
		config = object{"field": g.of("_ingest._value", "_ingest._value.a", "list"), "processor": object{"uppercase": object{"field": "_ingest._value"}}}
	} else {
		config, _ = generators1(inner)(g)
		for _, name := range []string{"field", "target_field", "copy_from"} {
			if config[name] != nil && !g.chance(6) {
				config[name] = g.of("_ingest._value", "_ingest._value", "_ingest._value.a", "_ingest._value.b.c", "_ingest._key")
			}
		}
		if inner == "script" {
			config = object{"source": g.of("ctx.n = (ctx.n == null ? 0 : ctx.n) + 1", "ctx.list.add(1)", "ctx.f = null", "ctx.remove('f')")}
		}
	}
	g.maybe(config, 8, "if", g.of(someConditions...))
	g.maybe(config, 8, "tag", "inner")
	g.maybe(config, 8, "ignore_failure", true)
	g.maybe(config, 6, "on_failure", g.handlers())
	outer := object{"field": g.of("f", "list", "a", "a.b", "missing"), "processor": object{inner: config}}
	g.flags(outer, "ignore_missing")
	return outer, func() object {
		return g.document(outer["field"].(string), func() any {
			if g.chance(2) {
				return g.list(4, func() any { return g.text() })
			}
			return g.any(g.list(3, func() any { return g.value(2) }), g.object(2), g.list(3, func() any { return g.object(2) }), object{"a": g.text(), "b": g.text()})
		})
	}
}

// generators1 breaks the circle of foreach, which has other processors in it.
func generators1(typ string) generator {
	return map[string]generator{
		"uppercase": genText(random.text), "set": genSet, "remove": genRemove, "rename": genRename, "convert": genConvert, "append": genAppend, "gsub": genGsub,
		"trim": genText(textSpace), "split": genSplit, "fail": genFail, "drop": genNothing, "script": genScript, "json": genJSON, "dissect": genDissect,
	}[typ]
}

func genDotExpander(g random) (object, func() object) {
	config := object{"field": g.of("a.b", "b.c.d", "*", "*", "a.x.y", "ä.b", "a", ".a", "a.", "a..b", "f.g", "list.0", "a.b.c")}
	g.maybe(config, 4, "path", g.of("a", "b", "f", "list.0", "missing", "a.b"))
	g.flags(config, "override")
	dotted := func() object {
		m := object{}
		for range g.IntN(5) {
			m[g.of("a.b", "b.c.d", "a.x.y", "a", "b", "a.b.c", "f.g", "list.0", ".x", "y.", "p..q", "ä.b", "a.c", ".", "list", "f", "b.c", "a.x")] = g.value(2)
		}
		return m
	}
	return config, func() object {
		doc := dotted()
		if path, ok := config["path"].(string); ok && !g.chance(6) {
			g.put(doc, path, dotted())
		}
		if g.chance(4) {
			doc["a"] = dotted()
		}
		return doc
	}
}

// called are pipelines that the pipeline processor calls.
func called(prefix string) []Source {
	return []Source{
		{Name: prefix + "set", Text: []byte(`{"processors": [{"set": {"field": "inner", "value": 1}}]}`)},
		{Name: prefix + "fail", Text: []byte(`{"processors": [{"set": {"field": "inner", "value": 2}}, {"fail": {"message": "inner", "tag": "ft"}}, {"set": {"field": "never", "value": 1}}]}`)},
		{Name: prefix + "handled", Text: []byte(`{"processors": [{"fail": {"message": "inner"}}], "on_failure": [{"set": {"field": "why", "copy_from": "_ingest.on_failure_message"}}, {"set": {"field": "where", "copy_from": "_ingest.on_failure_processor_type"}}]}`)},
		{Name: prefix + "drop", Text: []byte(`{"processors": [{"drop": {"if": "ctx.f instanceof String"}}, {"set": {"field": "inner", "value": 3}}]}`)},
		{Name: prefix + "terminate", Text: []byte(`{"processors": [{"set": {"field": "inner", "value": 4}}, {"terminate": {}}, {"set": {"field": "never", "value": 1}}]}`)},
		{Name: prefix + "loop", Text: []byte(`{"processors": [{"append": {"field": "turns", "value": 1}}, {"pipeline": {"name": "` + prefix + `loop"}}]}`)},
		{Name: prefix + "deep", Text: []byte(`{"processors": [{"pipeline": {"name": "` + prefix + `fail", "tag": "deep"}}]}`)},
	}
}

// callPrefix is set while a test has pipelines to call in Elasticsearch.
var callPrefix string

func putCalled(t *testing.T, es *testbed.Elasticsearch) {
	callPrefix = es.Prefix
	for _, s := range called(es.Prefix) {
		if status, answer := es.Do("PUT", "/_ingest/pipeline/"+s.Name, string(s.Text)); status != 200 {
			t.Fatalf("%s: %d %s", s.Name, status, answer)
		}
	}
}

func genPipeline(g random) (object, func() object) {
	config := object{"name": callPrefix + g.of("set", "fail", "handled", "drop", "terminate", "loop", "deep")}
	if g.chance(6) {
		config["name"] = callPrefix + "nowhere"
		g.maybe(config, 2, "ignore_missing_pipeline", true)
	}
	return config, func() object { return g.document("f", func() any { return g.value(1) }) }
}

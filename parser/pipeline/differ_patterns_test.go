package pipeline

import (
	"encoding/json"
	"strings"
)

// grokPieces are parts of a grok pattern, with texts that they match or nearly match.
var grokPieces = []struct {
	pattern string
	texts   []string
}{
	{"%{IP:@}", []string{"1.2.3.4", "::1", "256.1.1.1", "2001:db8::1"}},
	{"%{INT:@:int}", []string{"5", "-7", "+3", "99999999999", "007"}},
	{"%{INT:@:long}", []string{"5000000000", "-7", "99999999999999999999"}},
	{"%{NUMBER:@:float}", []string{"1.5", "-2", ".5", "1e3", "123456789.123"}},
	{"%{NUMBER:@:double}", []string{"1.5", "0.1", "12345678901234567890"}},
	{"%{NUMBER:@}", []string{"1.5", "7"}},
	{"%{WORD:@}", []string{"word", "x1", "é", "under_score"}},
	{"%{WORD:@:boolean}", []string{"true", "false", "TRUE", "yes"}},
	{"%{NOTSPACE:@}", []string{"a-b", "é", "😀"}},
	{"%{DATA:@}", []string{"", "some data"}},
	{"%{GREEDYDATA:@}", []string{"", "rest of it", "a\nb"}},
	{"%{QUOTEDSTRING:@}", []string{`"q"`, `'s'`, `"a \" b"`, `"`}},
	{"%{HTTPDATE:@}", []string{"10/Oct/2000:13:55:36 -0700", "10/Foo/2000:13:55:36 -0700"}},
	{"%{TIMESTAMP_ISO8601:@}", []string{"2020-01-02T03:04:05Z", "2020-01-02 03:04:05,678+01:00", "2020-13-02T03:04:05Z"}},
	{"%{SYSLOGTIMESTAMP:@}", []string{"Jan  2 03:04:05", "Dec 31 23:59:59", "Foo 1 00:00:00"}},
	{"%{LOGLEVEL:@}", []string{"INFO", "warn", "Error", "nope"}},
	{"%{HOSTNAME:@}", []string{"host.example.com", "-x", "h"}},
	{"%{IPORHOST:@}", []string{"1.2.3.4", "host"}},
	{"%{URIPATHPARAM:@}", []string{"/a/b?c=d", "/", "x"}},
	{"%{UUID:@}", []string{"123e4567-e89b-12d3-a456-426614174000", "123e4567"}},
	{"%{MAC:@}", []string{"00:11:22:33:44:55", "0011.2233.4455"}},
	{"%{UNIXPATH:@}", []string{"/var/log/x", "/"}},
	{"%{EMAILADDRESS:@}", []string{"a@b.c", "x"}},
	{"%{POSINT:@:int}", []string{"5", "0", "12"}},
	{"%{BASE16NUM:@}", []string{"0x1F", "ff"}},
	{"(?<@>[a-z]+)", []string{"abc", "ABC"}},
	{"(?<@>\\d{2,4})?", []string{"123", "1", ""}},
	{"(?:%{INT:@}|%{WORD:t})", []string{"5", "x"}},
	{"(%{WORD:@},?)+", []string{"a,b,c", "a"}},
	{"%{CUSTOM:@}", []string{"fff", "f", "g"}},
	{"%{PAIR}", []string{"a=1", "b"}},
	{"\\[%{DATA:@}\\]", []string{"[x]", "[]", "x"}},
	{"%{SYSLOGPROG}", []string{"sshd[123]:", "cron"}},
	{"%{COMMONAPACHELOG}", []string{`1.2.3.4 - joe [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 2326`}},
}

func genGrok(g random) (object, func() object) {
	var patterns []any
	var pieces [][]string // of the last pattern
	for range 1 + g.IntN(3) {
		p := g.of("", "", "^")
		pieces = nil
		for i := range 1 + g.IntN(4) {
			if i > 0 {
				p += " "
				pieces = append(pieces, []string{" "})
			}
			piece := grokPieces[g.IntN(len(grokPieces))]
			p += strings.ReplaceAll(piece.pattern, "@", g.of("a", "b", "n", "t.u", "source.ip", "a", "x.y", "list", "f", "d.e"))
			pieces = append(pieces, piece.texts)
		}
		patterns = append(patterns, p+g.of("", "", "$"))
	}
	config := object{"field": g.field(), "patterns": patterns, "pattern_definitions": object{"CUSTOM": "f+", "PAIR": "%{WORD:k}=%{INT:v:int}"}}
	g.maybe(config, 4, "ecs_compatibility", g.of("v1", "disabled", "v8"))
	g.flags(config, "trace_match", "ignore_missing")
	return config, func() object {
		return g.document(config["field"].(string), func() any { return g.matching(pieces) })
	}
}

// matching is a text that the pieces may match.
func (g random) matching(pieces [][]string) string {
	var b strings.Builder
	b.WriteString(g.of("", "", "", "x ", "\n"))
	for _, texts := range pieces {
		b.WriteString(g.of(texts...))
	}
	return b.String() + g.of("", "", "", " x", "\n")
}

// datePieces are parts of a Java time pattern, with texts that they match or nearly match.
var datePieces = []struct {
	pattern string
	texts   []string
}{
	{"yyyy", []string{"2020", "1999", "0001", "20", "10000", "0000", "+12020", "-2020"}},
	{"uuuu", []string{"2021", "1970", "0000", "-0005"}},
	{"yy", []string{"20", "99", "00", "1"}},
	{"MM", []string{"01", "12", "13", "2", "00"}},
	{"M", []string{"1", "12", "07", "0"}},
	{"MMM", []string{"Jan", "Dec", "feb", "Sept", "Mai"}},
	{"MMMM", []string{"January", "May", "Jan"}},
	{"dd", []string{"01", "31", "29", "32", "5"}},
	{"d", []string{"1", "31", "30", "07", " 7"}},
	{"HH", []string{"00", "23", "24", "7"}},
	{"H", []string{"0", "23", "9"}},
	{"hh", []string{"01", "12", "00"}},
	{"mm", []string{"00", "59", "60", "5"}},
	{"ss", []string{"00", "59", "60", "5"}},
	{"SSS", []string{"000", "123", "12", "1234"}},
	{"SSSSSS", []string{"123456", "000001"}},
	{"a", []string{"AM", "PM", "am", "p.m."}},
	{"EEE", []string{"Mon", "Thu", "Sun", "xxx"}},
	{"E", []string{"Wed", "fri"}},
	{"Z", []string{"+0000", "-0730", "+01:00", "Z"}},
	{"XXX", []string{"+01:00", "Z", "-07:30"}},
	{"XX", []string{"+0100", "Z"}},
	{"X", []string{"+01", "Z", "+0130"}},
	{"z", []string{"UTC", "CET", "PST", "GMT+2", "Europe/Paris", "AEST", "UTC+01:00", "Europe/Par"}},
	{"VV", []string{"Europe/Berlin", "UTC", "Z", "+01:00", "Mars/X"}},
	{"DDD", []string{"001", "365", "366", "000", "367"}},
	{"kk", []string{"01", "24", "25", "00"}},
	{"K", []string{"0", "11", "12"}},
	{"LLL", []string{"Jan", "Dec", "x"}},
	{"xxx", []string{"+01:00", "-07:30", "Z"}},
	{"xx", []string{"+0100", "-0730"}},
}

func (g random) datePattern() (pattern string, pieces [][]string) {
	layouts := [][]string{
		{"yyyy", "-", "MM", "-", "dd"}, {"dd", "/", "MMM", "/", "yyyy", ":", "HH", ":", "mm", ":", "ss", " ", "Z"}, {"MMM", " ", "d", " ", "HH", ":", "mm", ":", "ss"}, {"yyyy", "-", "MM", "-", "dd", " ", "HH", ":", "mm", ":", "ss", ".", "SSS"},
		{"EEE", " ", "MMM", " ", "dd", " ", "HH", ":", "mm", ":", "ss", " ", "yyyy"}, {"yyyy", "-", "MM", "-", "dd", "'T'", "HH", ":", "mm", ":", "ss", "XXX"}, {"M", "/", "d", "/", "yy", " ", "hh", ":", "mm", " ", "a"}, {"HH", ":", "mm", ":", "ss"},
		{"yyyy", "-", "DDD"}, {"uuuu", "MM", "dd"}, {"MMMM", " ", "d", ", ", "yyyy"}, {"yyyy", "-", "MM", "-", "dd", " ", "HH", ":", "mm", ":", "ss", " ", "z"}, {"yyyy", "-", "MM", "-", "dd", " ", "HH", ":", "mm", " ", "VV"},
		{"yyyy"}, {"yyyy", "-", "MM"}, {"MM", "-", "dd"}, {"yyyy", "-", "MM", "-", "dd", " ", "HH", ":", "mm", ":", "ss", ",", "SSSSSS", " ", "XX"}, {"E", " ", "d", " ", "MMM", " ", "yyyy"}, {"dd", ".", "MM", ".", "yyyy", " ", "H", ":", "mm"},
	}
	layout := layouts[g.IntN(len(layouts))]
	for _, part := range layout {
		if g.chance(40) {
			part = datePieces[g.IntN(len(datePieces))].pattern
		}
		pattern += part
		texts := []string{strings.Trim(part, "'")}
		for _, p := range datePieces {
			if p.pattern == part {
				texts = p.texts
				if !g.chance(3) {
					texts = texts[:1+g.IntN(min(2, len(texts)))]
				}
			}
		}
		pieces = append(pieces, texts)
	}
	if g.chance(8) {
		pattern = "8" + pattern
	}
	return pattern, pieces
}

var zoneNames = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "+05:30", "-08", "Z", "GMT+2", "CET", "EST", "Australia/Lord_Howe", "Mars/Base", "UTC+01:00", "Africa/Casablanca", "EST5EDT", "PST", "+0130", "America/St_Johns"}

// dates are texts for the formats that have names.
func (g random) dateText() any {
	switch g.IntN(5) {
	case 0:
		return g.any(json.Number("1577934245"), json.Number("1577934245678"), json.Number("1577934245.678"), json.Number("-1"), json.Number("0"), json.Number("1.577934245678E9"), json.Number("99999999999999"), json.Number("2020"), json.Number("9223372036854775807"))
	case 1:
		return g.of("1577934245", "1577934245.678", "1577934245678", "-1", "1577934245.6789", "1577934245.", ".5", "+5", "1e9", "0", "253402300800", "-1.5", "1577934245678.5", "-62135596801", "0x5e0d5fa5", "1577934245,5",
			"@4000000050d506482dbdf024", "4000000050d506482dbdf024", "4000000050d506482dbdf02", "@4000000050d506482dbdf0zz", "400000005e0d5fa500000000", "2000000050d506482dbdf024")
	}
	if g.chance(6) {
		return g.text()
	}
	return g.of("2020", "1999", "0000", "-0001", "+12020", "2024", "20") + g.of("", "-01", "-02", "-12", "-13", "-6") + g.of("", "-01", "-29", "-31", "-5", "-32", "T") +
		g.of("", "", "T03", "T03:04", "T03:04:05", "T23:59:59", "T24:00:00", " 03:04:05", "T03:04:60", "t03:04:05", "T3:4:5", "T02:30:00", "T030405") + g.of("", "", ".1", ".123", ",123", ".123456", ".123456789", ".1234567890", ".") +
		g.of("", "", "Z", "+01:00", "-0730", "+01", "z", "[Europe/Paris]", " UTC", "+25:00", "-00:00", "+01:00:30", "Europe/Berlin")
}

func (g random) formats() (list []any, text func() any) {
	text = g.dateText
	for range 1 + g.IntN(2) {
		if g.chance(2) {
			list = append(list, g.of("ISO8601", "UNIX", "UNIX_MS", "TAI64N", "ISO8601", "strict_date_optional_time", "epoch_millis", "epoch_second", "iso8601", "basic_date", "yyyy-MM-dd||UNIX", "date_optional_time", "strict_date_optional_time_nanos", "date", "strict_date", "date_time", "strict_date_time_no_millis", "year_month", "strict_date_hour_minute", "yyyy-MM-dd HH:mm:ss||yyyy-MM-dd"))
			continue
		}
		pattern, pieces := g.datePattern()
		list = append(list, pattern)
		text = func() any {
			var b strings.Builder
			for _, texts := range pieces {
				b.WriteString(g.of(texts...))
			}
			return b.String()
		}
	}
	return list, text
}

// outputFormat is what a date is written by: a name, some, or letters with their counts.
func (g random) outputFormat() string {
	names := []string{"basic_date", "basic_date_time", "basic_ordinal_date", "basic_ordinal_date_time_no_millis", "basic_t_time", "basic_week_date", "basic_week_date_time", "date", "date_hour", "date_hour_minute_second_fraction",
		"date_optional_time", "date_time", "date_time_no_millis", "hour_minute_second_millis", "ordinal_date_time", "t_time", "time_no_millis", "week_date", "week_date_time", "weekyear", "weekyear_week", "year", "year_month", "year_month_day"}
	switch g.IntN(4) {
	case 0:
		return g.of("", "strict_") + g.of(names...)
	case 1:
		return g.of("iso8601", "epoch_millis", "epoch_second", "strict_date_optional_time_nanos", "strict_date||epoch_second", "8yyyy||uuuu", "yyyy||", "yyyy[-MM][", "yyyy-MM-dd'T'HH:mm:ss.SSSXX")
	}
	var b strings.Builder
	for range 1 + g.IntN(5) {
		if g.chance(8) {
			b.WriteString(g.of("p", "pppp", "pppppppp"))
		}
		letter := g.of(strings.Split("GuyYMLQqEecdDFwWaBhHkKmsSnNAgzvVOXxZ", "")...)
		b.WriteString(strings.Repeat(letter, 1+min(g.IntN(3), g.IntN(5))+g.IntN(2)) + g.of("-", " ", "'T'", "]", "[", "", "''"))
	}
	return b.String()
}

func genDate(g random) (object, func() object) {
	formats, text := g.formats()
	config := object{"field": g.field(), "formats": formats}
	g.maybe(config, 3, "target_field", g.target())
	g.maybe(config, 2, "timezone", g.of(zoneNames...))
	g.maybe(config, 5, "locale", g.of("en", "ENGLISH", "root", "en-US", "ROOT"))
	g.maybe(config, 2, "output_format", g.outputFormat())
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(5) {
				return g.dateText()
			}
			return text()
		})
	}
}

func genDateIndexName(g random) (object, func() object) {
	formats, text := g.formats()
	config := object{"field": g.field(), "date_rounding": g.of("y", "M", "w", "d", "h", "m", "s", "d", "M", "x")}
	g.maybe(config, 2, "date_formats", formats)
	g.maybe(config, 2, "timezone", g.of(zoneNames...))
	g.maybe(config, 4, "locale", g.of("ENGLISH", "en", "root"))
	g.maybe(config, 3, "index_name_prefix", g.of("p-", "log_", ""))
	g.maybe(config, 4, "index_name_format", g.outputFormat())
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(2) {
				return g.of("2020-01-02T03:04:05.678Z", "2020-01-02T03:04:05.678+0100", "2020-02-30T03:04:05.678Z", "2020-01-02")
			}
			return text()
		})
	}
}

func genReroute(g random) (object, func() object) {
	config := object{}
	g.maybe(config, 3, "dataset", g.any("nginx", "{{f}}", []any{"{{f}}", "{{{a}}}", "x.y"}, "with-dash", "{{ a.b }}", "UPPER", "{{service.name}}"))
	g.maybe(config, 3, "namespace", g.any("prod", "{{f}}", []any{"{{a}}", "dev"}, "a-b", "{{data_stream.namespace}}"))
	g.maybe(config, 6, "type", g.any("metrics", "{{a}}", "a-b"))
	g.maybe(config, 12, "destination", "some-index")
	return config, func() object {
		doc := g.document("f", func() any { return g.of("nginx.access", "A B", "x-y", "é", "a/b:c", "") })
		if g.chance(2) {
			stream := object{}
			g.maybe(stream, 2, "dataset", g.any("d.s", "D S", 5, nil))
			g.maybe(stream, 2, "namespace", g.any("ns", "N:S", nil))
			g.maybe(stream, 2, "type", g.any("logs", "metrics"))
			doc["data_stream"] = stream
		}
		if g.chance(3) {
			doc["event"] = object{"dataset": g.any("e.d", nil)}
		}
		return doc
	}
}

var someScripts = []string{
	"ctx.t = ctx.f", "ctx.t = ctx.f + 1", "ctx.t = ctx.a?.b", "ctx.t = ctx.f.toUpperCase()", "ctx.f = null", "ctx.remove('f')", "ctx.t = ctx.f instanceof String ? ctx.f.length() : ctx.f", "ctx.t = ctx.keySet().contains('f')",
	"ctx.t = params.p", "ctx.t = params['q'] * 2", "ctx.t = new HashMap(); ctx.t.x = ctx.f; ctx.t.y = ctx.t.x", "ctx['a.b'] = 1", "ctx.t = '' + ctx.f + ctx.a", "ctx.t = ctx.list.size()", "for (x in ctx.list) { ctx.t = x }",
	"ctx.t = ctx.f / 2", "ctx.t = ctx.f * ctx.f", "ctx.t = ctx.f == ctx.a", "ctx.t = ctx.f > 1", "ctx.t = -ctx.f", "ctx.t = (long)ctx.f", "ctx.t = (int)ctx.f", "ctx.t = Integer.parseInt(ctx.f)", "ctx.t = ctx.f.splitOnToken(',')",
	"ctx.t = ctx.f.hashCode()", "ctx.t = String.valueOf(ctx.f)", "ctx.list.add(ctx.f)", "ctx.list.removeIf(x -> x == null)", "ctx.a.b = ctx.f", "ctx.a.putAll(['x': 1, 'y': [1, 2]])", "ctx.t = ctx.a.entrySet().stream().map(e -> e.getKey()).collect(Collectors.joining(','))",
	"if (ctx.f == null) { throw new Exception('no f') } ctx.t = 1", "def x = ctx.f; x += 'y'; ctx.t = x", "ctx.t = /[aeiou]/.matcher(ctx.f).replaceAll('_')", "ctx.t = ctx.f =~ /b/", "Map m = ctx.a; m.f = ctx.f", "ctx.t = ctx.list.stream().filter(x -> x instanceof String).collect(Collectors.toList())",
	"ctx.t = Processors.bytes(ctx.f)", "ctx.t = Processors.lowercase(ctx.f)", "ctx.t = Processors.json(ctx.f)", "ctx.t = Processors.urlDecode(ctx.f)", "ctx.t = ctx.f.", "ctx.t = nope(1)", "ctx.t = ctx.f?.toString()", "ctx.t = ctx.f.isEmpty()", "ctx.t = ctx.a.b.c",
	"ctx.list[0] = ctx.f", "ctx.t = ctx.list[1]", "ctx.t = [ctx.f, ctx.a, ctx.list]", "ctx.t = ['k': ctx.f]; ctx.u = ctx.t; ctx.u.k = 2", "ctx.t = ctx.getOrDefault('f', 'none')", "ctx.t = ctx.f.substring(1)", "ctx.t = ctx.a.toString()",
	"ctx.t = Long.parseLong(ctx.f.toString())", "ctx.t = Math.round(ctx.f)", "ctx.t = ctx.f % 3", "ctx.t = ctx.f << 2", "ctx.t = ctx.list.hashCode()", "ctx.t = Double.parseDouble(ctx.f)", "ctx.t = ZonedDateTime.parse(ctx.f).toInstant().toEpochMilli()",
	"ctx.t = ctx.f; ctx.t.x = 1", "ctx.t = true; ctx.t = !ctx.t", "ctx.a.remove('b')", "ctx.a.clear()", "ctx.t = ctx.f.doubleValue()", "ctx.t = 1.0f", "ctx.t = (byte)300", "ctx.t = (char)65", "ctx.t = 1L", "ctx.t = ctx.list.contains(ctx.f)",
}

func genScript(g random) (object, func() object) {
	config := object{"source": g.of(someScripts...)}
	g.maybe(config, 2, "params", object{"p": g.value(2), "q": g.number()})
	g.maybe(config, 6, "lang", g.of("painless", "painless", "mustache"))
	return config, func() object { return g.document("f", func() any { return g.value(2) }) }
}

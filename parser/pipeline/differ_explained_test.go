package pipeline

import (
	"regexp"
	"strings"
)

// explained are the differences that stay, each with its reason.
var explained = []struct {
	processor, why string // processor "" is any
	applies        func(config, doc object, ours, theirs outcome) bool
}{
	{"", "Java's own text about null names variables of what has called it, which depends on what has run before", func(_, _ object, ours, theirs outcome) bool {
		return nullOperand.MatchString(messageOf(ours)) && nullOperand.MatchString(messageOf(theirs))
	}},
	{"", "Java's own text about null names variables of its compiler", func(_, _ object, ours, theirs outcome) bool {
		return messageOf(ours) == "cannot access method/field [f] from a null def reference" && nullLocal.MatchString(messageOf(theirs))
	}},
	{"", "our error texts begin in lower case", func(_, _ object, ours, theirs outcome) bool {
		return ours.Failed != "" && strings.EqualFold(ours.Failed, theirs.Failed)
	}},
	{"", "an empty name in a path of the definition is refused where it loads: no index takes such a field", func(_, _ object, ours, _ outcome) bool {
		return strings.Contains(ours.Refused, "empty name between its dots")
	}},
	{"", "an option that is null is one that isn't written", func(config, _ object, _, theirs outcome) bool {
		return strings.Contains(theirs.Refused, "required property is missing") && strings.Contains(text(config), ":null")
	}},
	{"", "digits are those of ASCII", func(_, doc object, _, _ outcome) bool { return strings.Contains(text(doc), "٣") }},
	{"", "since Java 19 \\b is about ASCII, as here; the testbed's is older", func(config, doc object, _, _ outcome) bool {
		return strings.Contains(text(config), `"pattern":"\\b"`) && nonASCII.MatchString(text(doc))
	}},
	{"", "no text is cut within a surrogate pair", func(_, doc object, _, theirs outcome) bool {
		return strings.Contains(text(doc), "😀") && strings.ContainsRune(text(theirs.Doc)+text(theirs.Ingest), '\ufffd')
	}},
	{"", "EST is a zone in newer data than the testbed has", func(config, _ object, _, theirs outcome) bool {
		return config["timezone"] == "EST" && (theirs.Refused+messageOf(theirs) != "" || config["ignore_failure"] == true)
	}},
	{"date", "a date without a year is of the year that is nearest to its receipt, not of the current one", func(config, _ object, ours, theirs outcome) bool {
		return ours.Doc != nil && theirs.Doc != nil && yearless.MatchString(text(config["formats"]))
	}},
	{"date_index_name", "a format that is none never matches, as in date", func(_, _ object, _, theirs outcome) bool {
		return strings.Contains(theirs.Refused, "Invalid format: [")
	}},
	{"date", "ENGLISH is a locale here, as the documentation says; and in the testbed it is none", func(config, _ object, _, _ outcome) bool {
		locale, _ := config["locale"].(string)
		return strings.HasPrefix(locale, "ENG")
	}},
	{"urldecode", "an escape is counted in bytes", func(_, doc object, ours, theirs outcome) bool {
		return nonASCII.MatchString(text(doc)) && strings.HasPrefix(messageOf(ours), "URLDecoder") && strings.HasPrefix(messageOf(theirs), "URLDecoder")
	}},
	{"date", "a zone that is none is refused where it loads", func(_, _ object, ours, _ outcome) bool {
		return strings.Contains(ours.Refused, "Unknown time-zone ID")
	}},
	{"date_index_name", "a rounding that is none is refused where it loads", func(_, _ object, ours, _ outcome) bool {
		return strings.Contains(ours.Refused, "[date_rounding]")
	}},
	{"json", "_simulate refuses numbers beyond 64 bits, which a bulk request does not", func(_, _ object, _, theirs outcome) bool {
		return strings.Contains(theirs.Failed, "java.math.BigInteger")
	}},
	{"grok", "what failed says nothing of which pattern matched", func(config, _ object, ours, _ outcome) bool {
		return config["trace_match"] == true && (ours.Failed != "" || messageOf(ours) != "" || config["ignore_failure"] == true)
	}},
	{"grok", "Elasticsearch gave up after a second, on a busy machine; here the steps are counted", func(_, _ object, _, theirs outcome) bool {
		return strings.HasPrefix(messageOf(theirs), "grok pattern matching was interrupted after [")
	}},
	{"script", "which class an operator names depends on what it has seen before", func(_, _ object, ours, theirs outcome) bool {
		return strings.HasPrefix(messageOf(ours), "Cannot apply [") && operator.MatchString(messageOf(theirs))
	}},
	{"", "the separator of split is refused where it loads, if it is no regular expression", func(_, _ object, ours, theirs outcome) bool {
		return strings.Contains(ours.Refused, "[separator] regular expression") && theirs.Refused == ""
	}},
	{"script", "_simulate copies values, and knows no bytes and no arrays; a bulk request does", func(config, _ object, ours, theirs outcome) bool {
		return simulateOnly.MatchString(messageOf(theirs)) && makesArrays.MatchString(text(config["source"])) && (ours.Failed == "" || ours.Failed == "again")
	}},
	{"kv", "no text is cut within a surrogate pair", func(config, doc object, _, _ outcome) bool {
		return config["value_split"] == "" && strings.Contains(text(doc), "😀")
	}},
	{"script", "a map takes no key but text; Elasticsearch's does, and then cannot be written", func(_, _ object, _, theirs outcome) bool {
		return strings.HasPrefix(theirs.Failed, "class java.lang.Integer cannot be cast to class java.lang.String")
	}},
	{"", "a map that holds itself ends a script that goes through it", func(_, _ object, ours, theirs outcome) bool {
		return strings.Contains(messageOf(ours), "nested deeper") || strings.Contains(ours.Failed+theirs.Failed, "self-referencing")
	}},
	{"set", "the document itself, which {{.}} names, has in it what Elasticsearch keeps beside it, twice", func(_, _ object, _, theirs outcome) bool {
		doc, _ := theirs.Doc.(object)
		return wholeModel.MatchString(text(doc["t"]))
	}},
	{"date", "EST5EDT and CET are those of New York and Brussels in newer data than this machine has, which makes a difference before there were zones", func(config, doc object, ours, theirs outcome) bool {
		return (config["timezone"] == "EST5EDT" || config["timezone"] == "CET") && (localMeanTime.MatchString(text(theirs.Doc)) || farYear.MatchString(text(doc))) && ours.Failed == theirs.Failed
	}},
}

var (
	simulateOnly  = regexp.MustCompile(`^unexpected value type \[class (java\.lang\.(Byte|Short|Character)|\[.*)\]$`)
	makesArrays   = regexp.MustCompile(`\(byte\)|\(char\)|splitOnToken`)
	operator      = regexp.MustCompile(`^Cannot (apply \[|cast java\.lang\.\w+ to java\.lang\.\w+$|convert \[\S+\] to an integral value\.$)`)
	localMeanTime = regexp.MustCompile(`-04:?56|\+00:?17`)
	nullOperand   = regexp.MustCompile(`^(Cannot invoke "Object\.getClass\(\)" because "(left|leftObject|right|rightObject|unary|receiver|value|o|args\[0\])" is null|cannot access method/field \[normalizeIndex\] from a null def reference)$`)
	nullLocal     = regexp.MustCompile(`^Cannot invoke "java\.util\.Map\.put\(Object, Object\)" because "<local\d+>" is null$`)
	yearless      = regexp.MustCompile(`"8?[^"yuY_]*[MdmsSHhDkK][^"yuY_]*"`)
	farYear       = regexp.MustCompile(`(^|[^0-9])(0\d{3}|10000|\+\d{5,}|1577934245678|-000\d|1[0-6]\d\d|99999999999999|922337203685477580[78]|"5"|[0-9.]+E1\d|253402300800|-62135596801)([^0-9]|$)`)
	wholeModel    = regexp.MustCompile(`_ingest.*timestamp.*_source.*_index.logs-generic-default|_source.*_index.logs-generic-default.*_ingest.*timestamp`)
	nonASCII      = regexp.MustCompile(`[^\x00-\x7f]`)
)

// messageOf is why a document failed: what Elasticsearch answers, or what the handlers were told.
func messageOf(o outcome) string {
	if o.Failed != "" {
		return o.Failed
	}
	doc, _ := o.Doc.(object)
	e, _ := doc["error"].(object)
	message, isText := e["message"].(string)
	if !isText && e != nil {
		return "null"
	}
	return message
}

// explain is why two outcomes may differ, "" if there is no reason.
func explain(typ string, tr trial, doc object, ours, theirs outcome) string {
	var config object
	if len(tr.processors) > 0 {
		config, _ = tr.processors[0].(object)[typ].(object)
	}
	for _, e := range explained {
		if (e.processor == typ || e.processor == "") && e.applies(config, doc, ours, theirs) {
			return e.why
		}
	}
	return ""
}

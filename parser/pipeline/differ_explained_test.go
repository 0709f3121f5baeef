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
	{"", "Java's own text about null depends on its compiler and on what has run before: it names variables of its own", func(_, _ object, ours, theirs outcome) bool {
		return ofNull.MatchString(messageOf(ours)) && ofNull.MatchString(messageOf(theirs))
	}},
	{"", "our error texts begin in lower case", func(_, _ object, ours, theirs outcome) bool {
		return ours.Failed != "" && strings.EqualFold(ours.Failed, theirs.Failed)
	}},
	{"", "an empty name in a path of the definition is refused where it loads: no index takes such a field", func(_, _ object, ours, _ outcome) bool {
		return strings.Contains(ours.Refused, "empty name between its dots")
	}},
	{"", "what is no JSON is said in our words, not in Jackson's", func(_, _ object, ours, theirs outcome) bool {
		return notJSON.MatchString(messageOf(ours)) && jackson.MatchString(messageOf(theirs))
	}},
	{"", "an option that is null is one that isn't written", func(config, _ object, _, theirs outcome) bool {
		return strings.Contains(theirs.Refused, "required property is missing") && strings.Contains(text(config), ":null")
	}},
	{"", "digits are those of ASCII", func(_, doc object, _, _ outcome) bool { return strings.Contains(text(doc), "٣") }},
	{"dissect", "keys that name one another go by pairs of * and &", func(config, _ object, _, _ outcome) bool {
		pattern, _ := config["pattern"].(string)
		return strings.Count(pattern, "{*") != strings.Count(pattern, "{&")
	}},
	{"gsub", "since Java 19 \\b is about ASCII, as here; the testbed's is older", func(config, doc object, _, _ outcome) bool {
		return config["pattern"] == "\\b" && nonASCII.MatchString(text(doc))
	}},
	{"", "no text is cut within a surrogate pair", func(_, doc object, _, theirs outcome) bool {
		return strings.Contains(text(doc), "😀") && strings.ContainsRune(text(theirs.Doc)+text(theirs.Ingest), '\ufffd')
	}},
	{"date", "on_failure is told that the date can't be parsed, not what Java's last parser says to that", func(_, _ object, ours, theirs outcome) bool {
		return strings.HasPrefix(messageOf(ours), "unable to parse date") && messageOf(theirs) != ""
	}},
	{"date_index_name", "as with date", func(_, _ object, ours, theirs outcome) bool {
		return strings.HasPrefix(messageOf(ours), "unable to parse date") && messageOf(theirs) != ""
	}},
	{"date", "a date without a year is of the year that is nearest to its receipt, not of the current one", func(config, _ object, ours, theirs outcome) bool {
		return ours.Doc != nil && theirs.Doc != nil && yearless.MatchString(text(config["formats"]))
	}},
	{"date", "dates before 1678 and behind 2261 are none here", func(_, doc object, ours, theirs outcome) bool {
		return unparsed(ours) && farYear.MatchString(text(doc)+text(theirs.Doc))
	}},
	{"date_index_name", "as with date", func(_, doc object, ours, _ outcome) bool {
		return unparsed(ours) && farYear.MatchString(text(doc))
	}},
	{"date", "ENGLISH is a locale here, as the documentation says; and in the testbed it is none", func(config, _ object, _, _ outcome) bool {
		locale, _ := config["locale"].(string)
		return strings.HasPrefix(locale, "ENG")
	}},
	{"dissect", "what is written before a name of the text leads nowhere depends on the order of a HashMap", func(config, _ object, _, _ outcome) bool {
		pattern, _ := config["pattern"].(string)
		return strings.Contains(pattern, "{*")
	}},
	{"date", "formats that have names take a little more than they must, and no names of zones", func(config, _ object, ours, theirs outcome) bool {
		return (messageOf(ours) == "") != (messageOf(theirs) == "") && strings.ContainsAny(text(config["formats"]), "_|")
	}},
	{"date_index_name", "as with date", func(config, _ object, ours, theirs outcome) bool {
		return (messageOf(ours) == "" && messageOf(theirs) != "" || theirs.Refused != "") && strings.ContainsAny(text(config["date_formats"]), "_|")
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
	{"registered_domain", "bd has become a suffix itself since the list that Elasticsearch brings, where each name below it is one", func(_, doc object, _, _ outcome) bool {
		return strings.Contains(text(doc), ".bd\"")
	}},
	{"pipeline", "a call of a pipeline that isn't there is refused where it loads", func(_, _ object, ours, _ outcome) bool {
		return strings.Contains(ours.Refused, "non-existent pipeline")
	}},
	{"json", "_simulate refuses numbers beyond 64 bits, which a bulk request does not", func(_, _ object, _, theirs outcome) bool {
		return strings.Contains(theirs.Failed, "java.math.BigInteger")
	}},
	{"json", "comments are no JSON", func(_, doc object, _, _ outcome) bool { return strings.Contains(text(doc), "//") }},
	{"grok", "what failed says nothing of which pattern matched", func(config, _ object, ours, _ outcome) bool {
		return config["trace_match"] == true && (ours.Failed != "" || messageOf(ours) != "" || config["ignore_failure"] == true)
	}},
	{"script", "which class an operator names depends on what it has seen before", func(_, _ object, ours, theirs outcome) bool {
		return strings.HasPrefix(messageOf(ours), "Cannot apply [") && strings.HasPrefix(messageOf(theirs), "Cannot apply [")
	}},
	{"", "the separator of split is refused where it loads, if it is no regular expression", func(_, _ object, ours, theirs outcome) bool {
		return strings.Contains(ours.Refused, "[separator] regular expression") && theirs.Refused == ""
	}},
	{"", "_simulate copies values, and knows no bytes and no arrays; a bulk request does", func(_, _ object, _, theirs outcome) bool {
		return simulateOnly.MatchString(messageOf(theirs))
	}},
	{"", "a map that holds itself ends a script that goes through it", func(_, _ object, ours, theirs outcome) bool {
		return strings.Contains(messageOf(ours), "nested deeper") || strings.Contains(ours.Failed+theirs.Failed, "self-referencing")
	}},
	{"", "EST is a zone in newer data than the testbed has", func(config, _ object, _, _ outcome) bool { return config["timezone"] == "EST" }},
}

var (
	simulateOnly = regexp.MustCompile(`^unexpected value type \[class (java\.lang\.(Byte|Short|Character)|\[.*)\]$`)
	ofNull       = regexp.MustCompile(`^(Cannot (invoke|read field) ".*" because .* is null|cannot access method/field .* from a null def reference|null)$`)
	notJSON      = regexp.MustCompile(`not valid JSON|valid JSON and the|number|JSON`)
	jackson      = regexp.MustCompile(`(?s)Source: |Unexpected|Unrecognized|valid JSON and the|JSON`)
	yearless     = regexp.MustCompile(`"8?[^"yuY_]*[Mdms][^"yuY_]*"`)
	farYear      = regexp.MustCompile(`(^|[^0-9])(0\d{3}|10000|\+\d{5,}|1577934245678|-000\d|1[0-6]\d\d|99999999999999|9223372036854775807|[0-9.]+E1\d|253402300800|-62135596801)([^0-9]|$)`)
	nonASCII     = regexp.MustCompile(`[^\x00-\x7f]`)
)

// unparsed tells whether a date could not be parsed, even if the handlers said "again".
func unparsed(o outcome) bool {
	return strings.HasPrefix(messageOf(o), "unable to parse date") || o.Failed == "again"
}

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

package pipeline

import (
	"regexp"
	"slices"
	"strings"

	"github.com/millrace/millrace/parser/grok"
)

// Elasticsearch takes patterns that our grok refuses as mistakes: a type that it does not know is text, what is not
// quite a reference is itself, and a reference is filled in even between [ and ]. elasticGrok says the same so that
// it is taken.

// grokReference is what Elasticsearch sees as a reference: NAME, field and type, and a definition that it ignores.
var grokReference = regexp.MustCompile(`^%\{([A-Z\[\]\\^_` + "`" + `a-z0-9]+)(?::([A-Za-z0-9@._:\[\]-]+))?(?:=(?:[^{}]|\.+)+)?\}`)

var grokTypes = []string{"int", "long", "float", "double", "boolean"}

func elasticGrok(lib *grok.Library, expr string) string {
	var b strings.Builder
	class := 0 // how many [ are open
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case c == '\\' && i+1 < len(expr):
			b.WriteString(expr[i : i+2])
			i++
			continue
		case c == '[':
			class++
		case c == ']' && class > 0:
			class--
		case c == '%' && strings.HasPrefix(expr[i:], "%{"):
			m := grokReference.FindStringSubmatch(expr[i:])
			switch {
			case m == nil:
				b.WriteString(`%\{`)
				i++
			case class > 0:
				b.WriteString(classText(lib, m))
				i += len(m[0]) - 1
			default:
				b.WriteString(referenceText(m))
				i += len(m[0]) - 1
			}
			continue
		}
		b.WriteByte(expr[i])
	}
	return b.String()
}

// flagged is an expression that switches options. In Elasticsearch they hold in the definitions that it refers to,
// too, because these are filled in as text.
var flagged = regexp.MustCompile(`\(\?[imx-]+[:)]`)

// fillIn fills in the references of an expression that switches options.
func fillIn(lib *grok.Library, expr string) string {
	if !flagged.MatchString(expr) {
		return expr
	}
	text, err := lib.Expand(expr, func(field string, typ grok.Type) string {
		if typ == grok.String {
			return field
		}
		return field + ":" + typ.String()
	})
	if err != nil {
		return expr // grok says what is wrong
	}
	return text
}

// referenceText is a reference without what Elasticsearch ignores.
func referenceText(m []string) string {
	field, typ, _ := strings.Cut(m[2], ":")
	typ, _, _ = strings.Cut(typ, ":")
	switch {
	case field == "":
		return "%{" + m[1] + "}"
	case slices.Contains(grokTypes, typ):
		return "%{" + m[1] + ":" + field + ":" + typ + "}"
	}
	return "%{" + m[1] + ":" + field + "}"
}

// classText is a reference filled in between [ and ], where its characters are a set.
func classText(lib *grok.Library, m []string) string {
	text, err := lib.Expand("%{"+m[1]+"}", func(string, grok.Type) string { return "" })
	switch {
	case err != nil:
		return m[0] // grok says what is wrong
	case m[2] == "":
		return "(?:" + text + ")"
	}
	return "(?<" + m[1] + ":" + m[2] + ">" + text + ")"
}

// absent is Onigmo's (?~x): the longest text without x in it.
var absent = regexp.MustCompile(`\(\?~(\\k<(\w+)>|\\?[^\\()|*+?{}\[\]^$.]|\[[^\[\]\\]+\])\)`)

// plainAbsent writes (?~x) as a look-ahead at each character, which is the same where x is one character wide: all
// are the expressions in which the group may stand that x refers to. Others stay as they are, for grok to refuse.
func plainAbsent(expr string, all []string) string {
	return absent.ReplaceAllStringFunc(expr, func(s string) string {
		m := absent.FindStringSubmatch(s)
		if m[2] != "" {
			narrow := regexp.MustCompile(`\(\?<` + m[2] + `>(?:\[[^\]]*\]|\\?[^\\()|*+?{}\[\]^$])\)`)
			if !slices.ContainsFunc(all, narrow.MatchString) {
				return s
			}
		}
		return `(?:(?!` + m[1] + `)(?m:.))*`
	})
}

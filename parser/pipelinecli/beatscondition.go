package pipelinecli

import (
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// expression is one of Filebeat's conditions in Painless; false when it is of a kind that is not known.
func expression(condition any) (string, bool) {
	c, ok := condition.(options)
	if !ok {
		return "", false
	}
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(c)) {
		one, ok := conditionOf(kind, c[kind])
		if !ok {
			return "", false
		}
		all = append(all, one)
	}
	return strings.Join(all, " && "), true
}

func conditionOf(kind string, v any) (string, bool) {
	var all []string
	switch kind {
	case "not":
		inner, ok := expression(v)
		return "!(" + inner + ")", ok
	case "and", "or":
		for _, c := range slice(v) {
			inner, ok := expression(c)
			if !ok {
				return "", false
			}
			all = append(all, "("+inner+")")
		}
		return "(" + strings.Join(all, map[string]string{"and": " && ", "or": " || "}[kind]) + ")", true
	case "has_fields":
		for _, name := range slice(v) {
			all = append(all, fieldOf(fmt.Sprint(name))+" != null")
		}
	case "equals", "contains", "regexp":
		for _, f := range leaves(v) {
			all = append(all, compare(kind, fieldOf(f.name), f.value))
		}
	default:
		return "", false
	}
	return strings.Join(all, " && "), true
}

func compare(kind, field string, v any) string {
	switch kind {
	case "contains":
		return fmt.Sprintf("(%[1]s instanceof String || %[1]s instanceof List) && %[1]s.contains(%[2]s)", field, literal(v))
	case "regexp":
		return fmt.Sprintf("%[1]s instanceof String && %[1]s =~ /%[2]s/", field, strings.ReplaceAll(javaExpression(fmt.Sprint(v)), "/", `\/`))
	}
	return fmt.Sprintf("%s == %s", field, literal(v))
}

// javaExpression writes a regular expression of Go's dialect, in which a lone { stands for itself, so that Java's reads
// it too.
func javaExpression(text string) string {
	if re, err := syntax.Parse(text, syntax.Perl); err == nil {
		return re.String()
	}
	return text
}

func literal(v any) string {
	if text, ok := v.(string); ok {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
	}
	return fmt.Sprint(v)
}

var identifier = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// fieldOf reads a field by its full name, null when it is missing.
func fieldOf(name string) string {
	text := "ctx"
	for part := range strings.SplitSeq(name, ".") {
		if identifier.MatchString(part) {
			text += "?." + part
		} else {
			text += "?.get(" + literal(part) + ")"
		}
	}
	return text
}

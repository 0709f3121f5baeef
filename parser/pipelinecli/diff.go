package pipelinecli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// flatten returns the fields of a document by their full names.
func flatten(doc map[string]any) map[string]any {
	flat := map[string]any{}
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for name, v := range m {
			if inner, ok := v.(map[string]any); ok && len(inner) > 0 {
				walk(prefix+name+".", inner)
				continue
			}
			flat[prefix+name] = v
		}
	}
	walk("", doc)
	return flat
}

// anew are fields that each run of Filebeat has anew; its fixtures leave them out.
var anew = []string{"@timestamp", "ecs.version", "event.ingested", "event.created", "log.file.path", "event.timezone", "tags"}

// diff is what is not equal, one line a side: "-field: wanted", "+field: got".
// reordered says that nothing differs but the order of a list.
func (x *fixture) diff(want, got map[string]any) (lines []string, reordered bool) {
	w, g := flatten(want), flatten(got)
	if x.flat {
		for _, name := range anew {
			if _, ok := w[name]; !ok {
				delete(g, name)
			}
		}
		for name, v := range g { // Filebeat leaves out what is empty
			if m, ok := v.(map[string]any); ok && len(m) == 0 || v == nil {
				delete(g, name)
			}
		}
	}
	for name, pattern := range x.dynamic {
		if re, err := regexp.Compile(pattern); err == nil {
			if v, ok := g[name]; ok && re.MatchString(fmt.Sprint(v)) {
				delete(g, name)
				delete(w, name)
			}
		}
	}
	names := slices.Collect(maps.Keys(w))
	for name := range g {
		if _, both := w[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		a, inWant := w[name]
		b, inGot := g[name]
		if inWant && inGot && same(a, b) {
			continue
		}
		if inWant && inGot && sameItems(a, b) {
			reordered = true
			continue
		}
		if inWant {
			lines = append(lines, "-"+name+": "+short(a))
		}
		if inGot {
			lines = append(lines, "+"+name+": "+short(b))
		}
	}
	return lines, reordered
}

// sameItems tells whether two lists of texts differ in their order only, which a document does not keep for
// search, and which releases of Elasticsearch differ in.
func sameItems(a, b any) bool {
	x, ok := texts(a)
	y, ok2 := texts(b)
	return ok && ok2 && slices.Equal(x, y)
}

// texts are the texts of a list, sorted; false when it is no list of texts.
func texts(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	var sorted []string
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		sorted = append(sorted, text)
	}
	slices.Sort(sorted)
	return sorted, true
}

// same compares JSON values; numbers by what they are worth, as an index does.
func same(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		if x == y {
			return true
		}
		f, err := x.Float64()
		g, err2 := y.Float64()
		return err == nil && err2 == nil && f == g
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, same)
	}
	return reflect.DeepEqual(a, b)
}

func short(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	s := strings.TrimSpace(b.String())
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}

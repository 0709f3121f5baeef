package pipelinecli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flatten returns the fields of a document by their full names. A name that has a dot in it stands in quotes, apart
// from nested ones.
func flatten(doc map[string]any) map[string]any {
	flat := map[string]any{}
	walk("", doc, flat, true)
	return flat
}

// flattenPlain is how Filebeat's fixtures are flattened: nested and dotted names alike, without empty objects.
func flattenPlain(doc map[string]any) map[string]any {
	flat := map[string]any{}
	walk("", doc, flat, false)
	return flat
}

func walk(prefix string, m, flat map[string]any, exact bool) {
	for name, v := range m {
		if exact && strings.Contains(name, ".") {
			name = strconv.Quote(name)
		}
		if inner, ok := v.(map[string]any); ok && (len(inner) > 0 || !exact) {
			walk(prefix+name+".", inner, flat, exact)
			continue
		}
		flat[prefix+name] = v
	}
}

// Bookkeeping are the fields that Filebeat's own tests leave out of their fixtures: each run has them anew.
var Bookkeeping = []string{
	"agent.ephemeral_id", "agent.id", "agent.name", "agent.type", "agent.version", "ecs.version",
	"event.created", "event.ingested", "host.name", "log.file.path",
}

// diff is what is not equal.
func (x *fixture) diff(want, got map[string]any) []difference {
	w, g, equal := flatten(want), flatten(got), same
	if x.filebeat {
		w, g, equal = flattenPlain(want), flattenPlain(got), sameSorted
		x.leaveOut(w, g)
	}
	var all []difference
	for name, pattern := range x.dynamic {
		plain := func(field string) bool {
			field = strings.ReplaceAll(field, `"`, "")
			return field == name || strings.HasPrefix(field, name+".")
		}
		for field, v := range g {
			if text, ok := v.(string); ok && plain(field) && !pattern.MatchString(text) {
				all = append(all, difference{kindDiffers, field, fmt.Sprintf("/%s/", pattern), v})
			}
		}
		maps.DeleteFunc(g, func(field string, _ any) bool { return plain(field) })
		maps.DeleteFunc(w, func(field string, _ any) bool { return plain(field) })
	}
	return append(all, diffFields(w, g, equal)...)
}

// leaveOut removes from both sides what Filebeat's tests remove when they write a fixture and when they compare
// with it: bookkeeping, and the @timestamp of logs that have no year.
func (x *fixture) leaveOut(w, g map[string]any) {
	for _, name := range Bookkeeping {
		delete(w, name)
		delete(g, name)
	}
	if x.timeless {
		delete(g, "@timestamp")
	}
}

// diffFields compares field by field.
func diffFields(w, g map[string]any, equal func(a, b any) bool) (all []difference) {
	names := slices.Collect(maps.Keys(w))
	for name := range g {
		if _, both := w[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		want, inWant := w[name]
		got, inGot := g[name]
		d := difference{kindDiffers, name, want, got}
		switch {
		case !inGot:
			d.Kind = kindMissing
		case !inWant:
			d.Kind = kindExtra
		case equal(want, got):
			continue
		case sameItems(want, got):
			d.Kind = kindOrder
		}
		all = append(all, d)
	}
	return all
}

// sameItems tells whether two lists differ in the order of their items alone.
func sameItems(want, got any) bool {
	a, ok := want.([]any)
	b, ok2 := got.([]any)
	if !ok || !ok2 || len(a) != len(b) {
		return false
	}
	left := slices.Clone(b)
	for _, v := range a {
		i := slices.IndexFunc(left, func(w any) bool { return same(v, w) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

// sameSorted is same, for a fixture whose lists Filebeat's tests have sorted as texts when they wrote it.
func sameSorted(want, got any) bool {
	if same(want, got) {
		return true
	}
	list, ok := got.([]any)
	if !ok {
		return false
	}
	sorted := slices.SortedStableFunc(slices.Values(list), func(a, b any) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return same(want, sorted)
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

var instant = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// sameNow is same, but for the time of the run itself, at which two servers cannot be told the same event.
func sameNow(now time.Time) func(a, b any) bool {
	hide := func(text string) string {
		return instant.ReplaceAllStringFunc(text, func(s string) string {
			if t, err := time.Parse(time.RFC3339Nano, s); err == nil && now.Sub(t).Abs() < time.Hour {
				return "now"
			}
			return s
		})
	}
	return func(a, b any) bool {
		if same(a, b) {
			return true
		}
		x, y := hide(short(a)), hide(short(b))
		return x == y && strings.Contains(x, "now")
	}
}

// short is a value as JSON.
func short(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// cut bounds a line that is printed.
func cut(s string) string {
	if len(s) > 400 {
		return s[:400] + "…"
	}
	return s
}

package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// difference says in what two outcomes differ, "" if in nothing. Of a pipeline that is none, the reasons may
// differ, as ours name file and line.
func difference(ours, theirs outcome) string {
	switch {
	case ours.Refused != "" && theirs.Refused != "":
		return ""
	case ours.Refused != theirs.Refused || ours.Failed != theirs.Failed || ours.Dropped != theirs.Dropped:
		return "we " + ours.String() + "\nElasticsearch " + theirs.String()
	}
	if diff := differingValue("", ours.Doc, theirs.Doc); diff != "" {
		return diff
	}
	return differingValue("_ingest", ours.Ingest, theirs.Ingest)
}

func (o outcome) String() string {
	switch {
	case o.Refused != "":
		return "refuse: " + o.Refused
	case o.Dropped:
		return "drop"
	case o.Failed != "":
		return "fail: " + o.Failed
	}
	return "make: " + text(o.Doc)
}

func differingValue(at string, ours, theirs any) string {
	switch a := ours.(type) {
	case object:
		b, ok := theirs.(object)
		if !ok {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(a)) {
			v, there := b[name]
			if !there {
				return fmt.Sprintf("%s/%s: only we have %s", at, name, text(a[name]))
			}
			if diff := differingValue(at+"/"+name, a[name], v); diff != "" {
				return diff
			}
		}
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if _, there := a[name]; !there {
				return fmt.Sprintf("%s/%s: only Elasticsearch has %s", at, name, text(b[name]))
			}
		}
		return ""
	case []any:
		b, ok := theirs.([]any)
		if !ok || len(a) != len(b) {
			break
		}
		for i := range a {
			if diff := differingValue(at+"/"+strconv.Itoa(i), a[i], b[i]); diff != "" {
				return diff
			}
		}
		return ""
	case json.Number:
		if b, ok := theirs.(json.Number); ok && sameNumber(string(a), string(b)) {
			return ""
		}
	default:
		if ours == theirs {
			return ""
		}
	}
	return fmt.Sprintf("%s:\nwe            %s\nElasticsearch %s", at, text(ours), text(theirs))
}

// sameNumber takes numbers for the same when they are of one kind and value. The digits may differ: before
// version 19, Java writes more of them than it needs.
func sameNumber(a, b string) bool {
	decimal := strings.ContainsAny(a, ".eE")
	if !decimal || !strings.ContainsAny(b, ".eE") {
		return a == b
	}
	for _, bits := range []int{64, 32} {
		f, err1 := strconv.ParseFloat(a, bits)
		g, err2 := strconv.ParseFloat(b, bits)
		if err1 == nil && err2 == nil && f == g && (bits == 64 || min(len(a), len(b)) < 15) {
			return true
		}
	}
	return false
}

// shrink looks for a smaller pipeline and document that differ, too.
func (d *differ) shrink(tr trial, doc object, diff string) (trial, object, string) {
	refuses := strings.Contains(diff, " refuse: ")
	try := func(tr2 trial, doc2 object) bool {
		a, b := d.ours(tr2, []object{doc2})[0], d.theirs(tr2, []object{doc2})[0]
		smaller := difference(a, b)
		if smaller == "" || !refuses && strings.Contains(smaller, " refuse: ") || explain(d.typ, tr2, doc2, a, b) != "" {
			return false
		}
		tr, doc, diff = tr2, doc2, smaller
		return true
	}
	for calls, again := 0, true; again && calls < 300; {
		again = false
		for _, smaller := range smallerValues(tr.body()) {
			body := smaller.(object)
			processors, _ := body["processors"].([]any)
			onFailure, _ := body["on_failure"].([]any)
			if len(processors) == 0 || len(processors[0].(object)) == 0 {
				continue
			}
			if calls++; try(trial{processors: processors, onFailure: onFailure}, doc) {
				again = true
				break
			}
		}
		if again {
			continue
		}
		for _, smaller := range smallerValues(doc) {
			if calls++; try(tr, smaller.(object)) {
				again = true
				break
			}
		}
	}
	return tr, doc, diff
}

// smallerValues are the values that lack one part of v each, large parts first.
func smallerValues(v any) []any {
	var out []any
	switch v := v.(type) {
	case object:
		names := slices.Sorted(maps.Keys(v))
		for _, name := range names {
			c := maps.Clone(v)
			delete(c, name)
			out = append(out, c)
		}
		for _, name := range names {
			for _, part := range smallerValues(v[name]) {
				c := maps.Clone(v)
				c[name] = part
				out = append(out, c)
			}
		}
	case []any:
		for i := range v {
			out = append(out, slices.Delete(slices.Clone(v), i, i+1))
		}
		for i := range v {
			for _, part := range smallerValues(v[i]) {
				c := slices.Clone(v)
				c[i] = part
				out = append(out, c)
			}
		}
	case string:
		runes := []rune(v)
		for n := len(runes) / 2; n > 0; n /= 2 {
			for i := 0; i+n <= len(runes); i += n {
				out = append(out, string(runes[:i])+string(runes[i+n:]))
			}
		}
	}
	return out
}

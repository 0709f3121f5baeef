package pipeline

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// dissectProcessor is `dissect`.
type dissectProcessor struct {
	field         event.Path
	pattern       *dissectPattern
	separator     string
	ignoreMissing bool
	slot          int
}

// dissectPattern is text before the first key, and keys each with the delimiter behind it.
type dissectPattern struct {
	text    string
	leading []byte
	keys    []dissectKey
	results int   // names that are written
	dynamic bool  // some of them are found in the text
	appends []int // indexes of %{+keys}, in the order in which they are joined
	writes  []int // indexes of the keys that write a name, in the order in which they do
	size    int   // of the HashMap that Elasticsearch has them in
}

type dissectKey struct {
	name      string
	path      event.Path
	modifier  byte // 0, '+', '*', '&', or '?' for one that is skipped
	order     int
	padded    bool
	delimiter []byte
	value     int // index of the key that has the value, for '*'
	bucket    int // of the name in the HashMap
}

func newDissect(o *options) processor {
	p := &dissectProcessor{field: o.path("field"), separator: o.optionalText("append_separator", ""),
		ignoreMissing: o.flag("ignore_missing", false), slot: o.slot()}
	var err error
	if p.pattern, err = parseDissect(o.text("pattern")); err != nil {
		o.fail(o.node.get("pattern"), "[pattern] %w", err)
	}
	return p
}

func parseDissect(text string) (*dissectPattern, error) {
	p := &dissectPattern{text: text}
	leading, rest, found := strings.Cut(text, "%{")
	p.leading = []byte(leading)
	for found {
		var key, delimiter string
		if key, rest, found = strings.Cut(rest, "}"); !found {
			break
		}
		// a delimiter has a character at least, even if that begins another key
		if delimiter, rest, found = rest, "", false; delimiter != "" {
			if next := strings.Index(delimiter[1:], "%{"); next >= 0 {
				delimiter, rest, found = delimiter[:next+1], delimiter[next+3:], true
			}
		}
		k, err := parseDissectKey(key)
		if err != nil {
			return nil, err
		}
		k.delimiter = []byte(delimiter)
		p.keys = append(p.keys, k)
	}
	return p, p.check()
}

// check looks at the keys together: which are joined, and which name one another.
func (p *dissectPattern) check() error {
	appended, names, pairs := map[string]bool{}, map[string]bool{}, map[string]int{}
	for i := range p.keys {
		switch k := &p.keys[i]; k.modifier {
		case '?':
			continue
		case '+':
			appended[k.name] = true
		case '*', '&':
			pairs[k.name]++
		}
		names[p.keys[i].name] = true
	}
	if p.results = len(names); p.results == 0 {
		return fmt.Errorf("Unable to parse pattern: %s Reason: Unable to find any keys or delimiters.", p.text) //nolint:staticcheck // Elasticsearch's text
	}
	for name, n := range pairs {
		if n != 2 {
			return fmt.Errorf("Unable to parse pattern: %s Reason: Found invalid key/reference associations: '%s' Please ensure each '*<key>' is matched with a matching '&<key>", p.text, name) //nolint:staticcheck // Elasticsearch's text
		}
		p.dynamic = true
	}
	for i := range p.keys {
		k := &p.keys[i]
		if k.modifier == 0 && appended[k.name] {
			k.modifier, k.order = '+', unordered
		}
		if k.modifier == '+' {
			p.appends = append(p.appends, i)
		}
	}
	slices.SortStableFunc(p.appends, func(a, b int) int { return p.keys[a].order - p.keys[b].order })
	p.order()
	return nil
}

// order puts the names into that of Elasticsearch's HashMap: where one cannot be written, those before it are.
func (p *dissectPattern) order() {
	byModifier := map[byte][]int{}
	for i := range p.keys {
		k := &p.keys[i]
		same := func(j int) bool { return p.keys[j].name == k.name }
		if k.modifier == '+' && slices.ContainsFunc(byModifier['+'], same) {
			continue
		}
		if k.modifier == 0 { // the last of a name counts
			byModifier[0] = slices.DeleteFunc(byModifier[0], same)
		}
		k.value = slices.IndexFunc(p.keys, func(other dissectKey) bool { return other.modifier == '&' && other.name == k.name })
		byModifier[k.modifier] = append(byModifier[k.modifier], i)
	}
	p.writes = slices.Concat(byModifier[0], byModifier['*'], byModifier['+'])
	p.size = 1
	for p.size < max(p.results, len(byModifier[0])*4/3+1) {
		p.size *= 2
	}
	for _, i := range p.writes {
		p.keys[i].bucket = p.bucket([]byte(p.keys[i].name))
	}
	if !p.dynamic {
		slices.SortStableFunc(p.writes, func(a, b int) int { return p.keys[a].bucket - p.keys[b].bucket })
	}
}

func (p *dissectPattern) bucket(name []byte) int {
	return painless.HashBucket(painless.HashText(name), p.results, p.size)
}

// orderOf is order for names that are found in the text.
func (p *dissectPattern) orderOf(ev *event.Event, found []event.Value) []int {
	bucket := func(i int) int {
		if p.keys[i].modifier == '*' {
			return p.bucket(ev.Bytes(found[i]))
		}
		return p.keys[i].bucket
	}
	writes := slices.Clone(p.writes)
	slices.SortStableFunc(writes, func(a, b int) int { return bucket(a) - bucket(b) })
	return writes
}

// unordered stands before all that have an order.
const unordered = -1

func parseDissectKey(text string) (dissectKey, error) {
	k := dissectKey{order: unordered}
	bad := func(reason string) (dissectKey, error) {
		return k, fmt.Errorf("Unable to parse key: %s Reason: %s", text, reason) //nolint:staticcheck // Elasticsearch's text
	}
	name, padded := strings.CutSuffix(text, "->")
	k.padded = padded
	if at := strings.IndexAny(text, "/+*&?"); at >= 0 {
		k.modifier = text[at]
		rest := text[at+1:]
		second := strings.IndexAny(rest, "/+*&?")
		if second >= 0 && (k.modifier != '+' || rest[second] != '/' || strings.ContainsAny(rest[second+1:], "/+*&?")) {
			return bad("multiple modifiers are not allowed.")
		}
		name = strings.TrimSuffix(rest, "->")
		if second >= 0 {
			n, err := strconv.ParseInt(name[second+1:], 10, 16)
			if err != nil {
				return bad("The key name could not be determined")
			}
			name, k.order = name[:second], int(n)
		}
		if k.modifier == '/' || name == "" && k.modifier != '?' {
			return bad("The key name could not be determined")
		}
	}
	if k.name = name; name == "" {
		k.modifier = '?'
	}
	if k.modifier == '?' {
		return k, nil
	}
	var err error
	k.path, err = event.ParsePath(name)
	return k, err
}

func (p *dissectProcessor) run(r *Runner) error {
	v := r.ev.Get(p.field)
	if v.Kind() != event.String {
		f := field{path: p.field}
		_, _, err := r.textField(&f, p.ignoreMissing, "cannot process it.")
		return err
	}
	found, ok := r.scratch[p.slot].([]event.Value)
	if !ok {
		found = make([]event.Value, len(p.pattern.keys))
		r.scratch[p.slot] = found
	}
	if !p.pattern.match(r.ev, v, found) {
		return fmt.Errorf("Unable to find match for dissect pattern: %s against source: %s", p.pattern.text, r.ev.Bytes(v)) //nolint:staticcheck // Elasticsearch's text
	}
	return p.store(r, found)
}

// match cuts the text v. It goes through it as Elasticsearch does, so that the same lines match.
func (p *dissectPattern) match(ev *event.Event, v event.Value, found []event.Value) bool {
	s := ev.Bytes(v)
	if len(s) <= len(p.leading) || !bytes.HasPrefix(s, p.leading) {
		return false
	}
	i := len(p.leading)
	start, key, n := i, 0, 0
	for ; i < len(s); i++ {
		delimiter := p.keys[key].delimiter
		if len(delimiter) == 0 || !bytes.HasPrefix(s[i:], delimiter) {
			continue
		}
		found[key] = ev.Sub(v, start, i)
		n++
		i += len(delimiter)
		for i < len(s) && bytes.HasPrefix(s[i:], delimiter) {
			i += len(delimiter)
			if !p.keys[key].padded {
				if key+1 == len(p.keys) {
					break
				}
				key++
				found[key] = ev.Sub(v, i, i)
				n++
			}
		}
		if key+1 == len(p.keys) {
			break
		}
		key++
		start = i
		i-- // the next delimiter may stand right here
	}
	if n < len(p.keys) && len(p.keys[key].delimiter) == 0 && n == key && start <= len(s) {
		found[key] = ev.Sub(v, start, len(s))
		n++
	}
	return n == len(p.keys) && (!p.dynamic || p.distinct(ev, found))
}

// distinct tells whether the names that are found in the text are none of the others.
func (p *dissectPattern) distinct(ev *event.Event, found []event.Value) bool {
	names := map[string]bool{}
	for i := range p.keys {
		switch k := &p.keys[i]; k.modifier {
		case 0, '+':
			names[k.name] = true
		case '*':
			names[string(ev.Bytes(found[i]))] = true
		}
	}
	return len(names) == p.results
}

func (p *dissectProcessor) store(r *Runner, found []event.Value) error {
	writes := p.pattern.writes
	if p.pattern.dynamic {
		writes = p.pattern.orderOf(r.ev, found)
	}
	for _, i := range writes {
		k := &p.pattern.keys[i]
		path, v := k.path, found[i]
		switch k.modifier {
		case '*':
			var err error
			if path, err = r.ev.DynamicPath(bytes.Clone(r.ev.Bytes(v))); err != nil {
				return err
			}
			v = found[k.value]
		case '+':
			v = p.joined(r.ev, k.name, found)
		}
		if err := r.ev.Set(path, v); err != nil {
			return err
		}
	}
	return nil
}

// joined puts the %{+keys} of a name together.
func (p *dissectProcessor) joined(ev *event.Event, name string, found []event.Value) event.Value {
	mark, first := ev.Mark(), true
	for _, i := range p.pattern.appends {
		if p.pattern.keys[i].name != name {
			continue
		}
		if !first {
			ev.Write([]byte(p.separator))
		}
		first = false
		ev.Write(ev.Bytes(found[i]))
	}
	return ev.Since(mark)
}

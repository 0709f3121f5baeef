package painless

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
)

// make test runs a few; the whole is go test ./parser/painless -run Elasticsearch -scripts 10000 -seed N
var (
	scripts = flag.Int("scripts", 200, "random scripts that are compared with Elasticsearch")
	seed    = flag.Uint64("seed", 1, "seed of the random scripts")
	show    = flag.Int("differences", 20, "differences that are printed")
)

const diffDoc = `{"s":"abc,b","n":null,"i":5,"d":2.5,"l":[1,2,"a"],"m":{"k":1,"deep":{"er":"x"}},"big":5000000000,"b":true,
	"e":"","num":"42","u":"héllo 😀","f":1.0,"l2":["b","a",null]}`

var diffParams = map[string]any{"p": map[string]any{"k": "v", "a": []any{int64(1), "x"}}, "q": int64(7)}

// TestElasticsearch runs random scripts here and in a real Elasticsearch, and compares what they leave.
func TestElasticsearch(t *testing.T) {
	es := testbed.SharedElasticsearch(t)
	g := &generator{rand.New(rand.NewPCG(*seed, 5))}
	d := &differ{t: t, es: es}
	for done := 0; done < *scripts; {
		n := min(100, *scripts-done)
		batch := make([]string, n)
		for i := range batch {
			batch[i] = g.script(i)
		}
		d.batch(batch)
		done += n
	}
	t.Logf("%d scripts: %d equal, %d refused by both, %d refused only there, %d explained, %d different",
		*scripts, d.equal, d.refused, d.lenient, d.explained, d.different)
}

type differ struct {
	t                                             *testing.T
	es                                            *testbed.Elasticsearch
	equal, refused, lenient, explained, different int
}

func (d *differ) batch(scripts []string) {
	refused := map[string]string{}
	var answers map[string]any
	for {
		var kept []string
		for _, s := range scripts {
			if refused[s] == "" {
				kept = append(kept, s)
			}
		}
		if len(kept) == 0 {
			break
		}
		var bad, why string
		answers, bad, why = simulate(d.t, d.es, kept)
		if bad == "" {
			break
		}
		refused[bad] = why
	}
	for i, s := range scripts {
		want, _ := answers[fmt.Sprintf("result%d", i)].(string)
		d.compare(s, i, want, refused[s])
	}
}

func (d *differ) compare(src string, i int, want, refused string) {
	body := strings.TrimPrefix(src, preamble)
	script, err := CompileScript(src, Options{Params: diffParams})
	switch {
	case err != nil && refused != "":
		d.refused++
		return
	// faults in its compiler: + after replaceAll with a function, instanceof of a long or double that is cast
	case strings.Contains(refused, `"value2" is null`), strings.Contains(refused, "Bad type on operand stack"):
		d.explained++
		return
	case refused != "":
		d.lenient++
		if d.lenient <= *show {
			d.t.Logf("refused only there: %s\n  %s", body, refused)
		}
		return
	case err != nil:
		d.report("%s\n here  refused: %v\n there %s", body, err, want)
		return
	}
	c := newContext(d.t, diffDoc)
	c.Metadata = Metadata{Index: "i", ID: "1", Version: -3, HasVersion: true}
	got := ""
	if err := script.Run(c); err != nil && !strings.HasPrefix(err.Error(), "unexpected value type") {
		got = "uncaught: " + err.Error()
	} else {
		v := c.Event.Get(event.MustPath(fmt.Sprintf("result%d", i)))
		got = string(c.Event.Bytes(v))
	}
	if firstCall.MatchString(want) || strings.HasSuffix(got, "a container holds itself") { // which is refused here at once
		d.explained++
		return
	}
	if normal(got) == normal(want) || sameNumbers(got, want) {
		d.equal++
		return
	}
	if sameButFloatsLength(body, got, want) {
		d.explained++
		return
	}
	d.report("%s\n here  %s\n there %s", body, got, want)
}

func (d *differ) report(format string, args ...any) {
	if d.different++; d.different <= *show {
		d.t.Errorf(format, args...)
	}
}

var (
	hashText1 = regexp.MustCompile(`@[0-9a-f]+`)
	moreText  = regexp.MustCompile(`(?s)^error: .*(cannot be cast to class|Cannot cast|wrong_method_type|Cannot invoke|because|null object|MethodHandle|Cannot read|Cannot load|Cannot store|cannot access|cannot compare with null|Incorrect number of|function reference|Cannot apply|Cannot convert|cannot convert|cannot explicitly cast|cannot implicitly cast|cannot cast def).*`)
)

// normal makes texts alike that cannot be: Java's identity hashes, and its helpful messages about nulls and
// casts, which name its own internals.
func normal(s string) string {
	s = strings.ToValidUTF8(hashText1.ReplaceAllString(s, "@"), "?")
	s = strings.ReplaceAll(s, "\ufffd", "?")
	if s == "string:cannot compare with null" || strings.HasPrefix(s, `string:Cannot invoke "java.lang.Comparable.compareTo(Object)" because`) {
		return "error: null"
	}
	if moreText.MatchString(s) {
		if strings.Contains(s, "null") {
			return "error: null"
		}
		return "error: cast"
	}
	return s
}

// firstCall is an error that Elasticsearch has only when an operator is evaluated for the first time: it expects
// the same classes again, and takes another path for ever when they are not. Here it is that path always.
var firstCall = regexp.MustCompile(`Cannot cast java.lang.Boolean to java.lang.(Integer|Long|Float|Double)$|Cannot cast from: |cannot convert MethodHandle\(\w+(,\w+)?\)boolean`)

// sameNumbers excuses the digits of floats: before version 19, Java writes more than it needs.
func sameNumbers(a, b string) bool {
	if floatText.ReplaceAllString(a, "#") != floatText.ReplaceAllString(b, "#") {
		return false
	}
	n, m := floatText.FindAllString(a, -1), floatText.FindAllString(b, -1)
	for i := range n {
		x, err1 := strconv.ParseFloat(n[i], 64)
		y, err2 := strconv.ParseFloat(m[i], 64)
		short := len(strings.Trim(m[i], "-")) <= len("1.23456789E-10")
		if err1 != nil || err2 != nil || x != y && !(short && float32(x) == float32(y)) {
			return false
		}
	}
	return true
}

// sameButFloatsLength excuses the length of a text in which a float was written (see sameNumbers).
func sameButFloatsLength(script, a, b string) bool {
	return floatLiteral.MatchString(script) && textLength.MatchString(a) && textLength.ReplaceAllString(a, "") == textLength.ReplaceAllString(b, "")
}

var (
	floatLiteral = regexp.MustCompile(`\d[fF]\b`)
	textLength   = regexp.MustCompile(`, length \d+$`)
)

var floatText = regexp.MustCompile(`-?\d+\.\d+(E-?\d+)?`)

// simulate runs the scripts one after the other over diffDoc. When one does not compile, it is named.
func simulate(t *testing.T, es *testbed.Elasticsearch, scripts []string) (result map[string]any, bad, why string) {
	var processors []any
	for _, s := range scripts {
		processors = append(processors,
			map[string]any{"script": map[string]any{"source": s, "params": diffParams}},
			map[string]any{"script": map[string]any{"source": resetScript()}})
	}
	body, _ := json.Marshal(map[string]any{
		"pipeline": map[string]any{"processors": processors},
		"docs":     []any{map[string]any{"_index": "i", "_id": "1", "_source": json.RawMessage(diffDoc)}},
	})
	status, answer := es.Do("POST", "/_ingest/pipeline/_simulate", string(body))
	var a struct {
		Docs []struct {
			Doc struct {
				Source map[string]any `json:"_source"`
			}
			Error any
		}
		Error map[string]any
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatalf("simulate: %v: %s", err, answer)
	}
	if status != http.StatusOK {
		for e := a.Error; e != nil; e, _ = e["caused_by"].(map[string]any) {
			if s, ok := e["script"].(string); ok {
				bad = s
			}
			why = fmt.Sprint(e["reason"])
		}
		for _, s := range scripts { // the answer shortens long scripts
			if bad != "" && (s == bad || strings.HasSuffix(s, strings.TrimPrefix(bad, "... "))) {
				return nil, s, why
			}
		}
		if len(scripts) == 1 {
			return nil, scripts[0], why
		}
		half, bad, why := simulate(t, es, scripts[:len(scripts)/2])
		if bad == "" {
			_, bad, why = simulate(t, es, scripts[len(scripts)/2:])
		}
		return half, bad, why
	}
	if a.Docs[0].Error != nil {
		t.Fatalf("simulate: %.2000s", answer)
	}
	return a.Docs[0].Doc.Source, "", ""
}

// resetScript puts the document back as it was, but for the results.
func resetScript() string {
	return `def keep = new HashMap(); for (e in ctx.entrySet()) { if (e.getKey().startsWith('result')) keep.put(e.getKey(), e.getValue()); }
ctx.keySet().removeIf(k -> !k.startsWith('_'));
ctx.putAll(keep); ctx.putAll(Json.load('` + strings.ReplaceAll(strings.ReplaceAll(diffDoc, "\n", ""), "'", "\\'") + `'));`
}

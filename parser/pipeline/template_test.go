package pipeline

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
)

// TestTemplate: what Elasticsearch 8.19 answers.
func TestTemplate(t *testing.T) {
	ev := event.New()
	root, _, err := ev.ParseJSON([]byte(`{"a":{"b":1,"c":{"d":5}},"a.b":2,"x.y":8,"t":"T","l":["p","q"],"o":[{"y":1},{"y":2}],"m.n":"MN","a b":"sp",
		"e":[],"z":0,"f":false,"s":"","q":"a\"b é/\n","n":null}`), event.DefaultJSONLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	ev.SetDoc(root)
	for text, want := range map[string]string{
		"{{t}}-{{{t}}}-{{& t}}-{{ t }}": "T-T-T-T", "{{nothing}}{{n}}": "", "{{t}}}": "T}", "{{{t}}}}": "T}", "{ {t}} t}}": "{ {t}} t}}",
		"{{a.b}}": "2", "{{a.c}}": "{d=5}", "{{a.c.d}}": "5", "{{x.y}}": "8", "{{a b}}": "sp",
		"{{l}}": "{0=p, 1=q}", "{{l.1}}": "q", "{{l.size}}": "2", "{{q}}": `a\"b é/\n`, "{{{q}}}": "a\"b é/\n",
		"{{#a}}{{b}}{{c.d}}{{x.y}}{{/a}}": "158", "{{#l}}{{.}},{{/l}}": "p,q,", "{{#o}}{{y}}{{t}}{{/o}}": "1T2T",
		"{{#l}}{{#t}}{{.}}{{/t}}{{/l}}": "TT", "{{#m.n}}{{.}}{{/m.n}}": "MN",
		"{{#e}}a{{/e}}{{#f}}a{{/f}}{{#s}}a{{/s}}{{#n}}a{{/n}}{{#none}}a{{/none}}": "", "{{#z}}a{{/z}}": "a",
		"{{^e}}a{{/e}}{{^f}}b{{/f}}{{^s}}c{{/s}}{{^n}}d{{/n}}{{^z}}e{{/z}}": "abcd",
		"{{{#t}}}b{{{/t}}}":     "b",
		"{{ #t}}":               "",
		"a{{! no }}b":           "ab",
		"a\n{{! no }}\nb":       "a\n\nb",
		"{{=<% %>=}}<%t%>{{t}}": "T{{t}}",
		"a{{#t}}\nb{{/t}}":      "ab", "{{#t}}b{{/t}}\nc": "b\nc", "{{#t}}\nline\n{{/t}}\n": "line\n",
		"  {{#t}}\n  b\n  {{/t}}\nc": "  b\nc", "{{#t}}\r\nb\r\n{{/t}}\r\nc": "b\r\nc",
	} {
		parsed, err := parseTemplate(text, asJSON)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := string(parsed.append(nil, ev)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"{{x": "{{ that is not closed", "{{x}": "{{ that is not closed", "{{{x}}": "{{{ that is not closed by }}}", "{{#x}}a": "section [x] is not closed",
		"{{#x}}a{{/y}}": "section [x] is closed as [y]", "{{/x}}": "section [] is closed as [x]", "{{}}": "without a name", "{{> y}}": "not supported",
		strings.Repeat("{{#x}}", 1000): "too many sections",
	} {
		if _, err := parseTemplate(text, asJSON); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	form, _ := parseTemplate("{{q}}", asForm)
	if got, want := string(form.append(nil, ev)), "a%22b+%C3%A9%2F%0A"; got != want {
		t.Errorf("as a form: %q, want %q", got, want)
	}
}

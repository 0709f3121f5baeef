package pipeline

import (
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/painless"
)

// scriptProcessor is `script`.
type scriptProcessor struct{ script *painless.Script }

func newScript(o *options) processor {
	source, params := o.script()
	script, err := painless.CompileScript(source, painless.Options{Params: params, Hooks: &hooks, Fields: o.c.set.fields})
	if err != nil {
		o.fail(o.node.get("source"), "[source] %w", err)
	}
	return &scriptProcessor{script}
}

// condition compiles an `if`: the text of a script, or a script with params. Its text is for those who read.
func (o *options) condition(n *node) (*painless.Condition, string) {
	opts, text := painless.Options{Hooks: &hooks, Fields: o.c.set.fields}, ""
	if n.isMap {
		s := &options{c: o.c, typ: "script", node: n}
		text, opts.Params = s.script()
		if s.finish(); s.err != nil {
			o.fail(n, "[if] %w", s.err)
			return nil, ""
		}
	} else {
		text = o.textOf(n, "if")
	}
	cond, err := painless.CompileCondition(text, opts)
	if err != nil {
		o.fail(n, "[if]: %w", err)
	}
	return cond, text
}

// script is the source of a script, and its params.
func (o *options) script() (source string, params map[string]any) {
	if lang := o.optionalText("lang", "painless"); lang != "painless" {
		o.fail(o.node.get("lang"), "[lang] script_lang not supported [%s], use painless", lang)
	}
	if n := o.find("id"); n != nil {
		o.fail(n, "[id] stored scripts are not supported: write the script under source")
	}
	params = map[string]any{}
	if n := o.find("params"); n != nil {
		params, _ = n.plain().(map[string]any)
	}
	return o.text("source"), params
}

func (p *scriptProcessor) run(r *Runner) error { return p.script.Run(r.ctx) }

// hooks are the processors' functions that scripts call as Processors.bytes and so on.
var hooks = painless.Hooks{
	Bytes: parseByteSize,
	JSON: func(ev *event.Event, v event.Value, lenient bool) (event.Value, error) {
		return valueOfJSON(ev, v, false, !lenient)
	},
	CommunityID: communityID,
	URIParts:    uriPartsOf,
	URLDecode: func(text string) (string, error) {
		b, err := urlDecode(nil, []byte(text))
		return string(b), err
	},
}

// plain is the node as JSON-like Go values.
func (n *node) plain() any {
	switch {
	case n.isMap:
		m := map[string]any{}
		for _, f := range n.fields {
			m[f.name] = f.node.plain()
		}
		return m
	case n.isList:
		l := []any{}
		for _, item := range n.list {
			l = append(l, item.plain())
		}
		return l
	}
	return n.value
}

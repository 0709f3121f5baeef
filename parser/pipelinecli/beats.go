package pipelinecli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/parser/pipeline"
)

// Filebeat does some of a module's work itself: its input decodes JSON, and runs the processors of its configuration.
// For fixtures they are ingest processors here, which the same engine runs before the fileset's own pipelines.

// agentPipeline is the name of the pipeline that does Filebeat's part.
const agentPipeline = "filebeat"

// agent is Filebeat's part of a fileset as ingest pipelines; none when there is nothing to do.
type agent struct {
	sources []pipeline.Source
	left    []string // processors of Filebeat that have no counterpart
}

// options are those of a processor, or the keys of a configuration.
type options = map[string]any

// steps are processors as in the definition of a pipeline.
type steps []map[string]options

func step(kind string, o options) steps {
	if o == nil {
		o = options{}
	}
	return steps{{kind: o}}
}

// newAgent translates the part of a fileset's input. Its processors go on with the event when they fail.
func newAgent(in *filesetInput) *agent {
	a := &agent{}
	all := append(in.JSON.steps(), a.translate(in.Processors)...)
	if len(all) > 0 {
		a.add(agentPipeline, all)
	}
	return a
}

func (a *agent) add(name string, all steps) {
	for _, s := range all {
		for _, o := range s {
			o["ignore_failure"] = true
		}
	}
	text, err := json.Marshal(options{"processors": all})
	if err != nil { // YAML has values that JSON has not
		a.leave(err.Error())
		return
	}
	a.sources = append(a.sources, pipeline.Source{Name: name, File: name, Text: text})
}

// jsonInput is how Filebeat's log input decodes lines.
type jsonInput struct {
	UnderRoot  bool   `yaml:"keys_under_root"`
	MessageKey string `yaml:"message_key"`
}

// steps leave the line where it is when it is not JSON.
func (j *jsonInput) steps() steps {
	if j == nil {
		return nil
	}
	const decoded = "ctx.json instanceof Map"
	all := steps{
		{"json": {"field": "message", "target_field": "json"}},
		{"remove": {"field": "message", "if": decoded}},
	}
	all = append(all, expandNames("json")...)
	if j.MessageKey != "" {
		all = append(all, step("set", options{"field": "message", "copy_from": "json." + j.MessageKey, "if": decoded})...)
	}
	if j.UnderRoot {
		all = append(all, step("script", options{"source": "ctx.putAll(ctx.remove('json'))", "if": decoded})...)
	}
	return all
}

// translate takes a list of Filebeat's processors: each is one key, or an if with then and else.
func (a *agent) translate(list any) steps {
	var all steps
	for _, p := range slice(list) {
		p, _ := nest(p).(options)
		if condition, ok := p["if"]; ok {
			all = append(all, a.when(condition, "%s", a.translate(p["then"]))...)
			all = append(all, a.when(condition, "!(%s)", a.translate(p["else"]))...)
			continue
		}
		for kind, v := range p {
			o, _ := v.(options)
			var made steps
			if translate := counterparts[kind]; translate != nil {
				made = translate(o)
			}
			if made == nil {
				a.leave(kind)
			} else if condition, ok := o["when"]; ok {
				made = a.when(condition, "%s", made)
			}
			all = append(all, made...)
		}
	}
	return all
}

func (a *agent) leave(what string) {
	if !slices.Contains(a.left, what) {
		a.left = append(a.left, what)
	}
}

// when makes a pipeline of processors under a condition, which so is asked once, before them all.
func (a *agent) when(condition any, format string, then steps) steps {
	if len(then) == 0 {
		return nil
	}
	is, ok := expression(condition)
	if !ok {
		a.leave("when")
		return nil
	}
	name := fmt.Sprintf("%s-%d", agentPipeline, len(a.sources)+1)
	a.add(name, then)
	return step("pipeline", options{"name": name, "if": fmt.Sprintf(format, is)})
}

// counterparts translate Filebeat's processors; nil when ingest processors do not do the same.
var counterparts = map[string]func(options) steps{
	"add_locale": func(options) steps { return step("set", options{"field": "event.timezone", "value": timezone}) },
	"add_fields": addFields,
	"rename": func(o options) steps {
		return each(o["fields"], func(f options) steps {
			return step("rename", options{"field": f["from"], "target_field": f["to"], "ignore_missing": true})
		})
	},
	"convert": func(o options) steps {
		return each(o["fields"], func(f options) steps { return convert(f, o["mode"] == "rename") })
	},
	"drop_fields": func(o options) steps {
		return step("remove", options{"field": slice(o["fields"]), "ignore_missing": true})
	},
	"drop_event":         func(options) steps { return step("drop", options{}) },
	"decode_json_fields": decodeJSON,
	"decode_csv_fields":  decodeCSV,
	"extract_array": func(o options) steps {
		var all steps
		for _, m := range leaves(o["mappings"]) {
			from := fmt.Sprintf("%v.%v", o["field"], m.value)
			all = append(all, step("set", options{"field": m.name, "copy_from": from, "ignore_empty_value": o["omit_empty"] == true})...)
		}
		return all
	},
	"community_id": func(o options) steps {
		fields, _ := o["fields"].(options) // which are named as there
		return step("community_id", maps.Clone(fields))
	},
	"add_network_direction": func(o options) steps {
		return step("network_direction", options{
			"source_ip": o["source"], "destination_ip": o["destination"], "target_field": o["target"], "internal_networks": slice(o["internal_networks"]),
		})
	},
	"dissect": func(o options) steps {
		if o["target_prefix"] != "" {
			return nil
		}
		return step("dissect", options{"field": o["field"], "pattern": o["tokenizer"]})
	},
	"registered_domain": registeredDomain,
	"timestamp":         timestamp,
}

func each(list any, translate func(options) steps) steps {
	all := steps{}
	for _, f := range slice(list) {
		if f, ok := f.(options); ok {
			all = append(all, translate(f)...)
		}
	}
	return all
}

func addFields(o options) steps {
	under := "fields."
	if target, ok := o["target"].(string); ok {
		under = strings.TrimPrefix(target+".", ".")
	}
	all := steps{}
	for _, f := range leaves(o["fields"]) {
		all = append(all, step("set", options{"field": under + f.name, "value": f.value})...)
	}
	return all
}

// convert takes one of the fields of a convert, of which only some have a type.
func convert(f options, rename bool) steps {
	from, to := f["from"], f["to"]
	if to == nil {
		to = from
	}
	switch kind := f["type"]; {
	case kind == nil && rename:
		return step("rename", options{"field": from, "target_field": to, "ignore_missing": true})
	case kind == nil:
		return step("set", options{"field": to, "copy_from": from, "ignore_empty_value": true})
	case rename && from != to:
		return append(step("convert", options{"field": from, "target_field": to, "type": kind, "ignore_missing": true}),
			step("remove", options{"field": from, "ignore_missing": true})...)
	default:
		return step("convert", options{"field": from, "target_field": to, "type": kind, "ignore_missing": true})
	}
}

// expandNames makes objects of names with dots in what was JSON, as Filebeat's paths find them either way.
func expandNames(field any) steps { return step("dot_expander", options{"field": "*", "path": field}) }

func decodeJSON(o options) steps {
	all := steps{}
	for _, field := range slice(o["fields"]) {
		s := options{"field": field}
		if target, ok := o["target"].(string); ok && target == "" {
			s["add_to_root"] = true
		} else if ok {
			s["target_field"], field = target, target
		}
		all = append(all, step("json", s)...)
		all = append(all, expandNames(field)...)
	}
	return all
}

// columns is more than any line of CSV has that a module reads.
const columns = 256

// decodeCSV makes a list of the columns, which for an ingest processor have names.
func decodeCSV(o options) steps {
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprintf("_tmp.csv.%d", i)
	}
	var all steps
	for _, f := range leaves(o["fields"]) {
		all = append(all, step("csv", options{"field": f.name, "target_fields": names, "empty_value": ""})...)
		all = append(all, step("script", options{
			"source": "def list = []; for (int i = 0; ctx._tmp.csv.containsKey(i.toString()); i++) { list.add(ctx._tmp.csv[i.toString()]); } ctx._tmp = list",
		})...)
		all = append(all, step("rename", options{"field": "_tmp", "target_field": f.value})...)
	}
	return all
}

func registeredDomain(o options) steps {
	all := step("registered_domain", options{"field": o["field"], "target_field": "_tmp", "ignore_missing": true})
	for _, part := range [][2]string{{"registered_domain", "target_field"}, {"subdomain", "target_subdomain_field"}, {"top_level_domain", "target_etld_field"}} {
		if to, ok := o[part[1]]; ok {
			all = append(all, step("rename", options{"field": "_tmp." + part[0], "target_field": to, "ignore_missing": true})...)
		}
	}
	return append(all, step("remove", options{"field": "_tmp", "ignore_missing": true})...)
}

// timestamp takes layouts that are ISO 8601, in Go's notation.
func timestamp(o options) steps {
	for _, layout := range slice(o["layouts"]) {
		if text, ok := layout.(string); !ok || !strings.HasPrefix(text, "2006-01-02T15:04:05") {
			return nil
		}
	}
	target := o["target_field"]
	if target == nil {
		target = "@timestamp"
	}
	return step("date", options{"field": o["field"], "target_field": target, "formats": []string{"ISO8601"}, "output_format": "strict_date_optional_time_nanos"})
}

// leaf is a field by its full name.
type leaf struct {
	name  string
	value any
}

// leaves are the fields of a configuration's object, in order.
func leaves(v any) []leaf {
	o, _ := v.(options)
	var all []leaf
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if _, ok := o[name].(options); !ok {
			all = append(all, leaf{name, o[name]})
			continue
		}
		for _, l := range leaves(o[name]) {
			all = append(all, leaf{name + "." + l.name, l.value})
		}
	}
	return all
}

// slice is a list of a configuration, where one may stand for a list of it.
func slice(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// nest makes objects of names with dots, at any depth.
func nest(v any) any {
	switch v := v.(type) {
	case options:
		o := options{}
		for name, inner := range v {
			put(o, name, nest(inner))
		}
		return o
	case []any:
		for i := range v {
			v[i] = nest(v[i])
		}
	}
	return v
}

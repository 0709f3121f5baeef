package templates

import (
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/event/ecs"
)

type object = map[string]any

// analyzer is the name of the analyzer of text: runs of anything but white space, punctuation and
// symbols, in lower case. The query language has the same in Go.
const analyzer = "millrace_words"

// analysis defines analyzer.
func analysis() object {
	return object{
		"tokenizer": object{analyzer: object{
			"type":              "char_group",
			"tokenize_on_chars": []string{"whitespace", "punctuation", "symbol", "\u0000"},
			"max_token_length":  255,
		}},
		"analyzer": object{analyzer: object{
			"type": "custom", "tokenizer": analyzer, "filter": []string{"lowercase"},
		}},
	}
}

// settings of daily indices.
func settings(c *Config, has features, prefix string) object {
	mapping := object{"total_fields": object{"limit": c.MaxFields}}
	if has[ignoreBeyondLimit] {
		mapping["total_fields"].(object)["ignore_dynamic_beyond_limit"] = true
	}
	index := object{
		"codec":                "best_compression",
		"number_of_shards":     c.Shards,
		"auto_expand_replicas": c.Replicas,
		"refresh_interval":     duration(c.RefreshInterval),
		"mapping":              mapping,
		"query":                object{"default_field": []string{"message"}},
	}
	if has[lifecycle] && c.Retention > 0 {
		index["lifecycle"] = object{"name": prefix}
	}
	return object{"index": index}
}

// duration writes d as Elasticsearch reads it.
func duration(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) + "ms" }

// mappings of daily indices.
func mappings(c *Config, has features) object {
	m := object{
		"date_detection":    false,
		"numeric_detection": false,
		"dynamic":           has[ignoreBeyondLimit], // false: what is not in the table is kept, not indexed
		"dynamic_templates": []object{
			dynamic("string", object{"type": "keyword", "ignore_above": ecs.MaxKeyword}),
			dynamic("boolean", object{"type": "keyword", "ignore_above": ecs.MaxKeyword}),
			dynamic("long", object{"type": "long", "ignore_malformed": true}),
			dynamic("double", object{"type": "double", "ignore_malformed": true}),
		},
	}
	properties := object{}
	for _, f := range ecs.Fields {
		put(properties, f.Name, mapping(f.Name, f.Type, has))
	}
	for name, kind := range c.Fields {
		put(properties, name, mapping(name, typeNames[kind], has))
	}
	for _, a := range ecs.Aliases {
		put(properties, a.Name, object{"type": "alias", "path": a.Field})
	}
	m["properties"] = properties
	return m
}

func dynamic(kind string, mapping object) object {
	return object{kind: object{"match_mapping_type": kind, "mapping": mapping}}
}

// withAnalysis is the component template of m; a mapping must come with the analyzer that it names.
func withAnalysis(m object, has features) object {
	template := object{"mappings": m}
	if has[charGroup] {
		template["settings"] = object{"analysis": analysis()}
	}
	return template
}

// put sets the mapping of a field by its full name.
func put(properties object, name string, mapping object) {
	for {
		head, tail, nested := strings.Cut(name, ".")
		if !nested {
			properties[name] = mapping
			return
		}
		parent, ok := properties[head].(object)
		if !ok {
			parent = object{"properties": object{}}
			properties[head] = parent
		}
		properties, name = parent["properties"].(object), tail
	}
}

// mapping of one field.
func mapping(name string, t ecs.Type, has features) object {
	switch t {
	case ecs.Text:
		m := object{"type": "text", "norms": false}
		if has[charGroup] {
			m["analyzer"] = analyzer
		}
		return m
	case ecs.IP:
		return object{"type": "ip", "ignore_malformed": true}
	case ecs.Long: // searched through the values that aggregations need anyway
		return object{"type": "long", "index": false, "ignore_malformed": true}
	case ecs.Date:
		if name == "@timestamp" { // a document without it would never be found
			return object{"type": "date"}
		}
		return object{"type": "date", "ignore_malformed": true}
	case ecs.Geo:
		return object{"type": "geo_point", "index": false, "ignore_malformed": true}
	case ecs.Flattened:
		if has[flattened] {
			return object{"type": "flattened", "ignore_above": ecs.MaxKeyword, "depth_limit": 100}
		}
		return object{"type": "object", "enabled": false}
	case ecs.Stored:
		return object{"type": "keyword", "index": false, "doc_values": false}
	}
	return object{"type": "keyword", "ignore_above": ecs.MaxKeyword}
}

// deadMappings are those of dead letters: few documents, which must never be refused.
func deadMappings(has features) object {
	all := mappings(&Config{}, has)["properties"].(object)
	properties := object{"event": object{"properties": object{"original": mapping("", ecs.Text, has)}}}
	for _, name := range []string{"@timestamp", "error", "millrace"} {
		properties[name] = all[name]
	}
	return object{"dynamic": false, "properties": properties}
}

package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"go.uber.org/zap/zapcore"

	"github.com/millrace/millrace/internal/suggest"
)

// Problem is one mistake in a configuration, with its place in the file.
type Problem struct {
	File         string // "" when there is no file
	Line, Column int    // from 1; 0 when the key is not in the file
	Text         string // names the key, the value, and what to write instead
}

func (p Problem) Error() string {
	switch {
	case p.File == "":
		return p.Text
	case p.Line == 0:
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// Problems are all mistakes of a configuration.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// document is the text that a configuration came from; it finds the places of keys.
type document struct {
	file string
	keys map[string]reflect.Type // that it may have
	tree *ast.File
}

// read fills into from the file; into holds the defaults.
func read(file string, into any) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, Problems{{Text: fmt.Sprintf("configuration: %v", err)}}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // editors of Windows begin files with it
	doc := &document{file: file, keys: fieldsOf(reflect.TypeOf(into).Elem())}
	if doc.tree, err = parser.ParseBytes(text, 0); err != nil {
		return nil, doc.fromYAML(err)
	}
	if len(doc.tree.Docs) > 1 {
		return nil, Problems{{File: file, Text: "has more than one YAML document: write one"}}
	}
	if len(doc.tree.Docs) == 0 || doc.tree.Docs[0].Body == nil {
		return doc, nil // nothing but comments: the library would make everything zero
	}
	var wrong Problems
	switch body := doc.tree.Docs[0].Body; body.(type) {
	case *ast.CommentGroupNode, *ast.NullNode:
		return doc, nil
	case *ast.MappingNode, *ast.MappingValueNode:
		doc.check(body, reflect.TypeOf(into).Elem(), "", &wrong)
	default:
		pos := body.GetToken().Position
		return nil, Problems{{file, pos.Line, pos.Column, "is not a map of keys: write lines such as data: /var/lib/millrace"}}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		return nil, doc.fromYAML(err)
	}
	return doc, nil
}

// fromYAML gives an error of the YAML library its place.
func (d *document) fromYAML(err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		pos := at.GetToken().Position
		return Problems{{d.file, pos.Line, pos.Column, fmt.Sprintf("%s: %q", at.GetMessage(), at.GetToken().Value)}}
	}
	return Problems{{File: d.file, Text: err.Error()}}
}

// fromStages gives what Validate of the stages returned its places: the lines of err that begin with the key
// that they are about.
func (d *document) fromStages(err error) Problems {
	var ps Problems
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSuffix(line, "\n")
		p := Problem{Text: line}
		key, _, _ := strings.Cut(line, ":")
		root, _, _ := strings.Cut(strings.ReplaceAll(key, "[", "."), ".")
		if d != nil && d.keys[root] != nil { // others have a place of their own
			p.File = d.file
			p.Line, p.Column = d.place(key)
		}
		ps = append(ps, p)
	}
	return ps
}

// place finds a key such as listeners[0].address, or the nearest of its parents that the file has.
func (d *document) place(key string) (line, column int) {
	for key != "" && !strings.ContainsAny(key, " \"") {
		if path, err := yaml.PathString("$." + key); err == nil {
			if node, err := path.FilterFile(d.tree); err == nil && node != nil {
				pos := node.GetToken().Position
				return pos.Line, pos.Column
			}
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return 0, 0
}

// check reports keys that t has no field for, and values that its fields can't take.
func (d *document) check(node ast.Node, t reflect.Type, path string, wrong *Problems) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, entry := range n.Values {
			d.checkKey(entry, t, path, wrong)
		}
	case *ast.MappingValueNode:
		d.checkKey(n, t, path, wrong)
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for i, item := range n.Values {
				d.check(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i), wrong)
			}
		}
	case *ast.AnchorNode:
		d.check(n.Value, t, path, wrong)
	case *ast.AliasNode: // checked where its anchor is
	case *ast.NullNode: // as if the key were not there
	case ast.ScalarNode:
		err := yaml.NodeToValue(node, reflect.New(t).Interface())
		if _, fraction := node.(*ast.FloatNode); err != nil || fraction && t == reflect.TypeFor[int]() { // which would be cut off
			pos := node.GetToken().Position
			*wrong = append(*wrong, Problem{d.file, pos.Line, pos.Column, path + ": " + d.expected(node, t, err)})
		}
	}
}

// expected says what a value should have been.
func (d *document) expected(node ast.Node, t reflect.Type, err error) string {
	value := node.GetToken().Value
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return fmt.Sprintf("%q is not a duration: write a number with a unit, such as 5ms, 10s or 1h30m", value)
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("%q is not a list: write [%s]", value, value)
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return fmt.Sprintf("%q is not a map of keys: indent its keys below it", value)
	case t.Kind() == reflect.Bool:
		return fmt.Sprintf("%q is not a yes or no: write true or false", value)
	case t == reflect.TypeFor[zapcore.Level]():
		return fmt.Sprintf("%q is unknown: write debug, info, warn or error", value)
	case t == reflect.TypeFor[int]():
		return fmt.Sprintf("%q is not a whole number", value)
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64 && !strings.Contains(err.Error(), "size"):
		return fmt.Sprintf("%q is not a number that fits here", value)
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

func (d *document) checkKey(entry *ast.MappingValueNode, t reflect.Type, path string, wrong *Problems) {
	if _, merge := entry.Key.(*ast.MergeKeyNode); merge {
		d.check(entry.Value, t, path, wrong)
		return
	}
	name := entry.Key.GetToken().Value
	at := strings.TrimPrefix(path+"."+name, ".")
	switch t.Kind() {
	case reflect.Map:
		d.check(entry.Value, t.Elem(), at, wrong)
	case reflect.Struct:
		fields := fieldsOf(t)
		if field, ok := fields[name]; ok {
			d.check(entry.Value, field, at, wrong)
		} else if len(fields) > 0 { // others unmarshal themselves
			pos := entry.Key.GetToken().Position
			*wrong = append(*wrong, Problem{d.file, pos.Line, pos.Column, at + ": there is no such key; " + remedy(name, fields)})
		}
	}
}

// remedy says what could have been meant by name.
func remedy(name string, known map[string]reflect.Type) string {
	if near := suggest.Nearest(name, maps.Keys(known), 1); len(near) > 0 {
		return "did you mean " + near[0] + "?"
	}
	return "keys here are " + strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// fieldsOf are the keys of a struct, those of inlined structs included.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for k, v := range fieldsOf(f.Type) {
				fields[k] = v
			}
		case name != "" && name != "-":
			fields[name] = f.Type
		}
	}
	return fields
}

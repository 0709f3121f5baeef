package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
)

// node is a piece of a definition with the line it stands on.
type node struct {
	line   int
	value  any // string, int64, float64, bool or nil; unused when list or fields are set
	isMap  bool
	isList bool
	fields []pair // of a map, in the order written
	list   []*node
}

type pair struct {
	name string
	node *node
}

func (n *node) get(name string) *node {
	for i := range n.fields {
		if n.fields[i].name == name {
			return n.fields[i].node
		}
	}
	return nil
}

// text is a scalar as text, as Elasticsearch reads strings and numbers alike.
func (n *node) text() (string, bool) {
	switch v := n.value.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// parseNode reads a YAML or JSON document.
func parseNode(src []byte) (*node, error) {
	if trimmed := bytes.TrimLeft(src, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		if n, err := parseJSON(src); err == nil || bytes.HasSuffix(bytes.TrimSpace(src), []byte("}")) {
			return n, err
		}
	}
	f, err := yamlparser.ParseBytes(src, 0)
	if err != nil {
		return nil, err
	}
	for _, doc := range f.Docs {
		if doc.Body != nil {
			return (&yamlReader{anchors: map[string]*node{}}).read(doc.Body)
		}
	}
	return nil, errors.New("the file is empty")
}

type yamlReader struct{ anchors map[string]*node }

func (y *yamlReader) read(a ast.Node) (*node, error) {
	n := &node{line: a.GetToken().Position.Line}
	switch a := a.(type) {
	case *ast.MappingNode:
		n.isMap = true
		for _, v := range a.Values {
			if err := y.entry(n, v); err != nil {
				return nil, err
			}
		}
	case *ast.MappingValueNode:
		n.isMap = true
		return n, y.entry(n, a)
	case *ast.SequenceNode:
		n.isList = true
		for _, v := range a.Values {
			item, err := y.read(v)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, item)
		}
	case *ast.AnchorNode:
		v, err := y.read(a.Value)
		y.anchors[a.Name.String()] = v
		return v, err
	case *ast.AliasNode:
		v, ok := y.anchors[a.Value.String()]
		if !ok {
			return nil, fmt.Errorf("line %d: unknown alias %s", n.line, a.Value)
		}
		return v, nil
	case *ast.TagNode:
		return y.read(a.Value)
	case *ast.StringNode:
		n.value = a.Value
	case *ast.LiteralNode:
		n.value = a.Value.Value
	case *ast.IntegerNode:
		switch v := a.Value.(type) {
		case int64:
			n.value = v
		case uint64:
			n.value = int64(v)
		}
	case *ast.FloatNode:
		n.value = a.Value
	case *ast.BoolNode:
		n.value = a.Value
	case *ast.NullNode:
	default:
		return nil, fmt.Errorf("line %d: %s is not supported here", n.line, a.Type())
	}
	return n, nil
}

func (y *yamlReader) entry(n *node, v *ast.MappingValueNode) error {
	value, err := y.read(v.Value)
	if err != nil {
		return err
	}
	if _, merge := v.Key.(*ast.MergeKeyNode); merge {
		n.fields = append(n.fields, value.fields...)
		return nil
	}
	name := v.Key.GetToken().Value
	if s, ok := v.Key.(*ast.StringNode); ok {
		name = s.Value
	}
	n.fields = append(n.fields, pair{name, value})
	return nil
}

type jsonReader struct {
	src []byte
	dec *json.Decoder
}

func parseJSON(src []byte) (*node, error) {
	r := jsonReader{src, json.NewDecoder(bytes.NewReader(src))}
	r.dec.UseNumber()
	n, err := r.read()
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", r.line(), err)
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: text after the end of the definition", r.line())
	}
	return n, nil
}

func (r *jsonReader) line() int {
	return 1 + bytes.Count(r.src[:min(int(r.dec.InputOffset()), len(r.src))], []byte("\n"))
}

func (r *jsonReader) read() (*node, error) {
	t, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.line()}
	switch t := t.(type) {
	case json.Delim:
		n.isMap, n.isList = t == '{', t == '['
		for r.dec.More() {
			name := ""
			if n.isMap {
				key, err := r.dec.Token()
				if err != nil {
					return nil, err
				}
				name = key.(string)
			}
			v, err := r.read()
			if err != nil {
				return nil, err
			}
			if n.isMap {
				n.fields = append(n.fields, pair{name, v})
			} else {
				n.list = append(n.list, v)
			}
		}
		_, err = r.dec.Token()
	case json.Number:
		if i, err := t.Int64(); err == nil {
			n.value = i
		} else {
			n.value, _ = t.Float64()
		}
	default:
		n.value = t
	}
	return n, err
}

package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
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

// maxDepth bounds how deep a definition is nested, as Elasticsearch's readers do.
const maxDepth = 1000

var errNesting = fmt.Errorf("nested more than %d deep", maxDepth)

// beyond64 tells whole numbers beyond 64 bits.
func beyond64(digits string) bool {
	_, err := strconv.ParseInt(digits, 10, 64)
	return errors.Is(err, strconv.ErrRange)
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

type yamlReader struct {
	anchors map[string]*node
	depth   int
}

func (y *yamlReader) read(a ast.Node) (*node, error) {
	n := &node{line: a.GetToken().Position.Line}
	if y.depth++; y.depth > maxDepth {
		return nil, fmt.Errorf("line %d: %w", n.line, errNesting)
	}
	defer func() { y.depth-- }()
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
		if a.Token.Type == token.StringType && beyond64(a.Value) { // without quotes
			return nil, fmt.Errorf("line %d: %s has more than 64 bits: put it in quotes to have it as text", n.line, a.Value)
		}
		n.value = a.Value
	case *ast.LiteralNode:
		n.value = a.Value.Value
	case *ast.IntegerNode:
		switch v := a.Value.(type) {
		case int64:
			n.value = v
		case uint64:
			if v > math.MaxInt64 {
				return nil, fmt.Errorf("line %d: %d has more than 64 bits: put it in quotes to have it as text", n.line, v)
			}
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
	src   []byte
	dec   *json.Decoder
	depth int
}

func parseJSON(src []byte) (*node, error) {
	r := jsonReader{src: src, dec: json.NewDecoder(bytes.NewReader(src))}
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
		return n, r.items(n)
	case json.Number:
		if i, err := t.Int64(); err == nil {
			n.value = i
		} else if beyond64(t.String()) {
			return nil, fmt.Errorf("%s has more than 64 bits: put it in quotes to have it as text", t)
		} else {
			n.value, _ = t.Float64()
		}
	default:
		n.value = t
	}
	return n, nil
}

// items reads what a map or list holds, and its end.
func (r *jsonReader) items(n *node) error {
	if r.depth++; r.depth > maxDepth {
		return errNesting
	}
	defer func() { r.depth-- }()
	seen := map[string]bool{}
	for r.dec.More() {
		name := ""
		if n.isMap {
			key, err := r.dec.Token()
			if err != nil {
				return err
			}
			name = key.(string)
			if seen[name] {
				return fmt.Errorf("duplicate key [%s]", name)
			}
			seen[name] = true
		}
		v, err := r.read()
		if err != nil {
			return err
		}
		if n.isMap {
			n.fields = append(n.fields, pair{name, v})
		} else {
			n.list = append(n.list, v)
		}
	}
	_, err := r.dec.Token()
	return err
}

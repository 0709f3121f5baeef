// Package configdoc writes the configuration reference from the code: keys from struct tags, texts from
// the fields' comments, defaults from the default configuration. It reads source files and is no part of the binary.
package configdoc

import (
	"encoding"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"strings"
	"time"
)

const module = "github.com/millrace/millrace"

// Markdown writes the reference of a configuration struct. source is the root of the module.
func Markdown(source fs.FS, defaults any) (string, error) {
	g := &generator{source: source, comments: map[string]map[string]string{}}
	g.out.WriteString("| key | type | default | |\n|---|---|---|---|\n")
	if err := g.table(reflect.ValueOf(defaults), ""); err != nil {
		return "", err
	}
	return g.out.String(), nil
}

type generator struct {
	source   fs.FS
	comments map[string]map[string]string // package path → "Type.Field" → comment
	out      strings.Builder
}

func (g *generator) table(v reflect.Value, prefix string) error {
	t := v.Type()
	for f, value := range v.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if options == "inline" {
			if err := g.table(value, prefix); err != nil {
				return err
			}
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		comment, err := g.comment(t, f.Name)
		if err != nil {
			return err
		}
		if err := g.row(prefix+name, value, comment); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) row(key string, v reflect.Value, comment string) error {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isGroup(t) {
		fmt.Fprintf(&g.out, "| **`%s`** | | | %s |\n", key, comment)
		return g.table(orZero(v, t), key+".")
	}
	fmt.Fprintf(&g.out, "| `%s` | %s | %s | %s |\n", key, typeName(t), defaultText(v), comment)
	if (t.Kind() == reflect.Slice || t.Kind() == reflect.Map) && isGroup(t.Elem()) {
		suffix := "[]."
		if t.Kind() == reflect.Map {
			suffix = ".NAME."
		}
		return g.table(reflect.Zero(t.Elem()), key+suffix)
	}
	return nil
}

func orZero(v reflect.Value, t reflect.Type) reflect.Value {
	switch {
	case v.Kind() != reflect.Pointer:
		return v
	case v.IsNil():
		p := reflect.New(t)
		if d, ok := p.Interface().(interface{ SetDefaults() }); ok {
			d.SetDefaults()
		}
		return p.Elem()
	}
	return v.Elem()
}

// isGroup tells whether t is a struct with keys of its own, not a value that reads itself from text.
func isGroup(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func typeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t.Name() == "ByteSize":
		return "size"
	case t.Kind() == reflect.Slice && isGroup(t.Elem()):
		return "list of maps"
	case t.Kind() == reflect.Slice:
		return "list of " + typeName(t.Elem()) + "s"
	case t.Kind() == reflect.Map:
		return "map"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String, isText(t):
		return "text"
	}
	return "number"
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func defaultText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		if v.Len() > 0 && v.Kind() == reflect.Slice && !isGroup(v.Type().Elem()) {
			items := make([]string, v.Len())
			for i := range items {
				items[i] = fmt.Sprint(v.Index(i))
			}
			return "`[" + strings.Join(items, ", ") + "]`"
		}
		return ""
	case reflect.Pointer:
		return ""
	}
	if v.IsZero() && v.Kind() == reflect.String {
		return ""
	}
	return fmt.Sprintf("`%v`", v)
}

// comment is the doc comment of a field, on one line.
func (g *generator) comment(t reflect.Type, field string) (string, error) {
	if g.comments[t.PkgPath()] == nil {
		if err := g.load(t.PkgPath()); err != nil {
			return "", err
		}
	}
	text := g.comments[t.PkgPath()][t.Name()+"."+field]
	if text == "" {
		return "", fmt.Errorf("field %s of %s.%s has no comment", field, t.PkgPath(), t.Name())
	}
	text = strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
	return capitalised(strings.TrimPrefix(strings.TrimPrefix(text, field+" is "), field+" ")), nil
}

func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (g *generator) load(pkg string) error {
	dir := strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/")
	files, err := fs.Glob(g.source, path.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	found := map[string]string{}
	for _, name := range files {
		text, err := fs.ReadFile(g.source, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if st, ok := spec.Type.(*ast.StructType); ok {
				addFields(found, spec.Name.Name, st)
			}
			return true
		})
	}
	g.comments[pkg] = found
	return nil
}

func addFields(found map[string]string, typeName string, st *ast.StructType) {
	for _, f := range st.Fields.List {
		text := f.Doc.Text()
		if text == "" {
			text = f.Comment.Text()
		}
		for _, name := range f.Names {
			found[typeName+"."+name.Name] = text
		}
	}
}

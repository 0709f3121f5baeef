package painless

import "strings"

// Writes are the paths of the document that the script may change. ok is false unless it does nothing but assign
// constants, texts and new containers of these to fields: then it may change anything, and a container may be in two
// places behind it.
func (s *Script) Writes() (paths []string, ok bool) { return s.p.writes, s.p.assigns }

// assigned finds out what a script writes that only assigns.
type assigned struct {
	lib   *lib
	paths []string
}

func (a *assigned) stmt(s stmt) bool {
	switch s := s.(type) {
	case nil:
		return true
	case *block:
		return a.list(s.list)
	case *ifStmt:
		return a.reads(s.cond) && a.stmt(s.yes) && a.stmt(s.no)
	case *returnStmt:
		return s.x == nil
	case *exprStmt:
		x, ok := s.x.(*assignExpr)
		if !ok || x.op != "" {
			return false
		}
		path, ok := a.path(x.to)
		a.paths = append(a.paths, strings.TrimPrefix(path, "."))
		return ok && path != "" && !isMetadata(path[1:]) && a.makes(x.x)
	}
	return false
}

func (a *assigned) list(list []stmt) bool {
	for _, s := range list {
		if !a.stmt(s) {
			return false
		}
	}
	return true
}

// path is that of ctx.a.b, with a dot before each name.
func (a *assigned) path(x expr) (path string, ok bool) {
	switch x := x.(type) {
	case *nameExpr:
		return "", x.name == "ctx"
	case *fieldExpr:
		path, ok = a.path(x.x)
		return path + "." + x.name, ok && a.lib.mapT.getters[x.name] == nil
	case *indexExpr:
		lit, isLiteral := x.i.(*literal)
		if !isLiteral || lit.tok.kind != tokString || strings.Contains(lit.tok.text, ".") {
			return "", false
		}
		path, ok = a.path(x.x)
		return path + "." + lit.tok.text, ok
	}
	return "", false
}

// makes tells whether the value of x is a scalar or new.
func (a *assigned) makes(x expr) bool {
	switch x := x.(type) {
	case *literal:
		return true
	case *listLit:
		return a.all(x.items, a.makes)
	case *mapLit:
		return a.all(x.keys, a.makes) && a.all(x.values, a.makes)
	case *ternaryExpr:
		return a.reads(x.cond) && a.makes(x.yes) && a.makes(x.no)
	case *binaryExpr:
		return a.reads(x) && x.op != "?:"
	}
	return false
}

// readers are methods that change nothing, of whatever they are called.
var readers = map[string]bool{
	"contains": true, "containsKey": true, "startsWith": true, "endsWith": true, "equals": true, "equalsIgnoreCase": true,
	"isEmpty": true, "length": true, "size": true, "indexOf": true, "toLowerCase": true, "toUpperCase": true,
}

// reads tells whether x changes nothing.
func (a *assigned) reads(x expr) bool {
	switch x := x.(type) {
	case *literal, *nameExpr:
		return true
	case *unaryExpr:
		return a.reads(x.x)
	case *binaryExpr:
		return a.reads(x.x) && a.reads(x.y)
	case *instanceExpr:
		return a.reads(x.x)
	case *ternaryExpr:
		return a.reads(x.cond) && a.reads(x.yes) && a.reads(x.no)
	case *fieldExpr:
		return a.reads(x.x)
	case *indexExpr:
		return a.reads(x.x) && a.reads(x.i)
	case *listLit:
		return a.all(x.items, a.reads)
	case *callExpr:
		return readers[x.name] && a.reads(x.x) && a.all(x.args, a.reads)
	}
	return false
}

func (a *assigned) all(list []expr, is func(expr) bool) bool {
	for _, x := range list {
		if !is(x) {
			return false
		}
	}
	return true
}

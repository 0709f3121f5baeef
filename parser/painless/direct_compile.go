package painless

import (
	"math"
	"strconv"

	"github.com/millrace/millrace/event"
)

// direct compiles what it can into checks; parts that it cannot are always unsure.
func (cp *compiler) direct(x expr) direct {
	b := &directBuilder{cp: cp, direct: direct{fields: cp.fields}}
	b.start = b.rest(x, isYes, isNo)
	b.link()
	return b.direct
}

// directBuilder compiles a condition from its end to its beginning, so that it is known where a check goes on.
type directBuilder struct {
	cp *compiler
	direct
}

func (b *directBuilder) add(k check) (jump, bool) {
	b.checks = append(b.checks, k)
	return jump(len(b.checks) - 1), true
}

// decide compiles x, which goes on at one of two places, and returns where it begins.
func (b *directBuilder) decide(x expr, yes, no jump) (start jump, ok bool) {
	switch x := x.(type) {
	case *literal:
		if x.tok.keyword("true") {
			return yes, true
		}
		return no, x.tok.keyword("false")
	case *unaryExpr:
		if x.op == "!" {
			return b.decide(x.x, no, yes)
		}
	case *binaryExpr:
		switch x.op {
		case "&&":
			return b.decide(x.x, b.rest(x.y, yes, no), no)
		case "||":
			return b.decide(x.x, yes, b.rest(x.y, yes, no))
		case "==":
			return b.equality(x, yes, no)
		case "!=":
			return b.equality(x, no, yes)
		case "<", "<=", ">", ">=":
			return b.order(x, yes, no)
		}
	case *instanceExpr:
		return b.instance(x, yes, no)
	case *callExpr:
		return b.call(x, yes, no)
	}
	return 0, false
}

// rest compiles what comes last, such as the second operand of && and ||. The first one comes before it: it may throw.
func (b *directBuilder) rest(x expr, yes, no jump) jump {
	if start, ok := b.decide(x, yes, no); ok {
		return start
	}
	return isUnsure
}

// path is the check of the field that x is, if it is one such as ctx.a?.b.
func (cp *compiler) path(x expr) (k check, ok bool) {
	switch x := x.(type) {
	case *nameExpr:
		return check{at: wholeDoc}, x.name == "ctx"
	case *fieldExpr:
		if cp.lib.mapT.getters[x.name] != nil {
			return check{}, false
		}
		to := toEntry
		if x.name == "length" {
			to = toLength
		}
		return cp.pathStep(x.x, x.name, x.nullSafe, to)
	case *indexExpr:
		lit, isLiteral := x.i.(*literal)
		if !isLiteral || lit.tok.kind != tokString {
			return check{}, false
		}
		return cp.pathStep(x.x, lit.tok.text, false, toEntry)
	case *callExpr:
		if to := sizes[x.name]; to != toEntry && len(x.args) == 0 {
			return cp.pathStep(x.x, x.name, x.nullSafe, to)
		}
	}
	return check{}, false
}

// sizes are methods without arguments that give one.
var sizes = map[string]stepTo{"size": toSize, "length": toChars}

func (cp *compiler) pathStep(from expr, name string, nullSafe bool, to stepTo) (k check, ok bool) {
	k, ok = cp.path(from)
	if !ok || k.at == wholeDoc && (isMetadata(name) || to > toLength) {
		return check{}, false
	}
	if !nullSafe && k.at != wholeDoc {
		k.within = append(k.within, k.at)
	}
	k.at = cp.fields.add(fieldStep{k.at, event.Intern(name), to})
	return k, true
}

func (b *directBuilder) equality(x *binaryExpr, yes, no jump) (jump, bool) {
	field, constant := x.x, x.y
	if _, ok := field.(*literal); ok {
		field, constant = constant, field
	}
	lit, ok := constant.(*literal)
	if !ok {
		return 0, false
	}
	isBool := lit.tok.keyword("true") || lit.tok.keyword("false")
	k, isField := b.cp.path(field)
	if !isField {
		if call, ok := field.(*callExpr); ok && isBool {
			return b.truth(call, lit.tok.text == "true", yes, no)
		}
		return 0, false
	}
	k.yes, k.no = yes, no
	switch n, isNumber := smallNumber(lit); {
	case lit.tok.kind == tokString:
		k.ask, k.text = asksText, []byte(lit.tok.text)
	case lit.tok.keyword("null"):
		k.ask = asksNull
	case isBool:
		k.ask = asksBool
		if lit.tok.text == "true" {
			k.low = 1
		}
	case isNumber:
		k.ask, k.low = asksNumber, n
	default:
		return 0, false
	}
	return b.add(k)
}

// truth is x == true or x == false; null, as x?.startsWith('a') may be, is neither.
func (b *directBuilder) truth(x *callExpr, want bool, yes, no jump) (start jump, ok bool) {
	if want {
		start, ok = b.call(x, yes, no)
	} else {
		start, ok = b.call(x, no, yes)
	}
	if k, isField := b.cp.path(x.x); ok && isField && x.nullSafe {
		k.ask, k.yes, k.no = asksNull, no, start
		return b.add(k)
	}
	return start, ok
}

// smallNumber reads a decimal int.
func smallNumber(x expr) (int64, bool) {
	lit, ok := x.(*literal)
	if !ok || lit.tok.kind != tokInt || len(lit.tok.text) > 1 && lit.tok.text[0] == '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(lit.tok.text, 10, 32)
	return n, err == nil
}

// order compares a field with a whole number.
func (b *directBuilder) order(x *binaryExpr, yes, no jump) (jump, bool) {
	k, ok := b.cp.path(x.x)
	n, isNumber := smallNumber(x.y)
	if !ok || !isNumber {
		return 0, false
	}
	k.ask, k.yes, k.no, k.low, k.high = asksRange, yes, no, math.MinInt64, n
	switch x.op {
	case "<":
		k.high--
	case ">":
		k.low, k.high = n+1, math.MaxInt64
	case ">=":
		k.low, k.high = n, math.MaxInt64
	}
	return b.add(k)
}

func (b *directBuilder) instance(x *instanceExpr, yes, no jump) (jump, bool) {
	k, ok := b.cp.path(x.x)
	want, known := map[string]event.Kind{"String": event.String, "List": event.List, "Map": event.Map}[x.t.name]
	if !ok || !known || x.t.dims > 0 {
		return 0, false
	}
	k.ask, k.yes, k.no, k.kind = asksKind, yes, no, want
	return b.add(k)
}

// call compiles methods of texts, lists and maps with a constant argument. They are unsure of null.
func (b *directBuilder) call(x *callExpr, yes, no jump) (jump, bool) {
	if list, ok := x.x.(*listLit); ok {
		return b.member(x, list, yes, no)
	}
	k, ok := b.cp.path(x.x)
	if !ok || len(x.args) > 1 {
		return 0, false
	}
	arg := ""
	if len(x.args) == 1 {
		lit, ok := x.args[0].(*literal)
		if !ok || lit.tok.kind != tokString {
			return 0, false
		}
		arg = lit.tok.text
	}
	k.yes, k.no, k.text = yes, no, []byte(arg)
	switch methodKey(x.name, len(x.args)) {
	case methodKey("startsWith", 1):
		k.ask = asksPrefix
	case methodKey("endsWith", 1):
		k.ask = asksSuffix
	case methodKey("equals", 1):
		k.ask = asksEquals
	case methodKey("contains", 1):
		k.ask = asksContains
	case methodKey("containsKey", 1):
		k.ask, k.name = asksKey, event.Intern(arg)
	case methodKey("isEmpty", 0):
		k.ask = asksEmpty
	default:
		return 0, false
	}
	return b.add(k)
}

// manyMembers are looked for by hash.
const manyMembers = 8

// member is ['a', 'b'].contains(ctx.c).
func (b *directBuilder) member(x *callExpr, list *listLit, yes, no jump) (jump, bool) {
	if x.name != "contains" || len(x.args) != 1 {
		return 0, false
	}
	k, ok := b.cp.path(x.args[0])
	if !ok || k.at == wholeDoc {
		return 0, false
	}
	m := &members{}
	for _, item := range list.items {
		lit, ok := item.(*literal)
		switch {
		case ok && lit.tok.kind == tokString:
			m.few = append(m.few, lit.tok.text)
		case ok && lit.tok.keyword("null"):
			m.null = true
		default:
			return 0, false
		}
	}
	if len(m.few) > manyMembers {
		m.all = map[string]struct{}{}
		for _, s := range m.few {
			m.all[s] = struct{}{}
		}
	}
	k.ask, k.yes, k.no, k.among = asksMember, yes, no, m
	return b.add(k)
}

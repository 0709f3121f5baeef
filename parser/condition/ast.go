package condition

import "github.com/millrace/millrace/event"

// expr is a node of the tree.
type expr interface{ pos() position }

type position struct{ line, column int }

func (p position) pos() position { return p }

type (
	literal struct { // null, true, 1, 2.5
		position
		value event.Value
	}
	text struct { // 'a'
		position
		value string
	}
	variable struct { // ctx
		position
		name string
	}
	access struct { // a.b, a?.b, a['b'], a[0]
		position
		of       expr
		name     string // of a field; "" for an index
		index    expr
		nullSafe bool
	}
	call struct { // a.b(c)
		position
		of       expr
		name     string
		args     []expr
		nullSafe bool
	}
	unary struct { // !a, -a
		position
		op string
		of expr
	}
	binary struct { // a + b, a && b, a ?: b
		position
		op          string
		left, right expr
	}
	conditional struct { // a ? b : c
		position
		cond, then, otherwise expr
	}
	typeTest struct { // a instanceof List
		position
		of  expr
		typ string
	}
	regex struct { // /a/i
		position
		source, flags string
	}
	listLiteral struct { // [a, b]
		position
		items []expr
	}
	mapLiteral struct { // ['a': b]
		position
		keys, values []expr
	}
)

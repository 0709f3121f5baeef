package painless

// Syntax trees. Every node knows its byte offset, from which errors get line and column.

type node struct{ at int }

func (n node) pos() int { return n.at }

type expr interface{ pos() int }

type (
	literal struct { // number, string, true, false, null
		node
		tok token
	}
	regexLit struct {
		node
		pattern, flags string
	}
	nameExpr struct {
		node
		name string
	}
	unaryExpr struct { // + - ! ~
		node
		op string
		x  expr
	}
	stepExpr struct { // ++x x++ --x x--
		node
		op     string
		prefix bool
		x      expr
	}
	binaryExpr struct {
		node
		op   string
		x, y expr
	}
	instanceExpr struct {
		node
		x expr
		t typeName
	}
	ternaryExpr struct {
		node
		cond, yes, no expr
	}
	assignExpr struct { // op is "" for plain assignment, else the operator before the =
		node
		op string
		to expr
		x  expr
	}
	castExpr struct {
		node
		t typeName
		x expr
	}
	fieldExpr struct { // x.name
		node
		x        expr
		name     string
		nullSafe bool
	}
	indexExpr struct { // x[i]
		node
		x, i expr
	}
	callExpr struct { // x.name(args)
		node
		x        expr
		name     string
		args     []expr
		nullSafe bool
	}
	funcCall struct { // name(args), a function of the script
		node
		name string
		args []expr
	}
	newExpr struct {
		node
		t    typeName
		args []expr
	}
	newArray struct { // new T[n][m] or new T[]{...}
		node
		t     typeName // of the elements
		sizes []expr
		items []expr // when sizes is nil
	}
	listLit struct {
		node
		items []expr
	}
	mapLit struct {
		node
		keys, values []expr
	}
	lambdaExpr struct {
		node
		params []param
		body   *block // or
		x      expr
	}
	refExpr struct { // T::name, T::new, this::name
		node
		t    typeName
		name string
	}
)

type typeName struct {
	node
	name string // with dots, as written
	dims int
}

type param struct {
	t    typeName // no name when left out
	name string
	at   int
}

type stmt interface{ pos() int }

type (
	block struct {
		node
		list []stmt
	}
	declStmt struct {
		node
		t     typeName
		names []token
		inits []expr // nil where there is none
	}
	exprStmt struct {
		node
		x expr
	}
	ifStmt struct {
		node
		cond    expr
		yes, no stmt // no may be nil
	}
	loopStmt struct { // while, for, do
		node
		init        stmt // may be nil
		cond, after expr // may be nil
		body        stmt // may be nil
		bodyFirst   bool // do … while
	}
	eachStmt struct {
		node
		t    typeName // "def" when left out
		name token
		x    expr
		body stmt
	}
	jumpStmt struct { // break, continue
		node
		word string
	}
	returnStmt struct {
		node
		x expr // may be nil
	}
	throwStmt struct {
		node
		x expr
	}
	tryStmt struct {
		node
		body  *block
		traps []trap
	}
	trap struct {
		t    typeName
		name string
		at   int
		body *block
	}
	funcDecl struct {
		node
		ret    typeName
		name   string
		params []param
		body   *block
	}
)

type source struct {
	funcs []*funcDecl
	body  *block
}

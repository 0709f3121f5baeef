package painless

// kind is the kind of a token. Operators and punctuation have their own text as identity.
type tokenKind uint8

const (
	tokEOF     tokenKind = iota
	tokIdent             // a name that is no keyword, or any name after a dot
	tokKeyword           // text says which
	tokOp                // operator or punctuation, text says which
	tokInt               // text has the suffix, if any
	tokDecimal
	tokString // text is the value
	tokRegex  // text is the pattern, flags its flags
)

type token struct {
	kind  tokenKind
	text  string
	flags string
	pos   int
}

func (t token) is(op string) bool     { return t.kind == tokOp && t.text == op }
func (t token) keyword(w string) bool { return t.kind == tokKeyword && t.text == w }

// describe is the token as error messages name it.
func (t token) describe() string {
	if t.kind == tokEOF {
		return "end of script"
	}
	return "[" + t.text + "]"
}

var keywords = map[string]bool{
	"if": true, "else": true, "while": true, "do": true, "for": true, "in": true, "continue": true, "break": true,
	"return": true, "new": true, "try": true, "catch": true, "throw": true, "this": true, "instanceof": true,
	"true": true, "false": true, "null": true, "def": true, "boolean": true, "byte": true, "short": true,
	"char": true, "int": true, "long": true, "float": true, "double": true, "void": true,
}

var primitiveNames = map[string]bool{
	"boolean": true, "byte": true, "short": true, "char": true, "int": true, "long": true, "float": true,
	"double": true, "void": true, "def": true,
}

// operators, longest first for each first byte.
var operators = []string{
	">>>=", "===", "!==", "==~", ">>>", "<<=", ">>=",
	"?.", "?:", "=~", "==", "!=", "<=", ">=", "&&", "||", "++", "--", "->", "::", "+=", "-=", "*=", "/=", "%=",
	"&=", "^=", "|=", "<<", ">>",
	"{", "}", "[", "]", "(", ")", ".", ",", ";", "!", "~", "*", "/", "%", "+", "-", "<", ">", "&", "^", "|", "?", ":", "=",
}

// Package condition compiles the expressions of `if` in ingest pipelines: the part of Elasticsearch's
// script language, Painless, that conditions are written in. They are parsed once, into a tree and from
// that into closures over the event arena; what is not supported is an error then, with line and column.
//
// The stages are apart so that the language can grow: lex.go cuts the source into tokens, parse.go
// makes the tree (ast.go), compile.go turns each kind of node into a closure, methods.go has the
// methods by name and type of receiver. Numbers follow Java: int and long overflow, and divide as integers.
package condition

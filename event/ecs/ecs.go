// Package ecs is the table of the fields that documents have: the part of the Elastic Common Schema 8
// that logs use, and a few names of our own. The index templates are made from it, the query language
// asks it how a field is searched, and the embedded index follows it, so that both indices answer alike.
//
// It is data: nothing is read from or written to documents here.
package ecs

import "strings"

// Type says how a field is indexed and searched.
type Type uint8

// Types of fields.
const (
	Keyword   Type = iota + 1 // as it is, case included
	Text                      // by its words
	IP                        // an address; networks match too
	Long                      // an integer
	Date                      // RFC 3339, ms
	Bool                      // true or false
	Geo                       // a point; on maps only
	Flattened                 // an object whose leaves are keywords, whatever a sender puts there
	Stored                    // kept in the document, not searchable
)

// MaxKeyword is the length in characters beyond which a keyword is kept but not searchable.
const MaxKeyword = 1024

// Field is one field by its full name.
type Field struct {
	Name string
	Type Type
}

// Aliases are Logstash's old names for fields. They can be searched for, not written.
var Aliases = []struct{ Name, Field string }{
	{"coll", "observer.hostname"},
	{"logsource", "host.hostname"},
	{"pid", "process.pid"},
	{"program", "process.name"},
}

// Fields is the table, in no particular order. It is not to be changed.
var Fields = table()

var byName = func() map[string]Type {
	m := make(map[string]Type, len(Fields))
	for _, f := range Fields {
		m[f.Name] = f.Type
	}
	for _, a := range Aliases {
		m[a.Name] = m[a.Field]
	}
	return m
}()

// Resolve returns the name that a field has in documents: that of its target for an alias, else its own.
func Resolve(name string) string {
	for _, a := range Aliases {
		if a.Name == name {
			return a.Field
		}
	}
	return name
}

// TypeOf returns how a field is indexed. What the table does not have is a keyword, below a flattened
// field as well as anywhere else; known tells the former from a name that nobody knows.
func TypeOf(name string) (t Type, known bool) {
	if t, ok := byName[name]; ok {
		return t, true
	}
	for i := strings.LastIndexByte(name, '.'); i > 0; i = strings.LastIndexByte(name[:i], '.') {
		if byName[name[:i]] == Flattened {
			return Keyword, true
		}
	}
	return Keyword, false
}

// IsObject reports whether name has fields below it.
func IsObject(name string) bool {
	for _, f := range Fields {
		if strings.HasPrefix(f.Name, name) && len(f.Name) > len(name) && f.Name[len(name)] == '.' {
			return true
		}
	}
	return false
}

package event

// Names that no line or pipeline may give a document at its root: those of metadata, Logstash's, which are aliases in
// the index (the parser moves their values), and that of what the parser itself says of a line. Symbols say of themselves whether they are one, so that a document without is told at once.

// IsMetadata tells names that Elasticsearch accepts in no document.
func IsMetadata(name []byte) bool {
	switch string(name) {
	case "_id", "_index", "_routing", "_source", "_type", "_version", "_version_type", "_seq_no", "_if_seq_no",
		"_primary_term", "_if_primary_term", "_field_names", "_ignored", "_nested_path", "_tier", "_dynamic_templates":
		return true
	}
	return false
}

func isReserved(name string) bool {
	switch name {
	case "logsource", "program", "pid", "coll", "millrace":
		return true
	}
	return IsMetadata([]byte(name))
}

// MayHaveReserved tells whether there can be such names in m: there are none when it says no.
func (ev *Event) MayHaveReserved(m Value) bool {
	o := &ev.objects[m.bits]
	return o.seen&reservedKey != 0 || o.is(byText)
}

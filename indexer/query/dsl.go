package query

import (
	"encoding/json"
	"net/netip"
)

type object = map[string]any

// DSL is the query as Elasticsearch takes it.
func (q *Query) DSL() json.RawMessage {
	text, err := json.Marshal(q.root.dsl())
	if err != nil {
		panic("query: " + err.Error()) // made of text and numbers only
	}
	return text
}

func dslOf(nodes []node) []object {
	list := make([]object, len(nodes))
	for i, n := range nodes {
		list[i] = n.dsl()
	}
	return list
}

func (all) dsl() object   { return object{"match_all": object{}} }
func (n and) dsl() object { return object{"bool": object{"filter": dslOf(n)}} }
func (n not) dsl() object { return object{"bool": object{"must_not": n.node.dsl()}} }
func (n or) dsl() object {
	return object{"bool": object{"should": dslOf(n), "minimum_should_match": 1}}
}

func (n exists) dsl() object { return object{"exists": object{"field": n.field}} }
func (n exact) dsl() object  { return object{"term": object{n.field: object{"value": n.value}}} }

func (n wildcard) dsl() object {
	// What is simple is said simply: not all kinds of fields take patterns.
	if w := n.pattern.wildcards; len(w) == 1 && w[0] == '*' && n.pattern.texts[1] == "" {
		return object{"prefix": object{n.field: object{"value": n.pattern.texts[0]}}}
	}
	return object{"wildcard": object{n.field: object{"value": n.pattern.String()}}}
}

func (n wordLike) dsl() object { return wildcard(n).dsl() }

func (n phrase) dsl() object {
	text := n.words[0]
	for _, w := range n.words[1:] {
		text += " " + w
	}
	return object{"match_phrase": object{n.field: object{"query": text}}}
}

// dsl has both ends, as Elasticsearch wants them below flattened objects: all texts are between these.
func (n keywordRange) dsl() object {
	return object{"range": object{n.field: n.ends(object{"gte": "", "lte": "\U0010FFFF"})}}
}

func (n unsureRange) dsl() object { return object{"range": object{n.field: n.ends(object{})}} }

// ends puts the ends that are given in place of those that are open.
func (n keywordRange) ends(ends object) object {
	if n.lo != nil {
		delete(ends, "gte")
		ends[map[bool]string{true: "gte", false: "gt"}[n.lo.inclusive]] = n.lo.value
	}
	if n.hi != nil {
		delete(ends, "lte")
		ends[map[bool]string{true: "lte", false: "lt"}[n.hi.inclusive]] = n.hi.value
	}
	return ends
}

func (n longRange) dsl() object {
	if n.from == n.to {
		return object{"term": object{n.field: object{"value": n.from}}}
	}
	return object{"range": object{n.field: object{"gte": n.from, "lte": n.to}}}
}

func (n addrRange) dsl() object {
	if n.from == n.to {
		return object{"term": object{n.field: object{"value": n.from.String()}}}
	}
	if n.from.Compare(n.to) > 0 {
		return object{"match_none": object{}}
	}
	return object{"range": object{n.field: object{"gte": n.from.String(), "lte": n.to.String()}}}
}

func (n dateRange) dsl() object {
	ends := object{"format": "epoch_millis"}
	if n.from != minMillis {
		ends["gte"] = n.from
	}
	if n.to != maxMillis {
		ends["lt"] = n.to
	}
	return object{"range": object{n.field: ends}}
}

// mapped is the address in the 16 bytes that both families are ordered in.
func mapped(a netip.Addr) [16]byte { return a.As16() }

package query

import (
	"net/netip"
	"slices"
	"time"
)

// Query is a parsed query. It is immutable and safe for concurrent use.
type Query struct {
	root    node
	unknown []string
}

// All finds every document.
func All() *Query { return &Query{root: all{}} }

// Unknown are the names of fields in the query that are not in the table of fields: fields of the user's
// own, or slips.
func (q *Query) Unknown() []string { return slices.Clone(q.unknown) }

// And finds what both q and other find.
func (q *Query) And(other *Query) *Query {
	return &Query{root: and{q.root, other.root}, unknown: append(q.Unknown(), other.unknown...)}
}

// Between finds documents with a @timestamp from since to before until; a zero time leaves an end open.
func Between(since, until time.Time) *Query {
	r := dateRange{field: "@timestamp", from: minMillis, to: maxMillis}
	if !since.IsZero() {
		r.from = ceilMillis(since)
	}
	if !until.IsZero() {
		r.to = ceilMillis(until)
	}
	if r.from == minMillis && r.to == maxMillis {
		return All()
	}
	return &Query{root: r}
}

// Host finds documents of a host, by its name or by an address.
func Host(name string) *Query {
	host := or{
		exact{"host.hostname", name}, exact{"host.name", name}, exact{"log.syslog.hostname", name},
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		for _, field := range []string{"host.ip", "log.source.ip"} {
			host = append(host, addrRange{field, addr.Unmap(), addr.Unmap()})
		}
	}
	return &Query{root: host}
}

// node is one part of a query. Every kind knows how to say itself in each index's way.
type node interface {
	dsl() object
	matches(d *Doc) bool
	candidates() string // of package-level candidates: "" for any document
}

type (
	all struct{}
	and []node
	or  []node
	not struct{ node }
	// exists has any value that is indexed, in the field or below it.
	exists struct{ field string }
	// exact is a keyword with this value; of a flattened field, any value in it.
	exact struct{ field, value string }
	// wildcard is a keyword of this pattern.
	wildcard struct {
		field   string
		pattern pattern
	}
	// phrase has these words next to each other.
	phrase struct {
		field string
		words []string
	}
	// wordLike has a word of this pattern, in lower case.
	wordLike struct {
		field   string
		pattern pattern
	}
	// keywordRange compares bytes.
	keywordRange struct {
		field  string
		lo, hi *bound
	}
	// longRange includes both ends.
	longRange struct {
		field    string
		from, to int64
	}
	// addrRange includes both ends. IPv4 addresses are unmapped.
	addrRange struct {
		field    string
		from, to netip.Addr
	}
	// dateRange is in ms since the epoch, without its end.
	dateRange struct {
		field    string
		from, to int64
	}
	// unsure is of a field that is in no table: a number if the index made it one, else a keyword.
	unsureRange struct {
		keywordRange
	}
)

// bound is an end of a range.
type bound struct {
	value     string
	inclusive bool
}

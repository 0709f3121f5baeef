package pipeline

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/geoip"
)

// geoipTable has what one worker has found in a database for one processor, ready to be put into events:
// the addresses of a log are few, and the same ones come again and again. It is bounded, and made anew when
// the database is another one.
type geoipTable struct {
	db         *geoip.Database // nil: there is none
	generation uint64
	properties []*geoipProperty
	perAddress bool // no two addresses have the same properties
	records    geoip.Cache
	places     map[*geoip.Record]*place
	recent     [recentAddresses]recentAddress // by hash of the address as it was written
	scratch    *event.Event
}

const (
	recentAddresses = 2048 // a power of two
	maxAddress      = 39   // of the longest address without a zone
	maxPlaces       = 4096
)

// recentAddress fills a cache line.
type recentAddress struct {
	text   [maxAddress]byte
	len    uint8    // 0: none
	places []*place // of the processor and of its others; none at all when all of them are nil
}

// place is what a processor writes for an address.
type place struct {
	value   event.JSON
	renamed event.JSON // the same behind the processor's renames
	renames bool       // renamed is set: they had nothing to complain of
}

// newTable is empty. A database that came later, and lacks a property that the processor asks for, is not used.
func (p *geoipProcessor) newTable(db *geoip.Database, generation uint64) *geoipTable {
	t := &geoipTable{generation: generation, places: map[*geoip.Record]*place{}, scratch: event.New()}
	properties, err := p.propertiesOf(db)
	if db == nil || err != nil {
		return t
	}
	t.db, t.properties = db, properties
	t.perAddress = slices.ContainsFunc(properties, func(property *geoipProperty) bool { return property.perAddress })
	return t
}

// lookup is what the databases of the processor and of its others have on the address v.
func (p *geoipProcessor) lookup(r *Runner, t *geoipTable, v event.Value) ([]*place, error) {
	text := r.ev.Bytes(v)
	slot := &t.recent[addressHash(text)%recentAddresses]
	if len(text) > 0 && string(slot.text[:slot.len]) == string(text) {
		return slot.places, nil
	}
	addr, err := parseIP(view(text))
	if err != nil {
		return nil, err
	}
	places, err := p.places(r, t, addr)
	if err == nil && len(text) <= maxAddress {
		slot.places, slot.len = places, uint8(copy(slot.text[:], text))
	}
	return places, err
}

func addressHash(text []byte) uint32 {
	var a, b uint64
	if n := len(text); n >= 8 {
		a, b = binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[n-8:])
	} else {
		for _, c := range text {
			a = a<<8 | uint64(c)
		}
	}
	h := (a ^ b>>29 ^ b<<35) * 0x9E3779B97F4A7C15
	return uint32(h >> 40)
}

// places are those of an address that the table does not have.
func (p *geoipProcessor) places(r *Runner, t *geoipTable, addr netip.Addr) ([]*place, error) {
	first, err := p.place(r, t, addr)
	if err != nil {
		return nil, err
	}
	places, any := []*place{first}, first != nil
	for _, other := range p.others {
		var at *place
		if t := other.table(r); t.db != nil {
			if at, err = other.place(r, t, addr); err != nil {
				return nil, err
			}
		}
		places, any = append(places, at), any || at != nil
	}
	if !any {
		return nil, nil
	}
	return places, nil
}

// place is what the database has on an address, nil when it has nothing.
func (p *geoipProcessor) place(r *Runner, t *geoipTable, addr netip.Addr) (*place, error) {
	rec, err := t.records.Lookup(t.db, addr)
	switch {
	case err != nil || rec == nil:
		return nil, err
	case t.perAddress:
		return p.describe(r, t, rec, addr)
	}
	found, ok := t.places[rec]
	if !ok {
		if found, err = p.describe(r, t, rec, addr); err != nil {
			return nil, err
		}
		if len(t.places) >= maxPlaces {
			clear(t.places)
		}
		t.places[rec] = found
	}
	return found, nil
}

// describe renders what the processor, and the renames behind it, make of a record.
func (p *geoipProcessor) describe(r *Runner, t *geoipTable, rec *geoip.Record, addr netip.Addr) (*place, error) {
	ev := t.scratch
	ev.Reset()
	m := ev.NewMap()
	at := located{ev: ev, table: t, rec: rec, addr: addr}
	for _, property := range t.properties {
		if v := property.value(&at); v.Kind() != event.Missing {
			ev.Put(m, property.name, v)
		}
	}
	if ev.Len(m) == 0 {
		return nil, nil
	}
	value, err := ev.Freeze(m)
	if err != nil || len(p.renames) == 0 || ev.Set(p.target, m) != nil {
		return &place{value: value}, err
	}
	outer := r.ev
	r.ev = ev
	defer func() { r.ev = outer }()
	for _, rename := range p.renames {
		if rename.follow(r) != nil { // it is to fail on the event itself, then
			return &place{value: value}, nil
		}
	}
	renamed, err := ev.Freeze(ev.Get(p.target))
	return &place{value: value, renamed: renamed, renames: err == nil}, nil
}

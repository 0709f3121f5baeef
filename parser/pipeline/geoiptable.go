package pipeline

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

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

type recentAddress struct {
	text  [maxAddress]byte
	len   uint8 // 0: none
	place *place
}

// place is what a processor writes for an address.
type place struct {
	value   event.JSON
	renamed event.JSON // the same behind the processor's renames
	renames bool       // renamed is set: they had nothing to complain of
	nothing bool       // there is none
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

// lookup is what the database has on the address v, nil when it has nothing.
func (p *geoipProcessor) lookup(r *Runner, t *geoipTable, v event.Value) (*place, error) {
	text := r.ev.Bytes(v)
	slot := &t.recent[addressHash(text)%recentAddresses]
	found := slot.place
	if len(text) == 0 || string(slot.text[:slot.len]) != string(text) {
		addr, err := parseIP(view(text))
		if err != nil {
			return nil, err
		}
		if found, err = p.place(r, t, addr); err != nil {
			return nil, err
		}
		if len(text) <= maxAddress {
			slot.place, slot.len = found, uint8(copy(slot.text[:], text))
		}
	}
	if found.nothing {
		return nil, nil
	}
	return found, nil
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

var nowhere = &place{nothing: true}

// place is what the database has on an address that the table does not have.
func (p *geoipProcessor) place(r *Runner, t *geoipTable, addr netip.Addr) (*place, error) {
	rec, err := t.records.Lookup(t.db, addr)
	switch {
	case err != nil:
		return nil, err
	case rec == nil:
		return nowhere, nil
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
		return nowhere, nil
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

// joinRenames tells each geoip of the renames that follow it at once and stay below its target: what they do to a
// place that was found is known before, and is done with it. They stay steps of their own, for events without one.
func joinRenames(steps []step) {
	for i := range steps {
		p, ok := steps[i].proc.(*geoipProcessor)
		if !ok || p == nil {
			continue
		}
		below := func(f *field) bool {
			return f.template == nil && strings.HasPrefix(f.path.String(), p.target.String()+".")
		}
		for _, s := range steps[i+1:] {
			rename, ok := s.proc.(*renameProcessor)
			if !ok || s.cond != nil || !below(&rename.field) || !below(&rename.target) {
				break
			}
			p.optional = rename.optional && (p.optional || len(p.renames) == 0)
			p.renames = append(p.renames, rename)
		}
	}
}

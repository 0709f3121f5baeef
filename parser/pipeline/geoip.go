package pipeline

import (
	"fmt"

	"github.com/millrace/millrace/event"
)

// geoipProcessor is `geoip`.
type geoipProcessor struct {
	field, target event.Path
	file          string
	properties    []string // as written; nil: those that the kind of database has by default
	firstOnly     bool
	ignoreMissing bool
	renames       []*renameProcessor // that follow at once, and stay below target
	optional      bool               // renames do nothing where there is no target
	others        []*geoipProcessor  // that follow at once, and look for the same address
	slot          int
	at            int32 // the reading of field
	leaf          leaf  // of target
	there         int32 // the reading of target
	writing       writing
}

func newGeoIP(o *options) processor {
	p := &geoipProcessor{
		field: o.path("field"), target: o.optionalPath("target_field", event.MustPath("geoip")),
		file: o.optionalText("database_file", "GeoLite2-City.mmdb"), firstOnly: o.flag("first_only", true),
		ignoreMissing: o.flag("ignore_missing", false), slot: o.slot(),
	}
	o.flag("download_database_on_pipeline_creation", true)
	p.properties = o.texts("properties", false)
	if _, err := p.propertiesOf(o.c.set.deps.GeoIP.Get(p.file)); err != nil {
		o.fail(o.node.get("properties"), "[properties] %w", err)
	}
	p.at = o.reading(p.field)
	p.leaf, p.there = leafOf(o, &field{path: p.target}), o.reading(p.target)
	o.c.set.wantDatabase(p)
	return p
}

func (p *geoipProcessor) run(r *Runner) error {
	v := r.textAt(p.at, p.field)
	if v.IsNull() {
		if p.ignoreMissing {
			return nil
		}
		if v.Kind() == event.Missing {
			_, err := r.ev.Resolve(p.field)
			return err
		}
		return fmt.Errorf("field [%s] is null, cannot extract geoip information.", p.field) //nolint:staticcheck // Elasticsearch's text
	}
	table := p.table(r)
	if table.db == nil { // Elasticsearch tags each event then; here the log says it once
		return nil
	}
	switch v.Kind() {
	case event.String:
		places, err := p.lookup(r, table, v)
		if err != nil {
			return err
		}
		return p.write(r, places)
	case event.List:
		err := p.lookupList(r, table, v)
		r.ctx.Wrote(p.writing.touches)
		return err
	}
	return fmt.Errorf("field [%s] should contain only string or array of strings", p.field)
}

// table is the runner's share of the processor.
func (p *geoipProcessor) table(r *Runner) *geoipTable {
	table, ok := r.scratch[p.slot].(*geoipTable)
	if generation := r.set.deps.GeoIP.Generation(); !ok || table.generation != generation {
		table = p.newTable(r.set.deps.GeoIP.Get(p.file), generation)
		r.scratch[p.slot] = table
	}
	return table
}

// write writes the places that the processor and the others have for an address, one each or none at all. What one of
// the others cannot do is left to its own step.
func (p *geoipProcessor) write(r *Runner, places []*place) error {
	done, err := p.put(r, places, 0)
	if err != nil || r.trace != nil {
		return err
	}
	r.skip = done
	for i, other := range p.others {
		if done, err = other.put(r, places, i+1); err != nil {
			return nil
		}
		r.skip += 1 + done
	}
	return nil
}

// put writes the place with that number, and tells how many of the steps behind are done with it.
func (p *geoipProcessor) put(r *Runner, places []*place, i int) (done int, err error) {
	if i >= len(places) || places[i] == nil {
		if p.optional && r.ctx.Missing(p.there) {
			done = len(p.renames)
		}
		return done, nil
	}
	v := places[i].value
	if places[i].renames && r.trace == nil {
		v, done = places[i].renamed, len(p.renames)
	}
	if err = p.leaf.put(r, p.target, r.ev.JSON(v)); err == nil {
		r.ctx.Wrote(p.writing.touches)
	}
	return done, err
}

func (p *geoipProcessor) lookupList(r *Runner, table *geoipTable, list event.Value) error {
	results, any := r.ev.NewList(), false
	for i := range r.ev.Len(list) {
		item := r.ev.At(list, i)
		if item.Kind() != event.String {
			return fmt.Errorf("array in field [%s] should only contain strings", p.field)
		}
		places, err := p.lookup(r, table, item)
		if err != nil {
			return err
		}
		found := event.NullValue()
		if len(places) > 0 && places[0] != nil {
			any = true
			found = r.ev.JSON(places[0].value)
			if p.firstOnly {
				return r.ev.Set(p.target, found)
			}
		}
		r.ev.Append(results, found)
	}
	if !any || p.firstOnly {
		return nil
	}
	return r.ev.Set(p.target, results)
}

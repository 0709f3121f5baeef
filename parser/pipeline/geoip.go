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
	slot          int
	at            int32 // the reading of field
	leaf          leaf  // of target
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
	p.leaf = leafOf(o, &field{path: p.target})
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
	table, ok := r.scratch[p.slot].(*geoipTable)
	if generation := r.set.deps.GeoIP.Generation(); !ok || table.generation != generation {
		table = p.newTable(r.set.deps.GeoIP.Get(p.file), generation)
		r.scratch[p.slot] = table
	}
	if table.db == nil { // Elasticsearch tags each event then; here the log says it once
		return nil
	}
	switch v.Kind() {
	case event.String:
		place, err := p.lookup(r, table, v)
		if err != nil {
			return err
		}
		if place == nil {
			if m, at := p.leaf.find(r); p.optional && r.trace == nil && m.Kind() == event.Map && at < 0 {
				r.skip = len(p.renames)
			}
			return nil
		}
		if place.renames && r.trace == nil {
			if err := p.leaf.put(r, p.target, r.ev.JSON(place.renamed)); err != nil {
				return err
			}
			r.skip = len(p.renames)
			return nil
		}
		return p.leaf.put(r, p.target, r.ev.JSON(place.value))
	case event.List:
		return p.lookupList(r, table, v)
	}
	return fmt.Errorf("field [%s] should contain only string or array of strings", p.field)
}

func (p *geoipProcessor) lookupList(r *Runner, table *geoipTable, list event.Value) error {
	results, any := r.ev.NewList(), false
	for i := range r.ev.Len(list) {
		item := r.ev.At(list, i)
		if item.Kind() != event.String {
			return fmt.Errorf("array in field [%s] should only contain strings", p.field)
		}
		place, err := p.lookup(r, table, item)
		if err != nil {
			return err
		}
		found := event.NullValue()
		if place != nil {
			any = true
			found = r.ev.JSON(place.value)
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

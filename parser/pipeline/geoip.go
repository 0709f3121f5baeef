package pipeline

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/geoip"
)

// geoipProcessor is `geoip`.
type geoipProcessor struct {
	field, target event.Path
	file          string
	properties    []string // nil: those that the kind of database has by default
	firstOnly     bool
	ignoreMissing bool
	perAddress    bool               // no two addresses have the same properties
	renames       []*renameProcessor // that follow at once, and stay below target
	optional      bool               // renames do nothing where there is no target
	slot          int
	at            int32 // of field, unless that is of _ingest
	leaf          leaf  // of target
}

var geoipDefaults = map[geoip.Kind][]string{
	geoip.City:    {"CONTINENT_NAME", "COUNTRY_NAME", "COUNTRY_ISO_CODE", "REGION_ISO_CODE", "REGION_NAME", "CITY_NAME", "LOCATION"},
	geoip.Country: {"CONTINENT_NAME", "COUNTRY_NAME", "COUNTRY_ISO_CODE"},
	geoip.ASN:     {"IP", "ASN", "ORGANIZATION_NAME", "NETWORK"},
}

var geoipProperties = []string{
	"IP", "COUNTRY_ISO_CODE", "COUNTRY_NAME", "CONTINENT_CODE", "CONTINENT_NAME", "REGION_ISO_CODE", "REGION_NAME", "CITY_NAME",
	"TIMEZONE", "LOCATION", "ASN", "ORGANIZATION_NAME", "NETWORK",
}

func newGeoIP(o *options) processor {
	p := &geoipProcessor{
		field: o.path("field"), target: o.optionalPath("target_field", event.MustPath("geoip")),
		file: o.optionalText("database_file", "GeoLite2-City.mmdb"), firstOnly: o.flag("first_only", true),
		ignoreMissing: o.flag("ignore_missing", false), slot: o.slot(),
	}
	o.flag("download_database_on_pipeline_creation", true)
	for _, name := range o.texts("properties", false) {
		upper := strings.ToUpper(name)
		if !slices.Contains(geoipProperties, upper) {
			o.fail(o.node.get("properties"), "[properties] illegal property value [%s]. valid values are %v", name, geoipProperties)
		}
		p.properties = append(p.properties, upper)
	}
	p.perAddress = p.properties == nil || slices.Contains(p.properties, "IP") || slices.Contains(p.properties, "NETWORK")
	if from := (field{path: p.field}); leafOf(o, &from).known {
		p.at = o.c.set.fields.Add(strings.TrimPrefix(p.field.String(), "_source."))
	}
	p.leaf = leafOf(o, &field{path: p.target})
	o.c.set.wantDatabase(p.file)
	return p
}

func (p *geoipProcessor) run(r *Runner) error {
	v := r.ctx.Field(p.at)
	if v.Kind() != event.String {
		v = r.ev.Get(p.field)
	}
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
		table = newGeoIPTable(r.set.deps.GeoIP.Get(p.file), generation)
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
			if p.optional && r.trace == nil && r.ev.Get(p.target).Kind() == event.Missing {
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

var geoipNames = struct {
	ip, countryISO, country, continentCode, continent, regionISO, region, city, timezone, location, lat, lon, asn, organization, network event.Symbol
}{
	event.Intern("ip"), event.Intern("country_iso_code"), event.Intern("country_name"), event.Intern("continent_code"),
	event.Intern("continent_name"), event.Intern("region_iso_code"), event.Intern("region_name"), event.Intern("city_name"),
	event.Intern("timezone"), event.Intern("location"), event.Intern("lat"), event.Intern("lon"), event.Intern("asn"),
	event.Intern("organization_name"), event.Intern("network"),
}

func (p *geoipProcessor) put(ev *event.Event, m event.Value, property string, rec *geoip.Record,
	table *geoipTable, addr netip.Addr) {
	text := func(name event.Symbol, s string) {
		if s != "" {
			ev.Put(m, name, ev.Text(s))
		}
	}
	n := &geoipNames
	switch property {
	case "IP":
		mark := ev.Mark()
		ev.SetBuffer(addr.AppendTo(ev.Buffer()))
		ev.Put(m, n.ip, ev.Since(mark))
	case "COUNTRY_ISO_CODE":
		text(n.countryISO, rec.CountryCode)
	case "COUNTRY_NAME":
		text(n.country, rec.CountryName)
	case "CONTINENT_CODE":
		text(n.continentCode, rec.ContinentCode)
	case "CONTINENT_NAME":
		text(n.continent, rec.ContinentName)
	case "REGION_ISO_CODE":
		text(n.regionISO, rec.RegionCode)
	case "REGION_NAME":
		text(n.region, rec.RegionName)
	case "CITY_NAME":
		text(n.city, rec.City)
	case "TIMEZONE":
		text(n.timezone, rec.TimeZone)
	case "LOCATION":
		if rec.HasLocation {
			location := ev.NewMap()
			ev.Put(location, n.lat, event.DoubleValue(rec.Latitude))
			ev.Put(location, n.lon, event.DoubleValue(rec.Longitude))
			ev.Put(m, n.location, location)
		}
	case "ASN":
		if rec.ASN > 0 {
			ev.Put(m, n.asn, event.LongValue(rec.ASN))
		}
	case "ORGANIZATION_NAME":
		text(n.organization, rec.Organization)
	case "NETWORK":
		mark := ev.Mark()
		ev.SetBuffer(table.records.Network(table.db, addr).AppendTo(ev.Buffer()))
		ev.Put(m, n.network, ev.Since(mark))
	}
}

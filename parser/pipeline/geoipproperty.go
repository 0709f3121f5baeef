package pipeline

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/geoip"
)

// geoipProperty is one of the things that databases tell of an address.
type geoipProperty struct {
	constant   string // as Elasticsearch's messages have it
	name       event.Symbol
	has        []geoip.Kind // the kinds of databases that have it
	perAddress bool         // addresses of one record differ in it
	value      func(*located) event.Value
}

// located is an address and its record, whose properties are made in ev.
type located struct {
	ev    *event.Event
	table *geoipTable
	rec   *geoip.Record
	addr  netip.Addr
}

// text is s, nothing when it is empty.
func (l *located) text(s string) event.Value {
	if s == "" {
		return event.Value{}
	}
	return l.ev.Text(s)
}

// inEU says whether a country is in the European Union, nothing when there is no country.
func inEU(code string, in bool) event.Value {
	if code == "" {
		return event.Value{}
	}
	return event.BoolValue(in)
}

func (l *located) location() event.Value {
	if !l.rec.HasLocation {
		return event.Value{}
	}
	m := l.ev.NewMap()
	l.ev.Put(m, geoipLat, event.DoubleValue(l.rec.Latitude))
	l.ev.Put(m, geoipLon, event.DoubleValue(l.rec.Longitude))
	return m
}

func (l *located) radius() event.Value {
	if !l.rec.HasRadius {
		return event.Value{}
	}
	return event.IntValue(l.rec.AccuracyRadius)
}

func (l *located) asn() event.Value {
	if l.rec.ASN <= 0 {
		return event.Value{}
	}
	return event.LongValue(l.rec.ASN)
}

func (l *located) ip() event.Value {
	mark := l.ev.Mark()
	l.ev.SetBuffer(l.addr.AppendTo(l.ev.Buffer()))
	return l.ev.Since(mark)
}

func (l *located) network() event.Value {
	mark := l.ev.Mark()
	l.ev.SetBuffer(l.table.records.Network(l.table.db, l.addr).AppendTo(l.ev.Buffer()))
	return l.ev.Since(mark)
}

var (
	geoipLat, geoipLon = event.Intern("lat"), event.Intern("lon")

	inAll       = []geoip.Kind{geoip.City, geoip.Country, geoip.ASN}
	inCountries = []geoip.Kind{geoip.City, geoip.Country}
	inCities    = []geoip.Kind{geoip.City}
	inASN       = []geoip.Kind{geoip.ASN}
)

// geoipProperties are in the order in which Elasticsearch's messages list them.
var geoipProperties = []*geoipProperty{
	{"IP", event.Intern("ip"), inAll, true, (*located).ip},
	{"COUNTRY_IN_EUROPEAN_UNION", event.Intern("country_in_european_union"), inCountries, false,
		func(l *located) event.Value { return inEU(l.rec.CountryCode, l.rec.InEU) }},
	{"COUNTRY_ISO_CODE", event.Intern("country_iso_code"), inCountries, false,
		func(l *located) event.Value { return l.text(l.rec.CountryCode) }},
	{"COUNTRY_NAME", event.Intern("country_name"), inCountries, false,
		func(l *located) event.Value { return l.text(l.rec.CountryName) }},
	{"CONTINENT_CODE", event.Intern("continent_code"), inCountries, false,
		func(l *located) event.Value { return l.text(l.rec.ContinentCode) }},
	{"CONTINENT_NAME", event.Intern("continent_name"), inCountries, false,
		func(l *located) event.Value { return l.text(l.rec.ContinentName) }},
	{"REGION_ISO_CODE", event.Intern("region_iso_code"), inCities, false,
		func(l *located) event.Value { return l.text(l.rec.RegionCode) }},
	{"REGION_NAME", event.Intern("region_name"), inCities, false,
		func(l *located) event.Value { return l.text(l.rec.RegionName) }},
	{"CITY_NAME", event.Intern("city_name"), inCities, false,
		func(l *located) event.Value { return l.text(l.rec.City) }},
	{"TIMEZONE", event.Intern("timezone"), inCities, false,
		func(l *located) event.Value { return l.text(l.rec.TimeZone) }},
	{"LOCATION", event.Intern("location"), inCities, false, (*located).location},
	{"ASN", event.Intern("asn"), inASN, false, (*located).asn},
	{"ORGANIZATION_NAME", event.Intern("organization_name"), inASN, false,
		func(l *located) event.Value { return l.text(l.rec.Organization) }},
	{"NETWORK", event.Intern("network"), inASN, true, (*located).network},
	{"POSTAL_CODE", event.Intern("postal_code"), inCities, false,
		func(l *located) event.Value { return l.text(l.rec.PostalCode) }},
	{"ACCURACY_RADIUS", event.Intern("accuracy_radius"), inCities, false, (*located).radius},
	{"REGISTERED_COUNTRY_IN_EUROPEAN_UNION", event.Intern("registered_country_in_european_union"), inCountries, false,
		func(l *located) event.Value { return inEU(l.rec.RegisteredCode, l.rec.RegisteredInEU) }},
	{"REGISTERED_COUNTRY_ISO_CODE", event.Intern("registered_country_iso_code"), inCountries, false,
		func(l *located) event.Value { return l.text(l.rec.RegisteredCode) }},
	{"REGISTERED_COUNTRY_NAME", event.Intern("registered_country_name"), inCountries, false,
		func(l *located) event.Value { return l.text(l.rec.RegisteredName) }},
}

var geoipDefaults = map[geoip.Kind][]string{
	geoip.City:    {"CONTINENT_NAME", "COUNTRY_NAME", "COUNTRY_ISO_CODE", "REGION_ISO_CODE", "REGION_NAME", "CITY_NAME", "LOCATION"},
	geoip.Country: {"CONTINENT_NAME", "COUNTRY_NAME", "COUNTRY_ISO_CODE"},
	geoip.ASN:     {"IP", "ASN", "ORGANIZATION_NAME", "NETWORK"},
}

// propertiesOf are the properties that the processor takes from db. Which it may ask for is known only when db is
// there; as long as it is nil, any that some database has.
func (p *geoipProcessor) propertiesOf(db *geoip.Database) ([]*geoipProperty, error) {
	valid, names := geoipProperties, p.properties
	if db != nil {
		valid = nil
		for _, property := range geoipProperties {
			if slices.Contains(property.has, db.Kind) {
				valid = append(valid, property)
			}
		}
		if names == nil {
			names = geoipDefaults[db.Kind]
		}
	}
	var asked []*geoipProperty
	for _, name := range names {
		i := slices.IndexFunc(valid, func(property *geoipProperty) bool { return property.constant == strings.ToUpper(name) })
		if i < 0 {
			return nil, illegalProperty(name, valid)
		}
		asked = append(asked, valid[i])
	}
	return asked, nil
}

func illegalProperty(name string, valid []*geoipProperty) error {
	constants := make([]string, len(valid))
	for i, property := range valid {
		constants[i] = property.constant
	}
	return fmt.Errorf("illegal property value [%s]. valid values are [%s]", name, strings.Join(constants, ", "))
}

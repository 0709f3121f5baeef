package pipeline

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/geoip"
)

type mmap = mmdbtype.Map

func english(m mmap, name string) mmap {
	m["names"] = mmap{"en": mmdbtype.String(name), "de": mmdbtype.String("?")}
	return m
}

// placeRecord has all that a database of cities has.
func placeRecord() mmap {
	return mmap{
		"continent":          english(mmap{"code": mmdbtype.String("EU")}, "Europe"),
		"country":            english(mmap{"iso_code": mmdbtype.String("SE"), "is_in_european_union": mmdbtype.Bool(true)}, "Sweden"),
		"registered_country": english(mmap{"iso_code": mmdbtype.String("NO")}, "Norway"),
		"subdivisions": mmdbtype.Slice{
			english(mmap{"iso_code": mmdbtype.String("X")}, "Götaland"), english(mmap{"iso_code": mmdbtype.String("E")}, "Östergötland"),
		},
		"city":   english(mmap{}, "Linköping"),
		"postal": mmap{"code": mmdbtype.String("582 22")},
		"location": mmap{
			"latitude": mmdbtype.Float64(58.4167), "longitude": mmdbtype.Float64(15), "time_zone": mmdbtype.String("Europe/Stockholm"),
			"accuracy_radius": mmdbtype.Uint16(76),
		},
	}
}

// geoDatabases are made in folder: a city, country and ASN database.
func geoDatabases(t testing.TB, folder string) *geoip.Databases {
	t.Helper()
	nowhere := mmap{"continent": english(mmap{"code": mmdbtype.String("AN")}, "Antarctica")} // in no country
	places := map[string]mmap{
		"89.160.20.0/24": placeRecord(), "2001:db8:77::/48": placeRecord(), "10.0.0.0/8": placeRecord(), "fe80::/10": placeRecord(),
		"192.0.2.0/24": nowhere, "198.51.100.0/24": {},
	}
	testbed.WriteGeoIP(t, filepath.Join(folder, "GeoLite2-City.mmdb"), "GeoLite2-City", places)
	testbed.WriteGeoIP(t, filepath.Join(folder, "Country.mmdb"), "GeoIP2-Country", places)
	testbed.WriteGeoIP(t, filepath.Join(folder, "ASN.mmdb"), "GeoLite2-ASN", map[string]mmap{
		"89.160.20.0/24": {"autonomous_system_number": mmdbtype.Uint32(29518), "autonomous_system_organization": mmdbtype.String("Bredband2 AB")},
		"192.0.2.0/24":   {"autonomous_system_number": mmdbtype.Uint32(64500)},
	})
	databases, err := geoip.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return databases
}

const (
	cityDefault = `{"continent_name":"Europe","country_name":"Sweden","country_iso_code":"SE","region_iso_code":"SE-E",` +
		`"region_name":"Östergötland","city_name":"Linköping","location":{"lat":58.4167,"lon":15.0}}`
	allOfCity = `ip, country_in_european_union, country_iso_code, country_name, continent_code, continent_name, region_iso_code, ` +
		`region_name, city_name, timezone, location, postal_code, accuracy_radius, registered_country_in_european_union, ` +
		`registered_country_iso_code, registered_country_name`
	allOfCountry = `ip, country_in_european_union, country_iso_code, country_name, continent_code, continent_name, ` +
		`registered_country_in_european_union, registered_country_iso_code, registered_country_name`
)

func TestGeoIP(t *testing.T) {
	databases := geoDatabases(t, t.TempDir())
	for _, c := range []struct{ options, address, want string }{ // want is the target, "" when there is none, or an error
		{``, `"89.160.20.1"`, cityDefault},
		{`properties: [` + allOfCity + `]`, `"89.160.20.1"`, `{"ip":"89.160.20.1","country_in_european_union":true,` +
			`"country_iso_code":"SE","country_name":"Sweden","continent_code":"EU","continent_name":"Europe","region_iso_code":"SE-E",` +
			`"region_name":"Östergötland","city_name":"Linköping","timezone":"Europe/Stockholm","location":{"lat":58.4167,"lon":15.0},` +
			`"postal_code":"582 22","accuracy_radius":76,"registered_country_in_european_union":false,` +
			`"registered_country_iso_code":"NO","registered_country_name":"Norway"}`},
		{`properties: [` + allOfCity + `]`, `"192.0.2.1"`, `{"ip":"192.0.2.1","continent_code":"AN","continent_name":"Antarctica"}`},
		{`properties: [City_Name]`, `"89.160.20.1"`, `{"city_name":"Linköping"}`},
		{`properties: []`, `"89.160.20.1"`, ``},

		{`database_file: Country.mmdb`, `"89.160.20.1"`, `{"continent_name":"Europe","country_name":"Sweden","country_iso_code":"SE"}`},
		{`database_file: Country.mmdb, properties: [` + allOfCountry + `]`, `"89.160.20.1"`, `{"ip":"89.160.20.1",` +
			`"country_in_european_union":true,"country_iso_code":"SE","country_name":"Sweden","continent_code":"EU","continent_name":"Europe",` +
			`"registered_country_in_european_union":false,"registered_country_iso_code":"NO","registered_country_name":"Norway"}`},

		{`database_file: ASN.mmdb`, `"89.160.20.1"`,
			`{"ip":"89.160.20.1","asn":29518,"organization_name":"Bredband2 AB","network":"89.160.20.0/24"}`},
		{`database_file: ASN.mmdb`, `"192.0.2.1"`, `{"ip":"192.0.2.1","asn":64500,"network":"192.0.2.0/24"}`},
		{`database_file: ASN.mmdb, properties: [asn]`, `"89.160.20.1"`, `{"asn":29518}`},

		// how addresses may be written, and what ip makes of them
		{`properties: [ip]`, `"::ffff:89.160.20.1"`, `{"ip":"89.160.20.1"}`},
		{`properties: [ip]`, `"2001:0DB8:77:0::0001"`, `{"ip":"2001:db8:77::1"}`},
		{`properties: [ip]`, `"fe80::1%eth0"`, `{"ip":"fe80::1"}`},
		{`properties: [ip, city_name]`, `"10.1.2.3"`, `{"ip":"10.1.2.3","city_name":"Linköping"}`},
		{``, `"89.160.20"`, `'89.160.20' is not an IP string literal.`},
		{``, `""`, `'' is not an IP string literal.`},

		// nothing is known
		{``, `"127.0.0.1"`, ``},
		{``, `"203.0.113.1"`, ``},
		{``, `"198.51.100.1"`, ``},
		{`properties: [city_name]`, `"192.0.2.1"`, ``},
		{`database_file: Missing.mmdb, properties: [asn, city_name]`, `"89.160.20.1"`, ``},

		// lists
		{`properties: [ip]`, `["127.0.0.1","89.160.20.1","89.160.20.2"]`, `{"ip":"89.160.20.1"}`},
		{`properties: [ip]`, `["89.160.20.1",1]`, `{"ip":"89.160.20.1"}`},
		{`properties: [ip], first_only: false`, `["127.0.0.1","89.160.20.1","10.0.0.1"]`, `[null,{"ip":"89.160.20.1"},{"ip":"10.0.0.1"}]`},
		{`properties: [ip], first_only: false`, `["127.0.0.1"]`, ``},
		{`properties: [ip], first_only: false`, `[]`, ``},
		{``, `["127.0.0.1",1]`, `array in field [a] should only contain strings`},
		{``, `["127.0.0.1","x"]`, `'x' is not an IP string literal.`},

		// no text
		{``, `1`, `field [a] should contain only string or array of strings`},
		{``, `{}`, `field [a] should contain only string or array of strings`},
		{``, `null`, `field [a] is null, cannot extract geoip information.`},
		{`ignore_missing: true`, `null`, ``},
	} {
		text := "processors: [{geoip: {field: a, " + c.options + "}}]"
		set, err := Compile([]Source{{Name: "test", Text: []byte(text)}}, Deps{GeoIP: databases})
		if err != nil {
			t.Errorf("%s: %v", c.options, err)
			continue
		}
		got, want := geoTarget(t, set, c.address), c.want
		if strings.HasPrefix(want, "{") || strings.HasPrefix(want, "[") {
			if !strings.HasPrefix(got, want[:1]) || !sameJSON(t, got, want) {
				t.Errorf("%s: %s has\n%s, want\n%s", c.options, c.address, got, want)
			}
		} else if got != want {
			t.Errorf("%s: %s has %q, want %q", c.options, c.address, got, want)
		}
	}
}

// geoTarget is what the pipeline test of set makes of field a: geoip, "" when there is none, or the error.
func geoTarget(t *testing.T, set *Set, address string) string {
	t.Helper()
	ev, r := event.New(), set.NewRunner()
	for range 2 { // the second time from the table
		load(t, ev, `{"a":`+address+`}`)
		if err := r.Run(set.Pipeline("test"), ev, received); err != nil {
			return err.Error()
		}
	}
	v := ev.Get(event.MustPath("geoip"))
	if v.Kind() == event.Missing {
		return ""
	}
	b, err := ev.AppendValue(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGeoIPKinds(t *testing.T) {
	databases := geoDatabases(t, t.TempDir())
	const (
		country = "COUNTRY_IN_EUROPEAN_UNION, COUNTRY_ISO_CODE, COUNTRY_NAME, CONTINENT_CODE, CONTINENT_NAME"
		city    = "REGION_ISO_CODE, REGION_NAME, CITY_NAME, TIMEZONE, LOCATION"
		asn     = "ASN, ORGANIZATION_NAME, NETWORK"
		more    = "POSTAL_CODE, ACCURACY_RADIUS"
		owner   = "REGISTERED_COUNTRY_IN_EUROPEAN_UNION, REGISTERED_COUNTRY_ISO_CODE, REGISTERED_COUNTRY_NAME"
	)
	for _, c := range []struct{ file, property, valid string }{
		{"GeoLite2-City.mmdb", "network", "IP, " + country + ", " + city + ", " + more + ", " + owner},
		{"Country.mmdb", "Postal_Code", "IP, " + country + ", " + owner},
		{"ASN.mmdb", "city_name", "IP, " + asn},
		{"Missing.mmdb", "colour", "IP, " + country + ", " + city + ", " + asn + ", " + more + ", " + owner},
	} {
		text := "processors: [{geoip: {field: a, database_file: " + c.file + ", properties: [ip, " + c.property + "]}}]"
		_, err := Compile([]Source{{Name: "test", Text: []byte(text)}}, Deps{GeoIP: databases})
		want := "[properties] illegal property value [" + c.property + "]. valid values are [" + c.valid + "]"
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", c.file, err, want)
		}
	}
}

// TestGeoIPComesLater: a database that is not there when the pipeline is loaded tells of its type when it comes.
func TestGeoIPComesLater(t *testing.T) {
	folder := t.TempDir()
	databases := geoDatabases(t, folder)
	text := "processors: [{geoip: {field: a, database_file: Late.mmdb, properties: [city_name]}}]"
	set, err := Compile([]Source{{Name: "test", Text: []byte(text)}}, Deps{GeoIP: databases})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, want, complaint string }{
		{"", "", ""},
		{"GeoLite2-Country", "", "Late.mmdb, for field [a]: [properties] illegal property value [city_name]. valid values are [IP, "},
		{"GeoLite2-City", `{"city_name":"Linköping"}`, ""},
	} {
		if c.kind != "" {
			testbed.WriteGeoIP(t, filepath.Join(folder, "Late.mmdb"), c.kind, map[string]mmap{"89.160.20.0/24": placeRecord()})
		}
		if err := databases.Reload(); err != nil {
			t.Fatal(err)
		}
		if got := geoTarget(t, set, `"89.160.20.1"`); got != c.want {
			t.Errorf("type %q: %s, want %s", c.kind, got, c.want)
		}
		switch err := set.CheckDatabases(); {
		case c.complaint == "" && err != nil:
			t.Errorf("type %q: %v", c.kind, err)
		case c.complaint != "" && (err == nil || !strings.HasPrefix(err.Error(), c.complaint)):
			t.Errorf("type %q: %v, want %s", c.kind, err, c.complaint)
		}
	}
}

//go:build ignore

// mkgeoip writes geoip/City.mmdb and geoip/ASN.mmdb, which give the made-up fleet's documentation addresses
// (RFC 5737, RFC 3849) a made-up place. Run with go generate.
package main

import (
	"bytes"
	"log"
	"net"
	"os"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

var places = []struct {
	network, continent, country, name, city string
	lat, lon                                float64
	asn                                     uint32
	organization                            string
}{
	{"203.0.113.64/26", "AS", "CN", "China", "Chengdu", 30.66, 104.06, 64500, "Example Broadband"},
	{"198.51.100.0/26", "EU", "NL", "Netherlands", "Groningen", 53.22, 6.57, 64501, "Example Hosting"},
	{"192.0.2.128/26", "SA", "BR", "Brazil", "Recife", -8.05, -34.9, 64502, "Example Telecom"},
	{"2001:db8:77::/48", "NA", "US", "United States", "Boise", 43.62, -116.2, 64503, "Example Cloud"},
	{"192.0.2.0/26", "EU", "DE", "Germany", "Hannover", 52.37, 9.73, 64504, "Example University"},
	{"198.51.100.192/26", "EU", "DE", "Germany", "Hannover", 52.37, 9.73, 64504, "Example University"},
}

func main() {
	city, asn := tree("GeoLite2-City"), tree("GeoLite2-ASN")
	for _, p := range places {
		_, network, err := net.ParseCIDR(p.network)
		check(err)
		check(city.Insert(network, mmdbtype.Map{
			"continent": mmdbtype.Map{"code": mmdbtype.String(p.continent)},
			"country":   mmdbtype.Map{"iso_code": mmdbtype.String(p.country), "names": names(p.name)},
			"city":      mmdbtype.Map{"names": names(p.city)},
			"location":  mmdbtype.Map{"latitude": mmdbtype.Float64(p.lat), "longitude": mmdbtype.Float64(p.lon)},
		}))
		check(asn.Insert(network, mmdbtype.Map{
			"autonomous_system_number":       mmdbtype.Uint32(p.asn),
			"autonomous_system_organization": mmdbtype.String(p.organization),
		}))
	}
	write("geoip/City.mmdb", city)
	write("geoip/ASN.mmdb", asn)
}

func names(en string) mmdbtype.Map { return mmdbtype.Map{"en": mmdbtype.String(en)} }

func tree(kind string) *mmdbwriter.Tree {
	t, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, Description: map[string]string{"en": "made up for the demo"},
		RecordSize: 24, IncludeReservedNetworks: true, BuildEpoch: 1,
	})
	check(err)
	return t
}

func write(file string, t *mmdbwriter.Tree) {
	var b bytes.Buffer
	_, err := t.WriteTo(&b)
	check(err)
	check(os.WriteFile(file, b.Bytes(), 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

package demo

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run mkgeoip.go

//go:embed geoip/City.mmdb
var city []byte

//go:embed geoip/ASN.mmdb
var asn []byte

// WriteGeoIP writes databases that know where the fleet's addresses are, under the names that pipelines ask for.
func WriteGeoIP(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for name, content := range map[string][]byte{"GeoLite2-City.mmdb": city, "GeoLite2-ASN.mmdb": asn} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

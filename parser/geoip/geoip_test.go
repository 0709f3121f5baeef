package geoip

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/millrace/millrace/internal/testbed"
)

func city(name string) mmdbtype.Map {
	return mmdbtype.Map{"city": mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(name)}}}
}

func TestLookup(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "GeoLite2-City.mmdb")
	testbed.WriteGeoIP(t, file, "GeoLite2-City", map[string]mmdbtype.Map{
		"81.2.69.0/24": city("London"), "2001:218::/32": city("Tokyo"), "10.0.0.0/8": city("Nowhere"),
	})
	dbs, err := Open(dir, filepath.Join(dir, "missing"))
	if err != nil {
		t.Fatal(err)
	}
	db := dbs.Get("GeoLite2-City.mmdb")
	if db == nil || dbs.Get("GeoLite2-ASN.mmdb") != nil {
		t.Fatalf("databases: %v", dbs.Names())
	}
	var c Cache
	for addr, want := range map[string]string{
		"81.2.69.142": "London", "::ffff:81.2.69.1": "London", "2001:218::1": "Tokyo", "8.8.8.8": "", "10.1.2.3": "Nowhere", "127.0.0.1": "", "::1": "",
	} {
		rec, err := c.Lookup(db, netip.MustParseAddr(addr))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if rec != nil {
			got = rec.City
		}
		if got != want {
			t.Errorf("%s is in %q, want %q", addr, got, want)
		}
	}
	addr := netip.MustParseAddr("81.2.69.142")
	if n := testing.AllocsPerRun(100, func() { _, _ = c.Lookup(db, addr) }); n != 0 {
		t.Errorf("%v allocations", n)
	}

	testbed.WriteGeoIP(t, file, "GeoLite2-City", map[string]mmdbtype.Map{"81.2.69.0/24": city("Londinium")})
	if err := dbs.Reload(); err != nil {
		t.Fatal(err)
	}
	if rec, _ := c.Lookup(dbs.Get("GeoLite2-City.mmdb"), addr); rec.City != "Londinium" {
		t.Errorf("after Reload: %q", rec.City)
	}
	if err := os.WriteFile(file, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := dbs.Reload(); err == nil || !strings.Contains(err.Error(), "GeoLite2-City.mmdb") {
		t.Errorf("a broken database: %v", err)
	}
	if rec, _ := c.Lookup(dbs.Get("GeoLite2-City.mmdb"), addr); rec.City != "Londinium" {
		t.Error("a broken database must leave the old one in place")
	}
}

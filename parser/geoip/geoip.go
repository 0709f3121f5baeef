// Package geoip looks addresses up in databases of MaxMind's schema (GeoLite2 or GeoIP2 City, Country
// and ASN). A folder of them is loaded by file name and can be loaded again while lookups go on.
//
// A file that is broken is an error; one that is not there is not, as its name is only known to the
// pipelines that ask for it. Private and other special addresses are looked up as any other.
package geoip

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Databases are the databases of some folders and files. The zero value has none. Safe for concurrent use.
type Databases struct {
	paths []string
	open  atomic.Pointer[map[string]*Database] // by file name
	loads atomic.Uint64
}

// Open loads all *.mmdb files of folders, and single files. A path that does not exist has no databases.
func Open(paths ...string) (*Databases, error) {
	d := &Databases{paths: paths}
	return d, d.Reload()
}

// Reload loads everything anew. On an error the databases stay as they were; those that are no longer
// used are closed when nobody holds them.
func (d *Databases) Reload() error {
	open := map[string]*Database{}
	for _, path := range d.paths {
		files := []string{path}
		switch info, err := os.Stat(path); {
		case errors.Is(err, os.ErrNotExist):
			continue
		case err != nil:
			return fmt.Errorf("open GeoIP databases: %w", err)
		case info.IsDir():
			if files, err = filepath.Glob(filepath.Join(path, "*.mmdb")); err != nil {
				return fmt.Errorf("open GeoIP databases: %w", err)
			}
		}
		for _, file := range files {
			db, err := openFile(file)
			if err != nil {
				return err
			}
			open[filepath.Base(file)] = db
		}
	}
	d.open.Store(&open)
	d.loads.Add(1)
	return nil
}

// Names are the file names of all databases, sorted.
func (d *Databases) Names() []string {
	var names []string
	if open := d.open.Load(); open != nil {
		for name := range *open {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Get is the database of that file name, nil if there is none now.
func (d *Databases) Get(name string) *Database {
	if open := d.open.Load(); open != nil {
		return (*open)[name]
	}
	return nil
}

// Generation is another number whenever Reload has loaded the databases anew. Whoever keeps what Get gave asks
// for it before.
func (d *Databases) Generation() uint64 { return d.loads.Load() }

// Kind is what a database tells of an address.
type Kind uint8

// Kinds of databases.
const (
	City Kind = iota
	Country
	ASN
)

// Database is one open database.
type Database struct {
	Kind   Kind
	reader *maxminddb.Reader // read into memory: a file that is replaced in place must not crash us
}

func openFile(path string) (*Database, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open GeoIP database: %w", err)
	}
	r, err := maxminddb.OpenBytes(b)
	if err != nil {
		return nil, fmt.Errorf("open GeoIP database %s: %w: replace or remove the file", path, err)
	}
	db := &Database{reader: r}
	switch typ := r.Metadata.DatabaseType; {
	case strings.HasSuffix(typ, "City"):
	case strings.HasSuffix(typ, "Country"):
		db.Kind = Country
	case strings.HasSuffix(typ, "ASN"):
		db.Kind = ASN
	default:
		return nil, fmt.Errorf("open GeoIP database %s: type %s is not supported; use City, Country or ASN", path, typ)
	}
	return db, nil
}

// Record is what a database has on an address; what it does not have is empty.
type Record struct {
	ContinentCode, ContinentName string
	CountryCode, CountryName     string
	RegionCode, RegionName       string // of the smallest subdivision; the code is "GB-ENG"
	City, TimeZone, PostalCode   string
	InEU                         bool // the country is in the European Union
	RegisteredCode               string
	RegisteredName               string // of the country in which the network is registered
	RegisteredInEU               bool
	HasLocation                  bool
	Latitude, Longitude          float64
	HasRadius                    bool
	AccuracyRadius               int32 // km around the location
	ASN                          int64
	Organization                 string
}

type names struct {
	English string `maxminddb:"en"`
}

type country struct {
	Code  string `maxminddb:"iso_code"`
	Names names  `maxminddb:"names"`
	InEU  bool   `maxminddb:"is_in_european_union"`
}

type raw struct {
	Continent struct {
		Code  string `maxminddb:"code"`
		Names names  `maxminddb:"names"`
	} `maxminddb:"continent"`
	Country      country `maxminddb:"country"`
	Registered   country `maxminddb:"registered_country"`
	Subdivisions []struct {
		Code  string `maxminddb:"iso_code"`
		Names names  `maxminddb:"names"`
	} `maxminddb:"subdivisions"`
	City struct {
		Names names `maxminddb:"names"`
	} `maxminddb:"city"`
	Postal struct {
		Code string `maxminddb:"code"`
	} `maxminddb:"postal"`
	Location struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
		TimeZone  string   `maxminddb:"time_zone"`
		Radius    *int32   `maxminddb:"accuracy_radius"`
	} `maxminddb:"location"`
	ASN          int64  `maxminddb:"autonomous_system_number"`
	Organization string `maxminddb:"autonomous_system_organization"`
}

func (r *raw) record() *Record {
	rec := &Record{
		ContinentCode: r.Continent.Code, ContinentName: r.Continent.Names.English,
		CountryCode: r.Country.Code, CountryName: r.Country.Names.English, InEU: r.Country.InEU,
		RegisteredCode: r.Registered.Code, RegisteredName: r.Registered.Names.English, RegisteredInEU: r.Registered.InEU,
		PostalCode: r.Postal.Code,
		City:       r.City.Names.English, TimeZone: r.Location.TimeZone, ASN: r.ASN, Organization: r.Organization,
	}
	if n := len(r.Subdivisions); n > 0 {
		rec.RegionName = r.Subdivisions[n-1].Names.English
		if code := r.Subdivisions[n-1].Code; code != "" && rec.CountryCode != "" {
			rec.RegionCode = rec.CountryCode + "-" + code
		}
	}
	if r.Location.Latitude != nil && r.Location.Longitude != nil {
		rec.HasLocation, rec.Latitude, rec.Longitude = true, *r.Location.Latitude, *r.Location.Longitude
	}
	if r.Location.Radius != nil {
		rec.HasRadius, rec.AccuracyRadius = true, *r.Location.Radius
	}
	return rec
}

// cacheSize bounds the records that one Cache holds; a city database has about 100,000 different ones.
const cacheSize = 4096

// Cache remembers the records that one worker has met, for one database at a time. Not safe for concurrent use.
type Cache struct {
	db      *Database
	records map[uintptr]*Record
}

// Lookup is the record of addr, nil if the database has none. The record must not be changed.
func (c *Cache) Lookup(db *Database, addr netip.Addr) (*Record, error) {
	addr = addr.Unmap()
	if addr.Is6() && db.reader.Metadata.IPVersion == 4 {
		return nil, nil
	}
	if c.db != db {
		c.db, c.records = db, map[uintptr]*Record{}
	}
	result := db.reader.Lookup(addr)
	if err := result.Err(); err != nil || !result.Found() {
		return nil, err
	}
	if rec, ok := c.records[result.Offset()]; ok {
		return rec, nil
	}
	var r raw
	if err := result.Decode(&r); err != nil {
		return nil, fmt.Errorf("read GeoIP database: %w", err)
	}
	if len(c.records) >= cacheSize {
		clear(c.records)
	}
	rec := r.record()
	c.records[result.Offset()] = rec
	return rec, nil
}

// Network is the network of addr's record.
func (c *Cache) Network(db *Database, addr netip.Addr) netip.Prefix {
	return db.reader.Lookup(addr.Unmap()).Prefix()
}

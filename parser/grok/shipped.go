package grok

import (
	"fmt"
	"sync"

	patterns "github.com/millrace/millrace/patterns/grok"
)

// ECSLibrary returns the shipped definitions with ECS field names.
func ECSLibrary() *Library { return shippedECS().clone() }

// LegacyLibrary returns the shipped definitions with the names that Logstash
// used before ECS.
func LegacyLibrary() *Library { return shippedLegacy().clone() }

// IngestLibrary returns the legacy definitions as Elasticsearch's ingest
// processors have them.
func IngestLibrary() *Library { return shippedIngest().clone() }

var (
	shippedECS    = sync.OnceValue(func() *Library { return load("common", "ecs") })
	shippedLegacy = sync.OnceValue(func() *Library { return load("common", "legacy") })
	shippedIngest = sync.OnceValue(func() *Library { return load("common", "legacy", "ingest") })
)

// load reads folders that are part of the binary: a test reads them too.
func load(dirs ...string) *Library {
	l := NewLibrary()
	for _, dir := range dirs {
		if err := l.AddDir(patterns.FS, dir); err != nil {
			panic(fmt.Sprintf("grok: shipped patterns: %v", err))
		}
	}
	return l
}

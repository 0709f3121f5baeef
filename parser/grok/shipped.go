package grok

import (
	"sync"

	"github.com/elastic/go-grok/patterns"
)

// ECSLibrary returns the shipped definitions with ECS field names.
func ECSLibrary() *Library { return shipped().clone() }

// LegacyLibrary returns the shipped definitions with the names that Logstash
// used before ECS.
func LegacyLibrary() *Library { return shipped().clone() }

var shipped = sync.OnceValue(func() *Library {
	l := NewLibrary()
	for _, m := range []map[string]string{
		patterns.Default, patterns.AWS, patterns.Bind9, patterns.Bro, patterns.Exim, patterns.Firewalls, patterns.HAProxy,
		patterns.Httpd, patterns.Java, patterns.Junos, patterns.Maven, patterns.MCollective, patterns.MongoDB,
		patterns.PostgreSQL, patterns.Rails, patterns.Redis, patterns.Ruby, patterns.Squid, patterns.Syslog,
	} {
		for name, expr := range m {
			l.defs[name] = definition{expr: expr}
		}
	}
	return l
})

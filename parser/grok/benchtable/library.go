package main

import (
	"regexp"

	"github.com/elastic/go-grok/patterns"

	ours "github.com/millrace/millrace/parser/grok"
)

var pythonName = regexp.MustCompile(`\(\?P<`)

// elasticLibrary holds elastic/go-grok's definitions, which avoid what Go's
// regexp does not have.
func elasticLibrary() (*ours.Library, error) {
	lib := ours.NewLibrary()
	for _, m := range []map[string]string{patterns.Default, patterns.Httpd, patterns.Syslog} {
		for name, expr := range m {
			if err := lib.Add(name, pythonName.ReplaceAllString(expr, "(?<")); err != nil {
				return nil, err
			}
		}
	}
	return lib, nil
}

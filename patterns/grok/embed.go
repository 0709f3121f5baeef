// Package patterns holds the grok definitions that millrace ships, as pattern
// files: common has those without fields, ecs and legacy those whose field
// names follow the Elastic Common Schema or what Logstash used before it.
//
// The names of the definitions and of their fields are the ones that
// Logstash's and Elasticsearch's users know. Nothing but data is here.
package patterns

import "embed"

// FS has the folders common, ecs and legacy.
//
//go:embed common ecs legacy
var FS embed.FS

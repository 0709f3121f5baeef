// Package patterns holds the grok definitions that millrace ships, as pattern
// files: common has those without fields, ecs and legacy those whose field
// names follow the Elastic Common Schema or what Logstash used before it, and
// ingest those that Elasticsearch's processors have otherwise than legacy.
//
// The names of the definitions and of their fields are the ones that
// Logstash's and Elasticsearch's users know. Nothing but data is here.
package patterns

import "embed"

// FS has the folders common, ecs, ingest and legacy.
//
//go:embed common ecs ingest legacy
var FS embed.FS

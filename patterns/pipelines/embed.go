// Package pipelines holds the ingest pipelines that millrace ships. They are Elasticsearch's own format,
// and can be moved there as they are.
//
// NAME.examples.yml beside a pipeline has lines as senders write them and the fields that come of each;
// they are what the pipeline promises. Nothing but data is here.
package pipelines

import "embed"

// FS has the pipelines and their examples.
//
//go:embed *.yml
var FS embed.FS

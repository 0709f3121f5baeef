// Package pipelinecli is what `millrace pipeline` does: it checks which pipelines of a folder load, runs the
// fixtures beside them, and shows what a pipeline does to a line step by step.
//
// It knows two layouts, Filebeat's modules (MODULE/FILESET/manifest.yml with ingest/ and test/) and Elastic's
// integrations (data_stream/NAME/elasticsearch/ingest_pipeline/ with _dev/test/pipeline/). Nothing here runs
// while lines flow, and no module is treated in a way of its own.
package pipelinecli

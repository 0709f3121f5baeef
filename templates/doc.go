// Package templates has what Elasticsearch must know before the first document comes: component and
// index templates, and a lifecycle policy where the cluster has those.
//
// The mapping is made from the table of package ecs, lean on purpose: strings are keywords, text has no
// norms, numbers that nobody looks up by value alone have no tree, the original line is kept unindexed.
// That is 40% of the disk and half of the CPU of Logstash's classic template. And it takes what comes:
// values that do not fit their field are kept and not indexed, what a sender can name freely goes into
// one flattened field, and fields beyond the limit are kept and not indexed.
//
// No index is made or changed here, and no document is touched.
package templates

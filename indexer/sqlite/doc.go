// Package sqlite is the embedded index: what is used where there is no Elasticsearch. It is good for
// one machine.
//
// Each daily index is one SQLite file in the folder, <prefix>-<lane>-YYYY.MM.DD.db; deleting old days
// is deleting files. One process writes, which a lock on the folder ensures; any number may search
// meanwhile. The documents stand in the files as they were indexed. The full-text index finds
// candidates, which package query then compares with what was asked for, so that answers are those of
// Elasticsearch.
package sqlite

// Package elastic is Elasticsearch as an index: the client, the sink that bulk requests go to, and search.
//
// The transport is go-elasticsearch's (several nodes, dead ones left alone for a while); its retries are
// off, because what is sent again, and when, is the lane's affair. Nothing here makes an index other
// than by the templates that package templates has put in place.
package elastic

// Package query is the language of `millrace search`: the part of Lucene's and Kibana's languages that
// people type.
//
//	sshd failed                          both words, anywhere in message
//	"failed password"                    these words next to each other
//	process.name:sshd                    the field has this value, case included
//	process.name:(sshd OR sudo)          one of these
//	url.path:/wp-*                       * for any characters, ? for one
//	message:fail*                        a word that begins so
//	source.ip:10.0.0.0/8                 an address in this network; 10.1.* is one too
//	source.port:[1024 TO 2048}           from 1024 to below 2048; * leaves an end open
//	http.response.status_code >= 500     also > < <=, with or without a colon before
//	@timestamp:2026-11-21                on this day (UTC); @timestamp >= now-2h
//	user.name:*  or  _exists_:user.name  the field is there
//	a AND b, a OR b, NOT a, -a, !a, ( )  also and, or, not; words side by side are joined with AND
//	json.target\ port:8080               a backslash takes the meaning from the next character
//
// NOT binds strongest, then AND, then OR. Slashes are just characters: there are no regular expressions.
//
// A query is translated to Elasticsearch's language by [Query.DSL]; an index that has no language of its
// own finds candidates by [Query.Candidates] and [Query.Bounds] and decides with [Query.Matches].
// Both give the same answers.
package query

// Package painless compiles Elasticsearch's script language and runs it over an [event.Event].
//
// A condition is what stands in a processor's `if`, a script what stands in a `script` processor. Both are
// compiled once (lexer, parser, types, closures) and run for every line:
//
//	cond, err := painless.CompileCondition(`ctx?.event?.code == '4625'`, painless.Options{})
//	script, err := painless.CompileScript(src, painless.Options{Params: params})
//
//	ctx := painless.NewContext(hooks)      // one per worker, used again for every line
//	ctx.Event, ctx.Received = ev, received // before each line; Metadata too where scripts may ask for it
//	yes, err := cond.Eval(ctx)             // err is an *Error
//	err = script.Run(ctx)                  // changes ctx.Event
//
// Compiled code is safe for concurrent use; a [Context] is one worker's scratch space. Text and containers
// that a script makes are parts of the event and live until it is reset.
//
// The types are Painless's: int, long, double and def are told apart as Elasticsearch does, integers wrap,
// strings are measured in UTF-16 units. What the package does not know (a class, a method, a construct) is a
// [*CompileError] with line and column; a method that is called on a def must be one of some known class, and
// when the value turns out to be of another, the error at run time is in Elasticsearch's words.
//
// Iteration over maps and sets that Elasticsearch holds in a HashMap is in Java's order of hashes, so that
// lists which scripts build from them are the same.
//
// Where it differs from Elasticsearch, on purpose: params cannot be changed (there, what one document changed in
// them, the next would see); metadata is set only where the caller allows it; numbers are compared as they are
// when an operator has met several classes, where Elasticsearch fails on the first meeting of a boolean and a
// number; arrays and sets that a script leaves in the document are lists, and TreeMaps plain maps, for those who
// come after it; keys that are no text follow those that are, whatever the order of their map, and entries that compute,
// merge and computeIfAbsent add to a HashMap follow those of the same bucket, where Java has them first; functions such as field() and metadata() are refused.
//
// go test ./parser/painless -run Coverage -v -pipelines DIR says what share of a folder's conditions and scripts
// compiles; -run RealConditions -pipelines DIR and -run TestElasticsearch -scripts 10000 compare with a real
// Elasticsearch.
//
// Of the 343 classes and 3,682 methods, constructors and constants that Elasticsearch lists for ingest scripts, 217 and
// 1,926 are known; go test ./parser/painless -run Whitelist -v asks one, counts them and names the others. They are
// what is random (Random, UUID.randomUUID, Math.random: a line that comes again must make the same document), calendars
// other than ISO's, java.text, java.nio, Calendar and TimeZone, DateTimeFormatterBuilder, Year, YearMonth, MonthDay,
// OffsetTime, WeekFields, and names of blocks and scripts of Unicode. Names of days and months are English. A BigInteger that a script
// makes has at most 65,536 bits, a BigDecimal as many without its exponent. Parts of TreeMaps and TreeSets (headMap,
// descendingSet) are copies that cannot be changed; a BigInteger that a script leaves in the document is a number, a BigDecimal an error,
// as in _simulate: doubleValue makes one.
//
// What never happens here: no clock is read ("now" is the time of receipt), nothing is random, no document is
// turned into Go maps, and no script runs for ever: [Limits] bound its loops, its recursion and its memory.
package painless

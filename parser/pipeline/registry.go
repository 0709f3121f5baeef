package pipeline

// constructor returns what compiles a processor of that type from its options, nil if there is no such
// processor. This is the list of all that there are; options that a constructor does not ask for are an error.
func constructor(typ string) func(*options) processor {
	switch typ {
	case "append":
		return newAppend
	case "bytes":
		return newBytes
	case "convert":
		return newConvert
	case "csv":
		return newCSV
	case "date":
		return newDate
	case "dissect":
		return newDissect
	case "drop":
		return newDrop
	case "fail":
		return newFail
	case "foreach":
		return newForeach
	case "geoip":
		return newGeoIP
	case "grok":
		return newGrok
	case "gsub":
		return newGsub
	case "join":
		return newJoin
	case "json":
		return newJSON
	case "kv":
		return newKV
	case "lowercase":
		return newLowercase
	case "pipeline":
		return newPipeline
	case "remove":
		return newRemove
	case "rename":
		return newRename
	case "script":
		return newScript
	case "set":
		return newSet
	case "split":
		return newSplit
	case "terminate":
		return newTerminate
	case "trim":
		return newTrim
	case "uppercase":
		return newUppercase
	case "uri_parts":
		return newURIParts
	case "urldecode":
		return newURLDecode
	case "user_agent":
		return newUserAgent
	}
	return nil
}

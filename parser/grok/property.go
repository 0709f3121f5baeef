package grok

import (
	"strings"
	"unicode"
)

// property returns the set that a \p{name} or [:name:] means.
func property(name string) (charset, bool) {
	key := strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(name))
	if f, ok := posixSets[key]; ok {
		return f(), true
	}
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
		for n, t := range tables {
			if strings.ReplaceAll(strings.ToLower(n), "_", "") == key {
				return fromTables(t), true
			}
		}
	}
	if long, ok := longCategories[key]; ok {
		return fromTables(unicode.Categories[long]), true
	}
	return nil, false
}

var (
	alphabetic = []*unicode.RangeTable{unicode.L, unicode.Nl, unicode.Other_Alphabetic}
	graph      = []*unicode.RangeTable{unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Cf, unicode.Co}
)

// The POSIX brackets, in Unicode: the names that [:name:] and \p{Name} share.
var posixSets = map[string]func() charset{
	"alnum": func() charset { return fromTables(append(alphabetic, unicode.Nd)...) },
	"alpha": func() charset { return fromTables(alphabetic...) },
	"ascii": func() charset { return charset{0, 0x7f} },
	"blank": func() charset { return union(charset{'\t', '\t'}, fromTables(unicode.Zs)) },
	"cntrl": func() charset { return fromTables(unicode.Cc) },
	"digit": func() charset { return fromTables(unicode.Nd) },
	"graph": func() charset { return fromTables(graph...) },
	"lower": func() charset { return fromTables(unicode.Ll, unicode.Other_Lowercase) },
	"print": func() charset { return fromTables(append(graph, unicode.Zs)...) },
	"punct": func() charset {
		return union(fromTables(unicode.P), charset{'$', '$', '+', '+', '<', '>', '^', '^', '`', '`', '|', '|', '~', '~'})
	},
	"space":  func() charset { return fromTables(unicode.White_Space) },
	"upper":  func() charset { return fromTables(unicode.Lu, unicode.Other_Uppercase) },
	"xdigit": func() charset { return setHex },
	"word":   func() charset { return fromTables(append(alphabetic, unicode.M, unicode.Nd, unicode.Pc)...) },
	"any":    func() charset { return setAny },
	"assigned": func() charset {
		return fromTables(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
	},
}

var longCategories = map[string]string{
	"letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt", "modifierletter": "Lm",
	"otherletter": "Lo", "mark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me", "number": "N",
	"decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P", "connectorpunctuation": "Pc",
	"dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe", "initialpunctuation": "Pi",
	"finalpunctuation": "Pf", "otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc",
	"modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z", "spaceseparator": "Zs", "lineseparator": "Zl",
	"paragraphseparator": "Zp", "other": "C", "control": "Cc", "format": "Cf", "privateuse": "Co", "surrogate": "Cs",
}

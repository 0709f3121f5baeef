package pipeline

// differCases were found by random documents.
var differCases = []struct{ processors, doc, want string }{
	{`[{gsub: {field: a, pattern: '.?', replacement: n}}]`, `{"a":"é<"}`, `{"a":"nnn"}`},
	{`[{gsub: {field: a, pattern: 'x*', replacement: '-'}}]`, `{"a":"axxb"}`, `{"a":"-a--b-"}`},
	{`[{gsub: {field: a, pattern: '$', replacement: '!'}}]`, `{"a":"x\n"}`, `{"a":"x!\n!"}`},
	{`[{split: {field: a, separator: 'x*'}}]`, `{"a":"xF"}`, `{"a":["","","F"]}`},
	{`[{split: {field: a, separator: '$'}}]`, `{"a":"b\n"}`, `{"a":["b","\n"]}`},
	{`[{registered_domain: {field: a}}]`, `{"a":".co.uk"}`, `{"a":".co.uk","domain":".co.uk","top_level_domain":".co.uk"}`},
	{`[{registered_domain: {field: a}}]`, `{"a":"."}`, `{"a":"."}`},
	{`[{registered_domain: {field: a}}]`, `{"a":".."}`, `{"a":"..","domain":"..","top_level_domain":".."}`},
	{`[{registered_domain: {field: a}}]`, `{"a":"10.1.2.3"}`, `{"a":"10.1.2.3"}`},
	{`[{registered_domain: {field: a}}]`, `{"a":"www.é.公司.香港"}`, `{"a":"www.é.公司.香港","domain":"www.é.公司.香港","registered_domain":"é.公司.香港","subdomain":"www","top_level_domain":"公司.香港"}`},
	{`[{registered_domain: {field: a}}]`, `{"a":"É.COM"}`, `{"a":"É.COM","domain":"É.COM","registered_domain":"É.com","top_level_domain":"com"}`},
	{`[{registered_domain: {field: a}}]`, `{"a":"x.РФ"}`, `{"a":"x.РФ"}`},
	{`[{json: {field: a, strict_json_parsing: false}}]`, `{"a":"null{"}`, `{"a":null}`},
	{`[{json: {field: a, add_to_root: true}}]`, `{"a":"{\"\":1}"}`, `String index out of range: 0`},
	{`[{script: {source: 'ctx.b = Processors.json(ctx.a)'}}]`, `{"a":null}`, `{"a":null,"b":null}`},
	{`[{script: {source: 'ctx.b = Processors.json(ctx.a)'}}]`, `{"a":-2.25}`, `{"a":-2.25,"b":-2.25}`},
	{`[{uri_parts: {field: a}}]`, `{"a":"mailto:a b?c?d"}`, `{"a":"mailto:a b?c?d","url":{"scheme":"mailto","domain":"","original":"mailto:a b?c?d","path":"a b?c","query":"d"}}`},
	{`[{uri_parts: {field: a}}]`, `{"a":"//ö@[::1]"}`, `{"a":"//ö@[::1]","url":{"scheme":null,"domain":"[::1]","original":"//ö@[::1]","path":"","user_info":"ö"}}`},
	{`[{network_direction: {internal_networks: [1.2.3.0]}}]`, `{"source":{"ip":"1.2.3."},"destination":{"ip":"::1"}}`, `{"source":{"ip":"1.2.3."},"destination":{"ip":"::1"},"network":{"direction":"outbound"}}`},
	{`[{reroute: {namespace: ['{{a}}']}}]`, `{"a":"İΑΣ"}`, `{"a":"İΑΣ","data_stream":{"type":"logs","dataset":"generic","namespace":"i̇ας"}}`},
}


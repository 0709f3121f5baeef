package pipeline

import (
	"encoding/json"
	"strings"
)

func genCommunityID(g random) (object, func() object) {
	config := object{}
	g.maybe(config, 6, "source_ip", g.of("source.ip", "f", "missing"))
	g.maybe(config, 6, "source_port", g.of("source.port", "f", "d"))
	g.maybe(config, 6, "destination_ip", g.of("destination.ip", "f", "a.b"))
	g.maybe(config, 6, "destination_port", g.of("destination.port", "a.b", "f"))
	g.maybe(config, 6, "icmp_type", g.of("icmp.type", "f", "n"))
	g.maybe(config, 6, "icmp_code", g.of("icmp.code", "missing"))
	g.maybe(config, 6, "iana_number", g.of("network.iana_number", "n"))
	g.maybe(config, 6, "transport", g.of("network.transport", "b"))
	g.maybe(config, 4, "target_field", g.target())
	g.maybe(config, 3, "seed", g.any(0, 1, 123, 65535, 65536, -1, "7"))
	g.flags(config, "ignore_missing")
	ip := func() any {
		return g.any("1.2.3.4", "10.0.0.1", "255.255.255.255", "2001:db8::1", "2001:db8::2", "::ffff:1.2.3.4", "1.2.3", "x", "", json.Number("5"), nil, "fe80::1", "1.2.3.4", "10.0.0.1")
	}
	port := func() any {
		return g.any(80, "443", json.Number("65535"), 65536, -1, "x", "", 0, json.Number("1.0"), 80, nil, "0x50", " 80", json.Number("5000000000"), []any{1}, true)
	}
	return config, func() object {
		doc := g.document("f", ip)
		side := func(name string) {
			m := object{"ip": ip()}
			g.maybe(m, 2, "port", port())
			if !g.chance(12) {
				doc[name] = m
			}
		}
		side("source")
		side("destination")
		if !g.chance(10) {
			m := object{}
			g.maybe(m, 2, "transport", g.any("tcp", "udp", "icmp", "ipv6-icmp", "icmp6", "sctp", "gre", "TCP", "x", "6", "17", "1", "58", 6, nil, "", "pim", "igmp", "eigrp", "ospf", "256", "-1"))
			g.maybe(m, 3, "iana_number", g.any(6, "17", 1, "58", 132, "tcp", 300, -1, "x", nil, json.Number("6.0"), "47", 0))
			doc["network"] = m
		}
		if g.chance(3) {
			m := object{}
			g.maybe(m, 2, "type", g.any(0, 8, 128, "3", 255, 256, 300, "x", nil, -1, 133))
			g.maybe(m, 2, "code", g.any(0, 1, "2", "x", nil, 70000))
			doc["icmp"] = m
		}
		return doc
	}
}

func genNetworkDirection(g random) (object, func() object) {
	config := object{}
	names := []string{"loopback", "global_unicast", "unicast", "link_local_unicast", "interface_local_multicast", "link_local_multicast", "multicast", "unspecified", "private", "public",
		"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32", "1.2.3.4", "10.1.2.3/33", "x/8", "fd00::/8", "0.0.0.0/0", "::/0", "10.1.2.3/8", "::ffff:0:0/96", "nonsense", "10.0.0.0/-1", "private ", "10.0.0.0/x"}
	if g.chance(3) {
		config["internal_networks_field"] = g.of("n", "n", "f", "missing")
	} else {
		config["internal_networks"] = g.some(3, names...)
	}
	g.maybe(config, 30, "internal_networks_field", "n")
	g.maybe(config, 6, "source_ip", "f")
	g.maybe(config, 6, "destination_ip", g.of("f", "source.ip", "a.b"))
	g.maybe(config, 4, "target_field", g.target())
	g.flags(config, "ignore_missing")
	ip := func() any {
		return g.any("10.1.2.3", "8.8.8.8", "127.0.0.1", "::1", "fe80::1", "ff02::1", "ff01::1", "224.0.0.1", "239.1.1.1", "0.0.0.0", "::", "255.255.255.255", "fd00::1", "fc00::1", "192.168.1.1", "172.16.0.1", "172.32.0.1",
			"169.254.1.1", "2001:db8::5", "192.0.2.7", "::ffff:10.1.2.3", "1.2.3", "x", "", nil, 5, "2606:4700::1")
	}
	return config, func() object {
		doc := g.document("f", ip)
		if !g.chance(12) {
			doc["source"] = object{"ip": ip()}
		}
		if !g.chance(12) {
			doc["destination"] = object{"ip": ip()}
		}
		if !g.chance(6) {
			doc["n"] = g.any(g.some(3, names...), g.some(2, names...), "private", []any{nil, 1}, g.value(1))
		}
		return doc
	}
}

func genCSV(g random) (object, func() object) {
	config := object{"field": g.field(), "target_fields": g.some(4, "a", "b", "c", "d", "t.u", "f", "list.0", "new")}
	g.maybe(config, 12, "target_fields", g.of("a", "t"))
	g.maybe(config, 4, "separator", g.of(";", "\t", "|", " ", "ab", "é", "\n", "\""))
	g.maybe(config, 4, "quote", g.of("'", "\"", "#", "", ","))
	g.maybe(config, 4, "empty_value", g.any("", "none", 0, nil, []any{1}))
	g.flags(config, "trim", "ignore_missing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			return g.joined(9, "a", "1", " ", ",", ",", ",", ";", "\"", "\"\"", "\"x,y\"", "\"q\"", "'", "\t", "\n", "é", "|", "\"a\"\"b\"", " \"s\" ", "#", "😀", "\r\n")
		})
	}
}

func genKV(g random) (object, func() object) {
	config := object{"field": g.field(), "field_split": g.of(" ", "&", ",", "[ ,]+", "\\s", ";\\s*", "", "&|;", " (?=\\w+=)", "(,)", "."), "value_split": g.of("=", ":", "[:=]", "=>", "", "(=)", " ")}
	g.maybe(config, 3, "target_field", g.target())
	g.maybe(config, 4, "include_keys", g.some(3, "a", "b", "c", "k1", ""))
	g.maybe(config, 4, "exclude_keys", g.some(2, "a", "b", "x"))
	g.maybe(config, 4, "prefix", g.of("p_", "", "q.", "é"))
	g.maybe(config, 4, "trim_key", g.of(" ", "<>", "_", "\"'", "[", "]", "^a", "\\"))
	g.maybe(config, 4, "trim_value", g.of(" ", "\"", "<>()", ".", "]["))
	g.flags(config, "strip_brackets", "ignore_missing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(8) {
				return g.text()
			}
			var b strings.Builder
			for range g.IntN(5) {
				b.WriteString(g.of("", "", " ", "_", "<") + g.of("a", "b", "c", "k1", "a.b", "é", "", "t.u", "x y", "a..b", "0") + g.of("=", "=", "=", ":", "=>", "", "==", " = "))
				b.WriteString(g.of("1", "v", "", "(x)", "[y]", "<z>", "\"q\"", "'s'", "a=b", "é😀", " p ", "\"", "(", "..v.", "\"(n)\"", "()"))
				b.WriteString(g.of(" ", " ", "&", ",", ";", "; ", "  ", ""))
			}
			return b.String()
		})
	}
}

func genJSON(g random) (object, func() object) {
	config := object{"field": g.field()}
	g.maybe(config, 3, "target_field", g.target())
	g.maybe(config, 4, "add_to_root_conflict_strategy", g.of("replace", "merge", "x"))
	g.flags(config, "add_to_root", "allow_duplicate_keys", "strict_json_parsing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			switch g.IntN(6) {
			case 0:
				return text(g.value(2))
			case 4: // JSON but for one character
				b := []rune(text(g.object(2)))
				at := g.IntN(len(b))
				return string(b[:at]) + g.of("", "", "{", "}", "[", ",", ":", "\"", "\\", "1", "-", "+", ".", "e", "x", "é", "\n", "\r\n", " ", "/", "//", "/*", "*/", "\t", "\u0001", "tru", "NaN", "$", "😀") + string(b[min(at+g.IntN(2), len(b)):])
			case 1, 2:
				return g.of("", " ") + text(g.object(2)) + g.of("", "", " ", " x", "}", "{}", ",", "\n")
			case 3:
				return g.of("", "null", "true", "tru", "1", "-", "1.5e3", "01", "1.", "NaN", "Infinity", "\"a\"", "'a'", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\x\"", "[1,]", "[1 2]", "{", "[", "{\"a\"}", "{\"a\":}",
					"{a:1}", "{\"a\":1,\"a\":2}", "{\"a\":1}{\"b\":2}", "[]", "{}", "1e400", "-0", "123456789012345678901234567890", "// c\n1", "\"a\nb\"", "{\"a.b\":1,\"a\":{\"c\":2}}", "abc", "10.1.2.3", "2020-01-01", "1 2", "true x",
					"\"unclosed", "{\"\":1}", "[[[]]]", "+1", ".5", "1abc", "\ufeff{}", "null null", "123 abc", "\"s\" \"t\"", "1.0000000000000000000001", "4e-400")
			}
			return g.joined(6, "{", "}", "[", "]", "\"a\"", ":", ",", "1", "null", " ")
		})
	}
}

func genURIParts(g random) (object, func() object) {
	config := object{"field": g.field()}
	g.maybe(config, 3, "target_field", g.target())
	g.flags(config, "remove_if_successful", "keep_original", "ignore_missing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(8) {
				return g.text()
			}
			return g.of("http://", "https://", "ftp://", "", "//", "file:///", "mailto:", "urn:isbn:", "HTTP://", "a+b.c-d://", "1x://", ":", "http:/", "http:") +
				g.of("", "joe@", "joe:pw@", "joe:p:w@", ":@", "%6a@", "a b@", "@", "jö:x@") +
				g.of("example.com", "1.2.3.4", "[::1]", "[::1", "exa_mple.com", "häß.de", "", "a-.b", "example.com.", "EXAMPLE.com", "-a.b", "1.2.3.400", "a..b", "x", "[fe80::1%25eth0]", "a.1") +
				g.of("", ":80", ":", ":x", ":99999", ":0080", ":-1", ":2147483648") +
				g.of("", "/", "/a/b.gif", "/a.b/c", "/%20x/y%2Fz.tar.gz", "/a b", "/é", "/.hidden", "/x.", "/%zz", "/a;p=1", "/a|b", "//x//", "/../x", "/a%C3%A4.txt", "/%e4") +
				g.of("", "", "?q=1", "?", "?a=%20b&c=%26", "?é=1", "?a b", "?x=^", "?a?b", "?[1]", "?%zz") +
				g.of("", "", "#f", "#", "#a%20b", "#é", "#a#b")
		})
	}
}

func genRegisteredDomain(g random) (object, func() object) {
	config := object{"field": g.field()}
	g.maybe(config, 2, "target_field", g.of("url", "a", "t.u", "", "f"))
	g.flags(config, "ignore_missing")
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(8) {
				return g.text()
			}
			// Not bd: each name below it was a suffix in the list that Elasticsearch brings, and is none now.
			return g.of("", "", "www.", "a.b.", "WWW.", ".", "x..", "é.", "*.", "_dmarc.", "xn--mnchen-3ya.") + g.of("example", "google", "Amazon", "blogspot", "city", "kawasaki", "compute", "ck", "münchen", "github", "x", "") +
				g.of("", ".com", ".co.uk", ".de", ".COM", ".invalidtld", ".co.jp", ".kawasaki.jp", ".ck", ".github.io", ".s3.amazonaws.com", ".uk", ".local", ".ru", ".рф", ".xn--p1ai", ".appspot.com", ".org.", ".net..", ".1", ".org", ".museum",
					".香港", ".公司.香港", ".com.au", ".np", ".k12.ca.us")
		})
	}
}

func genFingerprint(g random) (object, func() object) {
	config := object{"fields": g.list(2, func() any { return g.of("f", "a", "b", "a.b", "list", "list.0", "missing") })}
	g.maybe(config, 3, "target_field", g.target())
	g.maybe(config, 3, "salt", g.of("s", "", " ", "é"))
	g.maybe(config, 2, "method", g.of("MD5", "SHA-1", "SHA-256", "SHA-512", "MurmurHash3", "md5", "CRC"))
	g.flags(config, "ignore_missing")
	return config, func() object { return g.document("f", func() any { return g.value(3) }) }
}

func genDissect(g random) (object, func() object) {
	key := func() string {
		if g.chance(20) {
			return g.of("", "+", "*", "&", "?") + g.of("a", "", "k") + g.of("", "/1", "/x", "->")
		}
		return g.of("", "", "", "", "+", "?") + g.of("a", "b", "c", "d", "t.u", "k", "a", "x y", "é") + g.of("", "", "", "->")
	}
	pattern := g.of("", "", "[", "é")
	for range 1 + g.IntN(4) {
		pattern += "%{" + key() + "}" + g.of(" ", ",", "=", "", " - ", ":", "] ", "::", "é", "%")
	}
	if g.chance(4) {
		pattern += g.of(" %{+a/2} %{+a/1}", " %{*k}=%{&k}", ",%{&r->} %{*r}", " %{*p}:%{&p};%{*q}:%{&q}")
	}
	if g.chance(12) {
		pattern = g.joined(5, "%", "{", "}", "a", "%{a}", " ")
	}
	config := object{"field": g.field(), "pattern": pattern}
	g.maybe(config, 3, "append_separator", g.of("-", "", ", "))
	g.flags(config, "ignore_missing")
	delimiters := strings.FieldsFunc(pattern, func(r rune) bool { return r == '{' || r == '}' })
	return config, func() object {
		return g.document(config["field"].(string), func() any {
			if g.chance(4) {
				return g.joined(8, "a", "1", " ", ",", "=", "-", ":", "[", "]", "é", "%", "😀")
			}
			var b strings.Builder
			for i := 0; i < len(delimiters); i++ { // as the pattern has it, with values in place of keys
				if i%2 == 0 {
					b.WriteString(strings.TrimSuffix(delimiters[i], "%"))
				} else {
					b.WriteString(g.of("1", "v", "", "two words", "é", "x,y", "k", "a.b", "😀", "w"))
				}
			}
			return b.String() + g.of("", "", "", " ", "x")
		})
	}
}

package painless

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator writes random expressions that are mostly well typed, so that most of them compile.
type generator struct{ r *rand.Rand }

func (g *generator) pick(options ...string) string { return options[g.r.IntN(len(options))] }

// fill replaces each <type> of a template by an expression of that type.
func (g *generator) fill(template string, depth int) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(template, '<')
		if i < 0 || i+1 >= len(template) || template[i+1] < 'a' || template[i+1] > 'z' {
			if i >= 0 {
				b.WriteString(template[:i+1])
				template = template[i+1:]
				continue
			}
			b.WriteString(template)
			return b.String()
		}
		end := i + strings.IndexByte(template[i:], '>')
		b.WriteString(template[:i])
		if t := template[i+1 : end]; leaves[t] == nil && templates[t] == nil {
			b.WriteString(template[i : end+1]) // the name of a group
		} else {
			b.WriteString(g.expr(t, depth))
		}
		template = template[end+1:]
	}
}

var leaves = map[string][]string{
	"int":    {"0", "1", "2", "3", "7", "-1", "-5", "10", "255", "2147483647", "-2147483648", "0x1F", "017", "'abc'.length()", "(int)3.7", "Integer.MAX_VALUE"},
	"long":   {"0L", "1L", "-7L", "5000000000L", "9223372036854775807L", "60L", "(long)2.5e9", "Long.MIN_VALUE"},
	"double": {"0.0", "1.5", "-2.25", "1e10", "1e-5", "3.0", "100.125", "0.1", "Double.MAX_VALUE", "1.0/3"},
	"float":  {"0.5f", "1.5f", "-2.0f", "1e10f", "0.1f"},
	"string": {"''", "'a'", "'abc'", "'Hello World'", "'a,b,,c,'", "'42'", "'-7'", "'1.5'", "'héllo'", "'😀x'", "'  pad '", "'null'", "'/var/log/x.log'", "\"it's\"", "'UPPER'", "'ß'"},
	"bool":   {"true", "false"},
	"char":   {"(char)'a'", "(char)'Z'", "(char)'0'", "(char)' '", "(char)65"},
	"def": {
		"ctx.s", "ctx.i", "ctx.big", "ctx.d", "ctx.b", "ctx.n", "ctx.l", "ctx.m", "ctx.missing", "ctx.e", "ctx.num", "ctx.m.k", "ctx.m.x", "ctx.l[0]",
		"ctx['s']", "ctx.u", "ctx.f", "ctx.l2", "ctx.m?.deep?.er", "params.p", "params.q",
	},
	"year":  {"2024", "2023", "1970", "1969", "1600", "2999", "9999", "1", "2100"},
	"month": {"1", "2", "3", "10", "11", "12"},
	"day":   {"1", "10", "28", "31"},
	"zone":  {"'UTC'", "'Z'", "'+05:30'", "'Europe/Paris'", "'America/New_York'", "'Asia/Kolkata'", "'-03:00'"},
	"move": {
		"plusSeconds", "minusHours", "plusDays", "minusWeeks", "plusMonths", "minusMonths", "plusNanos", "minusMinutes",
	},
	"unit": {"NANOS", "SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS"},
	"pattern": {
		"'yyyy-MM-dd'", "'dd/MMM/yyyy:HH:mm:ss Z'", "'EEE, d MMMM uuuu'", "'yy.M.d H:m:s.SSS XXX'", "'hh:mm a'", "'DDD'", "'yyyyMMddHHmmss'", "'EEEE'", "\"yyyy-MM-dd'T'HH:mm:ssX\"",
	},
	"datetext": {
		"'2020-02-29T01:02:03Z'", "'2020-02-30T01:02:03Z'", "'2020-02-29T01:02:03.5+01:00'", "'2020-02-29'", "'2020-2-29'", "'2020-02-29T01:02Z'", "'2020-02-29T24:00:00Z'", "'0001-01-01T00:00:00Z'",
		"'2020-02-29T01:02:03Z[Europe/Paris]'", "'2020-02-29T01:02:03+02:00[Europe/Paris]'", "'+12020-02-29T01:02:03Z'", "'x'", "''", "'-7'", "'2020-02-29 01:02:03'", "'2020-13-01T00:00:00Z'", "'2019-02-29'",
	},
	"list": {"[]", "[1]", "[1, 2, 3]", "['a', 'b', 'a']", "[3, 1, 2]", "['b', 'c', 'a']", "[1, 2L, 3.0]", "[null, 1]", "[[1], [2]]", "new ArrayList()"},
	"map":  {"[:]", "['a': 1]", "['a': 1, 'b': 2, 'c': 3]", "['x': null]", "['k': 'v', 'l': [1]]", "new HashMap()", "['zeta': 1, 'alpha': 2, 'beta': 3, 'gamma': 4]"},
}

var templates = map[string][]string{
	"int": {
		"(<int> + <int>)", "(<int> - <int>)", "(<int> * <int>)", "(<int> / <int>)", "(<int> % <int>)", "(<int> & <int>)", "(<int> | <int>)", "(<int> ^ <int>)",
		"(<int> << <int>)", "(<int> >> <int>)", "(<int> >>> <int>)", "(~<int>)", "(-<int>)", "(int)<long>", "(int)<double>", "(int)<char>", "(<bool> ? <int> : <int>)",
		"<string>.length()", "<string>.indexOf(<string>)", "<string>.lastIndexOf(<string>)", "<string>.compareTo(<string>)", "<list>.size()", "<map>.size()",
		"Integer.parseInt(<string>)", "<string>.hashCode()", "Integer.compare(<int>, <int>)", "<list>.indexOf(<any>)", "<list>.hashCode()", "Integer.bitCount(<int>)",
		"<string>.codePointAt(<small>)", "Character.getNumericValue(<char>)", "<string>.splitOnToken(<string>).length", "<list>.length", "Integer.reverse(<int>)",
		"Integer.signum(<int>)", "Integer.max(<int>, <int>)", "<map>.hashCode()", "<string>.indexOf(<string>, <small>)", "<string>.compareToIgnoreCase(<string>)",
		"Character.digit(<char>, 16)", "Integer.numberOfTrailingZeros(<int>)",
	},
	"small": {"0", "1", "2", "3", "5", "-1"},
	"long": {
		"(<long> + <long>)", "(<long> - <int>)", "(<int> * <long>)", "(<long> / <long>)", "(<long> % <int>)", "(<long> & <long>)", "(<long> << <int>)", "(<long> >>> <int>)",
		"(long)<int>", "(long)<double>", "(-<long>)", "(~<long>)", "Long.parseLong(<string>)", "Math.round(<double>)", "Long.max(<long>, <long>)", "<list>.stream().count()",
		"Long.reverse(<long>)", "Long.rotateLeft(<long>, <small>)",
	},
	"double": {
		"(<double> + <double>)", "(<double> * <int>)", "(<double> / <int>)", "(<double> % <double>)", "(<long> / <double>)", "Math.abs(<double>)", "Math.floor(<double>)",
		"Math.max(<double>, <int>)", "Math.sqrt(<double>)", "Double.parseDouble(<string>)", "(double)<int>", "(double)<float>", "Math.ceil(<double>)", "Math.rint(<double>)",
		"Math.min(<double>, <long>)", "Math.pow(<double>, <small>)", "(-<double>)", "Math.signum(<double>)",
	},
	"float": {"(<float> + <float>)", "(<float> * <int>)", "(float)<double>", "(<float> / <float>)", "(-<float>)", "Float.parseFloat(<string>)", "(<float> + <long>)"},
	"string": {
		"(<string> + <any>)", "(<any> + <string>)", "<string>.toLowerCase()", "<string>.toUpperCase()", "<string>.trim()", "<string>.substring(<small>)",
		"<string>.substring(<small>, <small>)", "<string>.replace(<string>, <string>)", "String.valueOf(<any>)", "<int>.toString()", "<list>.toString()", "<map>.toString()",
		"String.join(<string>, ['x', 'y'])", "Integer.toString(<int>, 16)", "Integer.toHexString(<int>)", "Long.toString(<long>)", "Double.toString(<double>)",
		"<list>.join('-')", "(<bool> ? <string> : <string>)", "<string>.concat(<string>)", "new StringBuilder(<string>).append(<any>).reverse().toString()",
		"String.format('%s|%d|%5s|%x', new def[] {<any>, <int>, <string>, <int>})", "/[aeiou]+/.matcher(<string>).replaceAll('_')", "<char>.toString()",
		"Integer.toBinaryString(<int>)", "<string>.encodeBase64()", "(<string> ?: <string>)", "<string>.replaceAll(/[a-z]/, m -> m.group().toUpperCase())",
		"(String)<def>", "Long.toHexString(<long>)", "Float.toString(<float>)", "<string>.sha1()", "/(\\w)(\\d*)/.matcher(<string>).replaceAll('$2$1')",
		"String.format('%.2f|%08.3f|%e', new def[] {<double>, <double>, <double>})", "String.format('%-6s|%06d|%,d', new def[] {<string>, <int>, <long>})",
	},
	"bool": {
		"(<int> < <int>)", "(<int> == <int>)", "(<long> >= <int>)", "(<double> > <long>)", "(<string> == <string>)", "(<string> != <any>)", "(<any> == <any>)", "(<any> != null)",
		"(!<bool>)", "(<bool> && <bool>)", "(<bool> || <bool>)", "<string>.contains(<string>)", "<string>.startsWith(<string>)", "<string>.endsWith(<string>)", "<string>.isEmpty()",
		"<string>.equals(<any>)", "<string>.equalsIgnoreCase(<string>)", "<list>.contains(<any>)", "<map>.containsKey(<string>)", "(<def> instanceof String)", "(<def> instanceof Map)",
		"(<def> instanceof List)", "(<def> instanceof Number)", "(<string> =~ /[a-c]/)", "(<string> ==~ /[A-Za-z]+/)", "(<def> =~ /o/)", "<list>.equals(<list>)", "(<list> == <list>)",
		"(<map> == <map>)", "(<def> > <int>)", "(<def> == <any>)", "<map>.containsValue(<any>)", "(<bool> ^ <bool>)", "(<bool> & <bool>)", "(<def> < <def>)", "(<def> === <def>)",
		"<list>.stream().anyMatch(x -> x == <any>)", "Character.isDigit(<char>)", "Character.isLetter(<char>)", "<string>.regionMatch", "(<float> == <double>)", "(<char> == <int>)",
		"(<string> ==~ /^\\d+$/)", "(<string> =~ /(?i)HELLO|l{2}/)", "<list>.any(x -> x != null)", "(<def> instanceof Integer)",
	},
	"char": {"<string>.charAt(<small>)", "(char)<int>", "Character.toUpperCase(<char>)", "Character.toLowerCase(<char>)"},
	"def": {
		"(<def> + <def>)", "(<def> - <def>)", "(<def> * <int>)", "(<def> / <def>)", "(<def> % <int>)", "(<def> + <any>)", "<def>?.toString()", "<def>.length()", "<def>.size()",
		"<def>.toLowerCase()", "<list>.get(<small>)", "<map>.get(<string>)", "<def>.get('k')", "<def>.contains('a')", "(<def> ?: <any>)", "(<bool> ? <any> : <any>)", "<def>[0]", "<def>['k']",
		"<def>.k", "<map>.getOrDefault(<string>, <any>)", "<list>.stream().map(x -> x.toString()).collect(Collectors.toList())", "<def>.isEmpty()", "<def>.hashCode()", "(-<def>)",
		"<def>.longValue()", "<def>.intValue()", "<def>.substring(<small>)", "<def>.splitOnToken(',')", "(<def> & <int>)", "(<def> << <small>)", "<def>.doubleValue()", "<def>.equals(<any>)",
		"<def>.compareTo(<def>)", "<def>.keySet()", "<def>.values()", "<map>.put(<string>, <any>)", "<map>.remove(<string>)", "<def>.charAt(<small>)", "(<def> == <def>)", "<list>[<small>]",
		"<def>.indexOf('b')", "<def>.length", "<def>.empty", "<map>.computeIfAbsent(<string>, k -> k + '!')", "<map>.merge('a', 10, (x, y) -> x + y)", "<list>.find(x -> x != null)",
		"(int)<def>", "(long)<def>", "(double)<def>", "(String)<def>", "(boolean)<def>", "<def>.replace('b', 'c')", "<def>.toUpperCase()", "<map>.entrySet().toString()", "<def>.class", "(~<def>)",
	},
	"list": {
		"new ArrayList(<list>)", "<list>.subList(0, 1)", "<map>.keySet().stream().sorted().collect(Collectors.toList())", "[<any>, <any>]", "Arrays.asList(<string>.splitOnToken(','))",
		"<list>.stream().filter(x -> x != null).collect(Collectors.toList())", "new ArrayList(new HashSet(<list>))", "<list>.collect(x -> '' + x)", "new ArrayList(<map>.values())",
		"<list>.stream().distinct().collect(Collectors.toList())", "<list>.stream().sorted().collect(Collectors.toList())", "<list>.findAll(x -> x == <any>)", "new ArrayList(<map>.keySet())",
		"<list>.stream().skip(1).limit(2).collect(Collectors.toList())", "new ArrayList(new TreeSet(<list>))", "<map>.collect((k, v) -> k + v)", "(List)<def>",
	},
	"map": {"new HashMap(<map>)", "['a': <any>, 'b': <any>]", "<list>.stream().collect(Collectors.toMap(x -> '' + x, x -> x))", "<map>.findAll((k, v) -> v != null)",
		"<list>.stream().collect(Collectors.groupingBy(x -> '' + x))", "new TreeMap(<map>)", "(Map)<def>"},
	"any": {"<int>", "<string>", "<def>", "<long>", "<double>", "<bool>", "<list>", "<map>", "<char>", "<float>"},
}

func (g *generator) expr(t string, depth int) string {
	if l := leaves[t]; len(l) > 0 && (depth <= 0 || len(templates[t]) == 0 || g.r.IntN(4) == 0) {
		return g.pick(l...)
	}
	if depth <= 0 && t == "any" {
		return g.expr(g.pick("int", "string", "def", "bool", "list"), 0)
	}
	return g.fill(g.pick(templates[t]...), depth-1)
}

// statements are scripts that leave a result in r.
var statements = []string{
	"int a = <int>; long b = <long>; a += b; a -= <double>; r = a;",
	"def a = <def>; a += <any>; r = a;",
	"String s = ''; for (int i = 0; i < <small>; i++) { if (i == 2) continue; s += i; } r = s;",
	"def out = []; for (x in <list>) { if (x == null) { break; } out.add(x); } r = out;",
	"def m = <map>; for (e in m.entrySet()) { r = (r == null ? '' : r) + e.getKey() + '=' + e.getValue() + ';'; }",
	"int n = 0; while (n < 5) { n++; if (n == <small>) { break; } } r = n;",
	"int n = 10; do { n -= 3; } while (n > <small>); r = n;",
	"def m = <map>; m.b = <any>; m['c'] = <any>; m.remove('a'); r = m;",
	"def l = <list>; l.add(<any>); l.removeIf(x -> x == <any>); r = l;",
	"try { r = <def>; if (r == null) { throw new IllegalArgumentException('null'); } } catch (NullPointerException e) { r = 'npe'; } catch (IllegalArgumentException e) { r = 'iae ' + e.getMessage(); }",
	"int[] a = new int[3]; a[1] = <int>; a[<small>] += 2; r = a[0] + ',' + a[1] + ',' + a[2];",
	"def f = x -> x; r = <any>; ",
	"r = fact(<small>);",
	"byte b = (byte)<int>; short s = (short)<int>; char c = (char)<int>; r = b + s + c;",
	"long l = <int>; double d = l; float f = <int>; r = d + f;",
	"def x = <int>; x++; ++x; x--; r = x++ + x;",
	"def l = <list>; l.sort((a, b) -> String.valueOf(b).compareTo(String.valueOf(a))); r = l;",
	"Map m = <map>; m.forEach((k, v) -> { if (v != null) { acc.add(k + v) } }); r = acc;",
	"Matcher m = /([a-z])([0-9a-z]?)/.matcher(<string>); while (m.find()) { acc.add(m.group(1) + '|' + m.group(2) + '@' + m.start()); } r = acc;",
	"StringBuilder sb = new StringBuilder(); for (int i = 0; i < 3; ++i) sb.append(<any>).append('|').append(i); r = sb.toString();",
	"def s = <def>; if (s instanceof String && s.length() > 2) { r = s.substring(1) } else if (s instanceof Number) { r = s + 1 } else { r = s }",
	"StringTokenizer st = new StringTokenizer(<string>, ', '); while (st.hasMoreTokens()) { acc.add(st.nextToken()); } r = acc;",
	"ctx.out = <any>; ctx.out2 = ctx.out; r = ctx.out2;",
	"ctx.m.put('z', <any>); ctx.m.k += 1; r = ctx.m;",
	"r = Stream.of(new def[] {<any>, <any>}).map(x -> x == null ? 'nil' : x).collect(Collectors.joining('+'));",
	"def s = new HashSet(); s.add(<any>); s.add(<any>); s.addAll(<list>); r = s;",
	"def it = <list>.iterator(); while (it.hasNext()) { def x = it.next(); acc.add(x); } r = acc;",
	"ZonedDateTime z = ZonedDateTime.parse('2024-02-29T23:59:30.5+01:00'); r = z.plusSeconds(<int>).toString() + z.plusMonths(<small>) + z.minusDays(<small>).getDayOfWeek();",
	"ZonedDateTime z = ZonedDateTime.parse('2024-03-31T01:30:00+01:00[Europe/Paris]'); r = z.plusHours(<small>).toString() + z.withHour(2) + z.toInstant() + z.plusYears(<small>);",
	"Instant a = Instant.ofEpochMilli(<long>); Instant b = Instant.parse('2020-01-01T00:00:00Z'); r = a.toString() + ChronoUnit.SECONDS.between(a, b) + Duration.between(b, a);",
	"r = DateTimeFormatter.ofPattern('yyyy-MM-dd HH:mm:ss.SSS Z').format(ZonedDateTime.parse('2021-12-31T23:59:59.999Z').plusMinutes((int)(<int> % 1000000)));",
}

// moreStatements are of types that the compiler knows, lambdas, dates, matchers, streams and errors.
var moreStatements = []string{
	"String s = <string>; r = s.length() + s.indexOf('a') + s + s.toUpperCase().replace('A', s);",
	"List l = <list>; l.add(<any>); l.add(0, <any>); r = l.indexOf(<any>) + ':' + l + l.contains(<any>) + l.hashCode();",
	"List l = new ArrayList(<list>); l.set(<small>, <any>); l.remove(<small>); Collections.reverse(l); r = l;",
	"Map m = new TreeMap(<map>); m.put(<string>, <any>); r = m.keySet().toString() + m.values() + m.entrySet() + m.size();",
	"Map m = new HashMap(<map>); m.putIfAbsent(<string>, <any>); m.replaceAll((k, v) -> k + v); r = m;",
	"Map m = new LinkedHashMap(); m.put('' + <string>, <int>); m.put('' + <string>, <int>); m.compute('a', (k, v) -> v == null ? 'none' : v + '!'); m.computeIfPresent('a', (k, v) -> v + '1'); m.remove(<string>, <any>); r = m;",
	"Set s = new LinkedHashSet(<list>); s.retainAll(<list>); s.add(<any>); r = s.contains(<any>) + ':' + s;",
	"Deque q = new ArrayDeque(); q.add(<int>); q.add(<string>); r = q.size() + q.toString() + q.contains(<any>);",
	"StringBuilder b = new StringBuilder(<string>); b.insert(<small>, <any>); b.deleteCharAt(<small>); r = b.length() + b.toString() + b.indexOf(<string>);",
	"StringBuilder b = new StringBuilder(); b.append(<string>).append(<int>).append(<bool>).append(<char>).append(<double>); b.setLength(<small>); b.replace(0, 1, <string>); r = b.reverse().toString();",
	"StringBuilder b = new StringBuilder(<string>); b.setCharAt(<small>, <char>); r = b.substring(<small>) + b.charAt(<small>);",
	"Matcher m = /(?<x>[a-z]+)(,?)/.matcher(<string>); if (m.find()) { r = m.group('x') + m.end() + m.groupCount() + m.start(2); } else { r = m.matches(); }",
	"Matcher m = /\\b(\\w)(\\w*)/.matcher(<string>); r = m.replaceAll('$2$1') + m.replaceFirst('<\\$1>') + m.lookingAt() + m.reset().find();",
	"Pattern p = /[,\\s]+/; r = Arrays.asList(p.split(<string>)).toString() + p.pattern() + p.matcher(<string>).matches();",
	"r = <string>.replaceFirst(/[a-z]/, m -> '[' + m.group() + m.start() + ']');",
	"r = <string>.splitOnToken(<string>).length + '|' + String.join('|', <string>.splitOnToken(','));",
	"try { r = <int> / <int>; } catch (ArithmeticException e) { r = 'div ' + e.getMessage(); }",
	"try { def l = <list>; r = l.get(<small>); } catch (IndexOutOfBoundsException e) { r = 'index'; } catch (Exception e) { r = e.getMessage(); }",
	"try { throw new RuntimeException(<string>); } catch (RuntimeException e) { r = e.getMessage() + e.toString(); }",
	"try { try { def x = null; x.size(); } catch (IllegalArgumentException e) { r = 'iae'; } } catch (NullPointerException e) { r = 'npe'; }",
	"try { r = Integer.parseInt(<string>); } catch (NumberFormatException e) { r = e.getMessage(); }",
	"int n = 0; try { n = Integer.parseInt(<string>); n += 100; } catch (NumberFormatException e) { n--; r = e.getMessage(); } long l = Long.parseLong('' + <any>); r = r + ':' + n + l;",
	"try { for (String x : <string>.splitOnToken(',')) { acc.add(x); int n = Integer.parseInt(x), m = n + 1; acc.add(m); } } catch (Exception e) { acc.add(e.getMessage()); } r = acc;",
	"StringTokenizer t = new StringTokenizer(<string>, <string>, <bool>); r = t.countTokens() + t.nextToken() + t.hasMoreTokens() + t.nextToken(',');",
	"def d = ['a': <any>, 'b': ['c': <any>, 'd': [<any>, null, ['e': <any>]]], 'f': '', 'g': [[]]]; r = tidy(d) + ':' + d;",
	"def d = ['a': <any>, 'l': <list>, 'n': null, 'm': [['x': null, 'y': <any>], null]]; nulls(d); r = d;",
	"Map m = <map>; List l = [<any>, '']; m.z = l; l.add(m.b); r = tidy(m.z) + ':' + tidy(l) + tidy(m) + m;",
	"try { String s = <def>; r = s; } catch (ClassCastException e) { r = 'cast'; }",
	"try { int i = <def>; r = i + 1; } catch (Exception e) { r = 'no int'; }",
	"r = <list>.stream().map(x -> '' + x).filter(x -> x.length() > 1).collect(Collectors.joining(',', '[', ']'));",
	"r = <list>.stream().map(String::valueOf).sorted(Comparator.reverseOrder()).collect(Collectors.toList());",
	"r = <list>.stream().mapToInt(x -> ('' + x).length()).sum() + <list>.stream().mapToLong(x -> 2L).max().getAsLong();",
	"r = IntStream.range(0, 5).filter(i -> i % 2 == 0).map(i -> i * 3).boxed().collect(Collectors.toList());",
	"r = IntStream.rangeClosed(1, 4).mapToObj(i -> 'n' + i).collect(Collectors.joining(' ')) + IntStream.range(0, 3).average().getAsDouble();",
	"r = <list>.stream().collect(Collectors.partitioningBy(x -> x == <any>)); r = '' + r.get(true) + r.get(false);",
	"r = <list>.stream().collect(Collectors.groupingBy(x -> '' + x, Collectors.counting()));",
	"r = new TreeMap(<list>.stream().collect(Collectors.toMap(x -> '' + x, x -> 1, (a, b) -> a + b)));",
	"r = <list>.stream().reduce('', (a, b) -> a + b) + <list>.stream().noneMatch(x -> x == null) + <list>.stream().findFirst().isPresent();",
	"r = Optional.ofNullable(<def>).map(x -> x.toString()).orElse('none');",
	"def f = <list>.stream().skip(<small>).limit(2).toArray(); r = f.length;",
	"boolean b = <bool>; b &= <bool>; b |= <bool>; b ^= <bool>; r = b;",
	"int i = <int>; i += <int>; i -= <long>; i *= <double>; i <<= <small>; i >>>= 1; i |= 5; r = i;",
	"long l = <long>; l /= 3; l %= <int>; l += <float>; l >>= <small>; r = l;",
	"double d = <double>; d += <int>; d *= <long>; d -= <float>; d++; r = d;",
	"float f = <float>; f += <int>; f /= <float>; f--; r = f;",
	"byte b = (byte)<int>; b += <small>; b++; short s = b; s *= 2; char c = 'c'; c++; r = '' + b + s + c;",
	"def a = <def>; def b = a; a += 1; r = a + '/' + b;",
	"def a = <list>; a[<small>] = <any>; a[0] += 1; r = a;",
	"def m = <map>; m['a'] += <any>; m.b = m.a; r = m;",
	"String[] a = <string>.splitOnToken(','); a[0] = <string>; for (String x : a) { acc.add(x.trim()); } r = acc;",
	"int[] a = new int[] {<int>, <int>}; int sum = 0; for (int x : a) { sum += x; } r = sum + a.length;",
	"def a = new def[2]; a[1] = <any>; r = a[1] === a[0];",
	"int[][] a = new int[2][3]; a[1][2] = <int>; r = a[1][2] + a[0][0] + a.length + a[0].length;",
	"for (int i = 0; i < 3; i++) { for (int j = 0; j < 3; j++) { if (j == i) { continue; } if (i == 2) { break; } acc.add(i * 10 + j); } } r = acc;",
	"def it = <map>.entrySet().iterator(); while (it.hasNext()) { def e = it.next(); if (e.getKey() == 'a') { e.setValue('seen'); } acc.add(e.key + e.value); } r = acc;",
	"for (def e : <map>.entrySet()) { acc.add(e.getKey() + '=' + e.getValue()); } Collections.sort(acc); r = acc;",
	"for (String k : <map>.keySet()) { acc.add(k.length()); } r = acc;",
	"ZonedDateTime z = ZonedDateTime.of(<year>, <month>, <day>, 23, 59, 58, 999999999, ZoneId.of(<zone>)); r = z.toString() + z.getDayOfYear() + z.toEpochSecond() + z.getOffset() + z.getMonth();",
	"ZonedDateTime z = ZonedDateTime.of(<year>, <month>, <day>, 1, 2, 3, 0, ZoneId.of(<zone>)); r = z.<move>(<int>) + '|' + z.<move>(<small>).toLocalDate();",
	"ZonedDateTime z = ZonedDateTime.of(<year>, <month>, <day>, 12, 30, 0, 5000000, ZoneId.of('UTC')); r = z.format(DateTimeFormatter.ofPattern(<pattern>));",
	"ZonedDateTime a = ZonedDateTime.of(<year>, <month>, <day>, 12, 30, 0, 0, ZoneId.of(<zone>)); ZonedDateTime b = ZonedDateTime.of(<year>, <month>, <day>, 1, 0, 0, 0, ZoneId.of(<zone>)); r = ChronoUnit.<unit>.between(a, b) + '|' + Duration.between(a, b) + a.isBefore(b) + a.compareTo(b) + a.equals(b);",
	"LocalDate d = LocalDate.of(<year>, <month>, <day>); r = d.plusDays(<int>).toString() + d.lengthOfMonth() + d.isLeapYear() + d.getDayOfWeek() + d.withDayOfMonth(5).minusMonths(<small>);",
	"LocalDateTime t = LocalDateTime.of(<year>, <month>, <day>, 3, 4, 5); r = t.toString() + t.truncatedTo(ChronoUnit.HOURS) + t.atZone(ZoneId.of(<zone>)).toInstant();",
	"Instant i = Instant.ofEpochSecond(<int>, <int>); r = i.toString() + i.plusMillis(<int>).toEpochMilli() + i.truncatedTo(ChronoUnit.MINUTES) + i.atZone(ZoneId.of(<zone>)).getHour();",
	"Duration d = Duration.ofMillis(<long>); r = d.toString() + d.toMinutes() + d.getSeconds() + d.plusSeconds(<int>).toHours();",
	"r = ZonedDateTime.parse(<datetext>).toString();",
	"r = LocalDate.parse(<datetext>).toString();",
	"r = Instant.parse(<datetext>).toEpochMilli();",
}

const preamble = `String show(def v) {
  if (v == null) return 'null';
  String t = v instanceof Integer ? 'int' : v instanceof Long ? 'long' : v instanceof Double ? 'double' : v instanceof Float ? 'float' : v instanceof Character ? 'char'
    : v instanceof Boolean ? 'boolean' : v instanceof String ? 'string' : v instanceof List ? 'list' : v instanceof Map ? 'map' : v instanceof Set ? 'set' : v instanceof Byte ? 'byte'
    : v instanceof Short ? 'short' : v instanceof Number ? 'number' : 'other';
  return t == 'other' ? t : t + ':' + v;
}
boolean tidy(Object o) {
  if (o == null || o == '') { return true; }
  else if (o instanceof Map) { ((Map) o).values().removeIf(v -> tidy(v)); return ((Map) o).size() == 0; }
  else if (o instanceof List) { ((List) o).removeIf(v -> tidy(v)); return ((List) o).length == 0; }
  return false;
}
void nulls(Map m) {
  for (def x : m.values()) { if (x instanceof Map) { nulls(x); } else if (x instanceof List) { nullsIn(x); } }
  m.values().removeIf(v -> v == null);
}
void nullsIn(List l) { for (def x : l) { if (x instanceof Map) { nulls(x); } else if (x instanceof List) { nullsIn(x); } } }
int fact(int n) { return n <= 1 ? 1 : n * fact(n - 1); }
`

// script is a whole script whose outcome is a text in ctx.result<n>.
func (g *generator) script(n int) string {
	body := ""
	switch g.r.IntN(6) {
	case 0, 1:
		body = g.fill(g.pick(statements...), 2)
	case 2, 3:
		body = g.fill(g.pick(moreStatements...), 2)
	default:
		body = "r = " + g.expr("any", 3) + ";"
	}
	return fmt.Sprintf("%sdef r = null; def acc = []; try { %s ctx.result%d = show(r); } catch (Exception e) { ctx.result%d = 'error: ' + e.getMessage(); }",
		preamble, body, n, n)
}

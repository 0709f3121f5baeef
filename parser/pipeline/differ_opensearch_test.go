package pipeline

import (
	"encoding/json"
	"flag"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
	"github.com/millrace/millrace/parser/useragent"
)

var withOpenSearch = flag.Bool("opensearch", false, "compare templates and user_agent with a real OpenSearch, which make test does not start")

// TestRandomDocumentsInOpenSearch is TestRandomDocuments for templates, by set, and user_agent, which takes OpenSearch's
// own rules here: those that are built in are of another day.
func TestRandomDocumentsInOpenSearch(t *testing.T) {
	if !*withOpenSearch {
		t.Skip("for make differ: -opensearch")
	}
	node := testbed.OpenSearch(t)
	rules := filepath.Join(t.TempDir(), "regexes.yml")
	if err := os.WriteFile(rules, testbed.OpenSearchAgents(t), 0o600); err != nil {
		t.Fatal(err)
	}
	agents, err := useragent.Open(rules)
	if err != nil {
		t.Fatal(err)
	}
	generators := inOpenSearch(loggedAgents())
	for _, typ := range slices.Sorted(maps.Keys(generators)) {
		t.Run(typ, func(t *testing.T) {
			h := fnv.New64a()
			h.Write([]byte(typ))
			d := &differ{t: t, es: node, typ: typ, random: random{rand.New(rand.NewPCG(*seed, h.Sum64()))}, seen: map[string]int{}, rules: map[string]int{}}
			d.deps.UserAgents = agents["regexes.yml"]
			for d.documents < *documents {
				config, document := generators[typ](d.random)
				d.trial(trial{processors: []any{object{typ: config}}, document: document})
			}
			t.Logf("seed %d: %v", *seed, d.tally)
			for _, why := range slices.Sorted(maps.Keys(d.rules)) {
				t.Logf("%d explained: %s", d.rules[why], why)
			}
			d.unprinted()
		})
	}
}

func inOpenSearch(agents []string) map[string]generator {
	return map[string]generator{"set": genMustache, "user_agent": genUserAgent(agents)}
}

// mustache is a random template: variables, sections and inverted sections in one another. It has no "." outside of
// them: that is the document with all that Elasticsearch keeps beside it.
func (g random) mustache(depth int) string { return g.mustacheOf(depth, "f") }

func (g random) mustacheOf(depth int, dot string) string {
	var b strings.Builder
	for range 1 + g.IntN(4) {
		name := g.of("f", "a", "a.b", "list", "list.0", "d.e", "missing", dot, "b.c.d", "list.0.a", "x y", "n", "list.size", "a..b", "list.00")
		switch n := g.IntN(9); {
		case n < 2:
			b.WriteString(g.of("text ", "<", "{", "\"", " ", "\n", "é😀", "}", "\\", "\r", "\r\n", "\u0001~*"))
		case n < 4:
			b.WriteString("{{" + g.of("", " ") + name + g.of("", " ") + "}}")
		case n == 4:
			b.WriteString("{{{" + name + "}}}")
		case n == 5 && depth > 0:
			b.WriteString("{{#" + name + "}}" + g.mustacheOf(depth-1, ".") + "{{/" + name + "}}")
		case n == 6 && depth > 0:
			b.WriteString("{{^" + name + "}}" + g.mustacheOf(depth-1, "f") + "{{/" + name + "}}")
		case n == 7:
			function := g.of("toJson", "join", "join delimiter='; '", "TOJSON", "url", "url", "join delimiter=''")
			if function == "url" {
				name = g.of("x~*", "é ") + g.mustacheOf(min(depth-1, 0), "f")
			}
			b.WriteString("{{#" + function + "}}" + name + "{{/" + function + "}}")
		default:
			b.WriteString(g.of("{{&"+name+"}}", "{{! a comment }}", ""))
		}
	}
	return b.String()
}

func genMustache(g random) (object, func() object) {
	config := object{"field": "t", "value": g.mustache(2)}
	if g.chance(8) {
		config["value"] = []any{g.mustache(1), g.mustache(0)}
	}
	if g.chance(6) {
		config["on_failure"] = []any{object{"set": object{"field": "error.message", "value": "{{{_ingest.on_failure_message}}}"}}}
	}
	return config, func() object {
		doc := g.document("f", func() any { return g.any(g.text(), g.value(1), true, false) })
		if g.chance(2) {
			doc["list"] = g.list(3, func() any { return g.any(g.text(), object{"a": g.text()}, true) })
		}
		return doc
	}
}

var someAgents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) Gecko/20100101 Firefox/115.0", "curl/7.68.0", "Wget/1.20.3 (linux-gnu)", "python-requests/2.31.0", "Go-http-client/1.1",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "-", "",
	"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; SLCC2)", "Opera/9.80 (Windows NT 6.1; U; en) Presto/2.8.131 Version/11.11",
	"Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:15.0) Gecko/20100101 Firefox/15.0.1", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/118.0.0.0 Safari/537.36",
	"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Dalvik/2.1.0 (Linux; U; Android 9; AFTMM Build/PS7233)", "okhttp/4.9.3", "kube-probe/1.27", "ELB-HealthChecker/2.0",
}

// quotedAgent is the last text in quotes of a line of a combined access log.
var quotedAgent = regexp.MustCompile(`"([^"]*)"\s*$`)

// loggedAgents are those of the logs beside the project, when they are there, and a few that are always.
func loggedAgents() []string {
	list := slices.Clone(someAgents)
	for _, name := range []string{"apache-geohits-10k.log", "apache-combined-10k.log"} {
		for up, dir := 0, "../"; up < 6; up, dir = up+1, dir+"../" {
			b, err := os.ReadFile(dir + "shared/corpora/logs/" + name)
			for line := range strings.Lines(string(b)) {
				if m := quotedAgent.FindStringSubmatch(line); m != nil {
					list = append(list, m[1])
				}
			}
			if err == nil {
				break
			}
		}
	}
	return list
}

// agent is one of those of list, in one case of three with a part left out, or one put in.
func (g random) agent(list []string) string {
	agent := []rune(list[g.IntN(len(list))])
	if g.chance(3) && len(agent) > 0 {
		from := g.IntN(len(agent))
		to := min(len(agent), from+g.IntN(12))
		agent = slices.Concat(agent[:from], []rune(g.of("", "", "/9.9", "; Android 12", " Edg/99.0", "(", " Mobile", "é", " iPad", "Linux ")), agent[to:])
	}
	return string(agent)
}

func genUserAgent(list []string) generator {
	return func(g random) (object, func() object) {
		config := object{"field": g.of("f", "f", "a.b", "missing")}
		g.maybe(config, 3, "target_field", g.target())
		g.maybe(config, 4, "properties", g.some(3, "name", "os", "device", "original", "version", "NAME"))
		g.flags(config, "ignore_missing")
		return config, func() object {
			return g.document(config["field"].(string), func() any {
				if g.chance(20) {
					return g.any(g.text(), json.Number("5"))
				}
				return g.agent(list)
			})
		}
	}
}

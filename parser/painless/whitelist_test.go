package painless

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/testbed"
)

// go test ./parser/painless -run Whitelist -v asks a real Elasticsearch which classes, methods and constants its
// ingest scripts have, and says how many of them are known here and what is missing. What is known here and is
// unknown there, or has another signature there, is an error.

type thereMember struct {
	Declaring, Name, Return, Type string
	Parameters                    []string
}

type thereClass struct {
	Name          string
	Imported      bool
	Constructors  []thereMember
	StaticMethods []thereMember `json:"static_methods"`
	Methods       []thereMember
	StaticFields  []thereMember `json:"static_fields"`
}

func TestWhitelist(t *testing.T) {
	if os.Getenv("MILLRACE_TEST_ELASTICSEARCH") == "" {
		t.Skip("MILLRACE_TEST_ELASTICSEARCH names no Elasticsearch")
	}
	_, answer := testbed.SharedElasticsearch(t).Do("GET", "/_scripts/painless/_context?context=ingest", "")
	var a struct{ Classes []thereClass }
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatal(err)
	}
	l := library()
	there := map[string]map[string]string{}
	var classes, members [2]int
	var missing []string
	for _, k := range a.Classes {
		if strings.HasPrefix(k.Name, "org.") && !strings.HasPrefix(k.Name, "org.elasticsearch.ingest.") && !strings.HasPrefix(k.Name, "org.elasticsearch.painless.") {
			continue // fields and scores
		}
		want := k.members()
		name := strings.ReplaceAll(k.Name, "$", ".")
		there[name] = want
		here := l.types[k.Name]
		classes[1]++
		members[1] += len(want)
		if here == nil || here.hidden {
			missing = append(missing, fmt.Sprintf("%s (%d)", k.Name, len(want)))
			continue
		}
		classes[0]++
		got := here.members()
		var lacks []string
		for key, sig := range want {
			if _, ok := got[key]; ok {
				members[0]++
			} else {
				lacks = append(lacks, sig)
			}
		}
		slices.Sort(lacks)
		if len(lacks) > 0 {
			missing = append(missing, k.Name+":\n\t\t"+strings.Join(lacks, "\n\t\t"))
		}
	}
	slices.Sort(missing)
	t.Logf("missing:\n\t%s", strings.Join(missing, "\n\t"))
	t.Logf("%d of %d classes, %d of %d methods, constructors and constants", classes[0], classes[1], members[0], members[1])
	for _, k := range l.all {
		if k.hidden || k == l.def {
			continue
		}
		want, ok := there[k.name]
		if !ok {
			t.Errorf("%s is no class there", k)
		}
		for key, sig := range k.members() {
			if w, ok := want[key]; !ok && !k.inherits(key, there) {
				t.Errorf("%s: %s is not there", k, sig)
			} else if ok && w != sig {
				t.Errorf("%s: %s is %s there", k, sig, w)
			}
		}
	}
}

// members are what the class has, by kind, name and number of arguments, with their signatures.
func (k thereClass) members() map[string]string {
	out := map[string]string{}
	add := func(kind string, ms []thereMember) {
		for _, m := range ms {
			key := fmt.Sprintf("%s %s/%d", kind, m.Name, len(m.Parameters))
			out[key] = strings.ReplaceAll(fmt.Sprintf("%s %s%s %s(%s)", kind, m.Return, m.Type, m.Name, strings.Join(m.Parameters, ",")), "$", ".")
		}
	}
	add("new", k.Constructors)
	add("static", k.StaticMethods)
	add("method", k.Methods)
	add("constant", k.StaticFields)
	return out
}

func (k *class) members() map[string]string {
	out := map[string]string{}
	add := func(kind, name string, ret *class, params []*class) {
		var ps []string
		for _, p := range params {
			ps = append(ps, javaName(p))
		}
		if kind == "new" {
			ret, name = nil, ""
		}
		key := fmt.Sprintf("%s %s/%d", kind, name, len(params))
		out[key] = fmt.Sprintf("%s %s %s(%s)", kind, javaName(ret), name, strings.Join(ps, ","))
	}
	for _, m := range k.ctors {
		add("new", "", k, m.params)
	}
	for _, m := range k.statics {
		add("static", m.name, m.ret, m.params)
	}
	for _, m := range k.methods {
		add("method", m.name, m.ret, m.params)
	}
	for name, f := range k.consts {
		add("constant", name, f.typ, nil)
	}
	return out
}

func javaName(k *class) string {
	if k == nil {
		return ""
	}
	return k.name
}

// inherits tells whether a class above has the member there.
func (k *class) inherits(key string, there map[string]map[string]string) bool {
	for _, s := range k.supers {
		if _, ok := there[s.name][key]; ok || s.inherits(key, there) {
			return true
		}
	}
	return false
}

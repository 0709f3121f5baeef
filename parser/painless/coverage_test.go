package painless

import (
	"flag"
	"fmt"
	"sort"
	"testing"
)

// go test ./parser/painless -run Coverage -v -pipelines DIR says what share of the conditions and scripts
// of all pipelines below DIR compiles, and what the others ask for.
var pipelines = flag.String("pipelines", "", "folder of ingest pipelines whose scripts are compiled")

type found struct {
	src, file string
	condition bool
	params    map[string]any
}

func TestCoverage(t *testing.T) {
	if *pipelines == "" {
		t.Skip("no -pipelines given")
	}
	all := readPipelines(t, *pipelines)
	reasons := map[string][]string{}
	var total, good [2]int
	for _, f := range all {
		kind := 0
		if !f.condition {
			kind = 1
		}
		total[kind]++
		if err := compileFound(f); err != nil {
			reasons[err.Error()] = append(reasons[err.Error()], fmt.Sprintf("%s\n%s", f.file, f.src))
		} else {
			good[kind]++
		}
	}
	t.Logf("conditions: %d of %d compile (%.2f%%); scripts: %d of %d (%.2f%%)", good[0], total[0],
		100*float64(good[0])/float64(max(1, total[0])), good[1], total[1], 100*float64(good[1])/float64(max(1, total[1])))
	var keys []string
	for k := range reasons {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return len(reasons[keys[i]]) > len(reasons[keys[j]]) })
	for _, k := range keys {
		t.Logf("%4d× %s\n      in %.300s", len(reasons[k]), k, reasons[k][0])
	}
}

func compileFound(f found) (err error) {
	if f.condition {
		_, err = CompileCondition(f.src, Options{})
	} else {
		_, err = CompileScript(f.src, Options{Params: f.params})
	}
	return err
}

func collect(x any, add func(found)) {
	switch x := x.(type) {
	case map[string]any:
		if s, ok := x["if"].(string); ok {
			add(found{src: s, condition: true})
		}
		if s, ok := x["script"].(map[string]any); ok {
			if src, ok := s["source"].(string); ok {
				params, _ := s["params"].(map[string]any)
				add(found{src: src, params: params})
			}
		}
		for _, v := range x {
			collect(v, add)
		}
	case []any:
		for _, v := range x {
			collect(v, add)
		}
	}
}

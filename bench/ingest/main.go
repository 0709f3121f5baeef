// Command ingest measures what a pipeline costs in Elasticsearch and here, in one run: the same events go through `_bulk`
// without and with `pipeline=`, in turn, and through the same pipeline in this process; the CPU time of both is compared.
//
//	go run ./bench/ingest -elasticsearch http://127.0.0.1:9200                      # on this machine; Linux
//	go run ./bench/ingest -elasticsearch URL -pipeline access -log access.log
//
// The node should have nothing else to do. Indices and pipelines of names of their own are made, and deleted in the end.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"strings"
	"time"

	"github.com/millrace/millrace/bench/load"
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/internal/cputime"
	"github.com/millrace/millrace/parser"
	"github.com/millrace/millrace/parser/pipeline"
)

// perBulk is the number of documents in a request.
const perBulk = 1000

func main() {
	log.SetFlags(0)
	url := flag.String("elasticsearch", "http://127.0.0.1:9200", "the node, on this machine")
	name := flag.String("pipeline", "sshd", "a shipped pipeline")
	file := flag.String("log", "", "file with lines in place of made-up ones")
	n := flag.Int("n", 50_000, "documents a round")
	rounds := flag.Int("rounds", 3, "rounds; the cheapest counts")
	flag.Parse()
	if err := measure(*url, *name, *file, *n, *rounds); err != nil {
		log.Fatal(err)
	}
}

func measure(url, name, file string, n, rounds int) (err error) {
	events, err := eventsOf(file)
	if err != nil {
		return err
	}
	es, err := connect(url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, es.clean()) }()
	sources, err := es.putPipelines(name)
	if err != nil {
		return err
	}
	set, err := pipeline.Compile(sources, pipeline.Deps{})
	if err != nil {
		return err
	}
	chosen := set.Pipeline(es.prefix + name)
	if chosen == nil {
		return fmt.Errorf("there is no pipeline %q: write one of %v", name, set.Names())
	}
	best := [4]time.Duration{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}
	for round := range rounds + 1 {
		for i, run := range []func() (time.Duration, error){
			func() (time.Duration, error) { return es.bulk(events, n, "") },
			func() (time.Duration, error) { return es.bulk(events, n, es.prefix+name) },
			func() (time.Duration, error) { return here(events, n, set, nil) },
			func() (time.Duration, error) { return here(events, n, set, chosen) },
		} {
			took, err := run()
			if err != nil {
				return err
			}
			if round > 0 { // the first one warms up
				best[i] = min(best[i], took/time.Duration(n))
			}
		}
	}
	there, ours := best[1]-best[0], best[3]-best[2]
	fmt.Printf("CPU per document         without   with pipeline   the pipeline\n")
	fmt.Printf("Elasticsearch, _bulk  %10v %15v %14v\n", best[0], best[1], there)
	fmt.Printf("millrace, JSON→JSON   %10v %15v %14v\n", best[2], best[3], ours)
	fmt.Printf("%s is %.1f times cheaper here\n", name, float64(there)/float64(max(ours, 1)))
	return nil
}

// eventsOf are lines as their pipeline finds them, as JSON.
func eventsOf(file string) ([][]byte, error) {
	lines := load.Lines(2000)
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		lines = bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	}
	ev := event.New()
	opener := parser.NewOpener(parser.DefaultConfig(), ev)
	var events [][]byte
	for _, line := range lines {
		opener.Open(line, time.Now().UnixNano(), false)
		doc, err := ev.AppendJSON(nil)
		if err != nil {
			return nil, err
		}
		events = append(events, doc)
	}
	return events, nil
}

// here reads and writes documents, with p between if it is not nil.
func here(events [][]byte, n int, set *pipeline.Set, p *pipeline.Pipeline) (time.Duration, error) {
	ev, r := event.New(), set.NewRunner()
	var out []byte
	received, before := time.Now().UnixNano(), cputime.Used()
	for i := range n {
		ev.Reset()
		doc, _, err := ev.ParseJSON(events[i%len(events)], event.DefaultJSONLimits(), true)
		if err != nil {
			return 0, err
		}
		ev.SetDoc(doc)
		if p != nil {
			if err := r.Run(p, ev, received); err != nil && !errors.Is(err, pipeline.ErrDropped) {
				return 0, fmt.Errorf("%s: %w", events[i%len(events)], err)
			}
		}
		if out, err = ev.AppendJSON(out[:0]); err != nil {
			return 0, err
		}
	}
	return cputime.Used() - before, nil
}

// without cuts the processors out of a definition that the node does not have, and gives pipelines the prefix.
func without(missing []string, def map[string]any, prefix string) {
	for _, list := range []string{"processors", "on_failure"} {
		items, _ := def[list].([]any)
		var kept []any
		for _, item := range items {
			p, _ := item.(map[string]any)
			if hasAny(p, missing) || list == "on_failure" {
				continue
			}
			if call, ok := p["pipeline"].(map[string]any); ok {
				call["name"] = prefix + fmt.Sprint(call["name"])
			}
			kept = append(kept, item)
		}
		if delete(def, list); len(kept) > 0 {
			def[list] = kept
		}
	}
}

func hasAny(p map[string]any, names []string) bool {
	for _, name := range names {
		if _, ok := p[strings.TrimSpace(name)]; ok {
			return true
		}
	}
	return false
}

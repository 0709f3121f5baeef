package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/millrace/millrace/parser"
	"github.com/millrace/millrace/parser/pipeline"
)

// node is an Elasticsearch of one node on this machine.
type node struct {
	url, prefix string
	pid         int
	missing     []string // processors that it does not have
}

func connect(url string) (*node, error) {
	n := &node{url: strings.TrimSuffix(url, "/"), prefix: fmt.Sprintf("bench%d-", os.Getpid())}
	var info struct {
		Nodes map[string]struct {
			Process struct{ ID int }
			Ingest  struct{ Processors []struct{ Type string } }
		}
	}
	if err := n.do("GET", "/_nodes/_local/process,ingest", nil, &info); err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, node := range info.Nodes {
		n.pid = node.Process.ID
		for _, p := range node.Ingest.Processors {
			has[p.Type] = true
		}
	}
	for _, p := range []string{"geoip", "user_agent"} {
		if !has[p] {
			n.missing = append(n.missing, p)
		}
	}
	if _, err := n.cpu(); err != nil {
		return nil, fmt.Errorf("the node's process %d is not on this machine: %w", n.pid, err)
	}
	return n, nil
}

// do sends a request and reads the answer.
func (n *node) do(method, path string, body []byte, out any) error {
	req, err := http.NewRequest(method, n.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %.500s", method, path, res.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// ticks is the kernel's unit of a process's CPU time in /proc.
const ticks = time.Second / 100

// cpu is the time that the node's process has taken so far.
func (n *node) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	var sum time.Duration
	for _, i := range []int{11, 12} { // utime, stime
		v, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(v) * ticks
	}
	return sum, nil
}

// putPipelines puts that pipeline and those that it calls, and returns them as the node has them.
func (n *node) putPipelines(name string) ([]pipeline.Source, error) {
	sources, err := parser.ShippedPipelines()
	if err != nil {
		return nil, err
	}
	needed := pipeline.Needed(name, sources)
	for i := range needed {
		s := &needed[i]
		var def map[string]any
		if err := yaml.Unmarshal(s.Text, &def); err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		without(n.missing, def, n.prefix)
		if s.Text, err = json.Marshal(def); err != nil {
			return nil, err
		}
		s.Name = n.prefix + s.Name
		if err := n.do("PUT", "/_ingest/pipeline/"+s.Name, s.Text, nil); err != nil {
			return nil, err
		}
	}
	return needed, nil
}

// bulk indexes count events into an index of their own, and returns the node's CPU time.
func (n *node) bulk(events [][]byte, count int, through string) (time.Duration, error) {
	index := n.prefix + "docs"
	settings := `{"settings":{"number_of_replicas":0,"refresh_interval":-1},"mappings":{"dynamic":false}}`
	if err := n.do("PUT", "/"+index, []byte(settings), nil); err != nil {
		return 0, err
	}
	path := "/" + index + "/_bulk?filter_path=errors,items.*.error"
	if through != "" {
		path += "&pipeline=" + through
	}
	before, err := n.cpu()
	if err != nil {
		return 0, err
	}
	var body []byte
	for i := 0; i < count; {
		body = body[:0]
		for end := min(i+perBulk, count); i < end; i++ {
			body = append(body, "{\"create\":{}}\n"...)
			body = append(append(body, events[i%len(events)]...), '\n')
		}
		var answer struct {
			Errors bool
			Items  json.RawMessage
		}
		if err := n.do("POST", path, body, &answer); err != nil {
			return 0, err
		}
		if answer.Errors {
			return 0, fmt.Errorf("_bulk: %.1000s", answer.Items)
		}
	}
	after, err := n.cpu()
	if err != nil {
		return 0, err
	}
	return after - before, n.do("DELETE", "/"+index, nil, nil)
}

// clean deletes what was made.
func (n *node) clean() error {
	_ = n.do("DELETE", "/"+n.prefix+"docs", nil, nil) // is there after an error only
	return n.do("DELETE", "/_ingest/pipeline/"+n.prefix+"*", nil, nil)
}

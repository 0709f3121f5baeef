package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/useragent"
)

func TestUserAgentOptions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ours.yml")
	rules := "user_agent_parsers: [{regex: '(probe)/(\\d+)', family_replacement: 'Our $1'}]"
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	agents, err := useragent.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ options, text, want string }{
		{"regex_file: ours.yml, properties: [name, version]", "probe/7", `{"name":"Our probe","version":"7"}`},
		{"extract_device_type: true, properties: [device]", "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0.0.0 Safari/537.36", `{"device":{"name":"Other","type":"Desktop"}}`},
		{"extract_device_type: true, properties: [name]", "probe/7", `{"name":"Other"}`},
		{"regex_file: none.yml", "probe/7", "[regex_file] regex file [none.yml] does not exist: name it, or its folder, in parser.user_agents or with --user-agents"},
	} {
		set, err := Compile([]Source{{Name: "p", File: "p.yml", Text: []byte("processors: [{user_agent: {field: agent, target_field: out, " + c.options + "}}]")}}, Deps{AgentRules: agents})
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.options, err, c.want)
			}
			continue
		}
		r, ev := set.NewRunner(), event.New()
		for range 2 { // the second time it is known
			ev.Reset()
			ev.Put(ev.Doc(), event.Intern("agent"), ev.Text(c.text))
			if err := r.Run(set.Pipeline("p"), ev, received); err != nil {
				t.Fatal(err)
			}
			if got, err := ev.AppendJSON(nil); err != nil || !strings.Contains(string(got), `"out":`+c.want) {
				t.Errorf("%s: %s, %v, want %s", c.options, got, err, c.want)
			}
		}
	}
}

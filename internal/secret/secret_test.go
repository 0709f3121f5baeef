package secret

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestSecretIsNotShown(t *testing.T) {
	v := struct {
		Password String `yaml:"password"`
		Empty    String `yaml:"empty"`
	}{Password: "open sesame"}
	asYAML, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		string(asYAML), string(asJSON), fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s %q", v.Password, v.Password),
	} {
		if strings.Contains(shown, "sesame") {
			t.Error(shown)
		}
	}
	var read struct{ Password String }
	if err := yaml.Unmarshal([]byte("password: open sesame"), &read); err != nil || read.Password.Reveal() != "open sesame" {
		t.Errorf("%v, read %q", err, read.Password.Reveal())
	}
}

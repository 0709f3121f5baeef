package gss

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// A section in a configuration file is read over the defaults, and an unknown key is an error.
func TestConfigFromYAML(t *testing.T) {
	var file struct {
		GSS *Config `yaml:"gss"`
	}
	text := "gss:\n  keytab: /etc/log.keytab\n  allowed_principals: [\"host/*\"]\n  clock_skew: 1m\n"
	if err := yaml.UnmarshalWithOptions([]byte(text), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	c := file.GSS
	if c.Keytab != "/etc/log.keytab" || c.ClockSkew.Minutes() != 1 || !c.AcceptorSubkey || len(c.EncTypes) != 4 || c.Validate() != nil {
		t.Errorf("%+v: %v", c, c.Validate())
	}
	err := yaml.UnmarshalWithOptions([]byte(text+"  subkey: true\n"), &file, yaml.Strict())
	if err == nil || !strings.Contains(err.Error(), "subkey") {
		t.Errorf("an unknown key: %v", err)
	}
}

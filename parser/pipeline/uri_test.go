package pipeline

import (
	"testing"

	"github.com/millrace/millrace/event"
)

func TestURIPartsAllocatesNothing(t *testing.T) {
	set := compileOne(t, `{"processors":[{"uri_parts":{"field":"uri"}}]}`)
	r, ev, uri := set.NewRunner(), event.New(), event.MustPath("uri")
	allocated := testing.AllocsPerRun(100, func() {
		ev.Reset()
		_ = ev.Set(uri, ev.Text("http://ada:secret@example.org:8080/a/b.png?x=1&y=2#top"))
		if err := r.Run(set.Pipeline("test"), ev, 0); err != nil {
			t.Fatal(err)
		}
	})
	if got := string(ev.Bytes(ev.Get(event.MustPath("url.extension")))); got != "png" || allocated > 0 {
		t.Errorf("extension %q, %.0f allocations", got, allocated)
	}
}

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
		_ = ev.Set(uri, ev.Text("http://ada:secret@example.org:8080/a%20a/b.png?x=1&y=%C3%A4%2B#top"))
		if err := r.Run(set.Pipeline("test"), ev, 0); err != nil {
			t.Fatal(err)
		}
	})
	got, _ := ev.AppendValue(nil, ev.Get(event.MustPath("url")))
	if want := `{"domain":"example.org","fragment":"top","original":"http://ada:secret@example.org:8080/a%20a/b.png?x=1&y=%C3%A4%2B#top","path":"/a a/b.png",` +
		`"extension":"png","port":8080,"query":"x=1&y=ä+","scheme":"http","user_info":"ada:secret","username":"ada","password":"secret"}`; string(got) != want || allocated > 0 {
		t.Errorf("%s, want %s; %.0f allocations", got, want, allocated)
	}
}

// Package sinktest is the contract of indexer.Sink as tests, which every sink passes.
package sinktest

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/indexer"
)

// Subject is a sink under test.
type Subject struct {
	Sink indexer.Sink
	// Prefix of the names of indices that the test may use; templates, if any, are in place.
	Prefix string
	// Docs returns the documents of an index by id, as indexed. Nil when there is no such index.
	Docs func(index string) map[string]string
}

// Received is the time of receipt of the first line of Delivery.
var Received = time.Date(2026, 11, 21, 23, 59, 59, 999e6, time.UTC)

var ids = event.NewIDs()

// Delivery makes a delivery of n lines, received at and after that time, ten ms apart.
func Delivery(n int, received time.Time) *event.Delivery {
	b := &event.Batch{}
	origin := b.AddOrigin(&event.Origin{
		Boot: ids.Boot(), Peer: netip.MustParseAddrPort("192.0.2.7:1234"), Transport: event.TCP, Listener: "tcp",
	})
	first := ids.Reserve(n)
	for i := range n {
		at := received.Add(time.Duration(i) * 10 * time.Millisecond)
		b.Add(origin, at.UnixNano(), first+uint64(i), 0, fmt.Appendf(nil, "<13>line %d", i))
	}
	return event.NewDelivery(b, nil)
}

// Doc is a small document of line i of d.
func Doc(d *event.Delivery, i int) []byte {
	doc := append([]byte(nil), `{"@timestamp":"`...)
	doc = event.AppendTime(doc, d.Ref(i).Received())
	return fmt.Appendf(doc, `","message":"line %d","process":{"name":"test"}}`, i)
}

// Batch puts the lines of d into a batch, each into the index of its day.
func Batch(s *Subject, d *event.Delivery) *indexer.Batch {
	b := &indexer.Batch{}
	for i := range d.Batch.Len() {
		ref := d.Ref(i)
		b.Add(indexer.IndexName(s.Prefix, "auth", ref.Received()), ref, Doc(d, i))
	}
	return b
}

// Feed adds a document to a lane.
func Feed(ctx context.Context, f *indexer.Feed, doc []byte, line event.Ref) error {
	dst, err := f.Room(ctx, line)
	if err == nil {
		f.Take(append(dst, doc...))
	}
	return err
}

// Run runs the suite; open makes a subject with empty indices for each test.
func Run(t *testing.T, open func(t *testing.T) *Subject) {
	tests := map[string]func(*testing.T, *Subject){
		"stores under id and day":       storesByIDAndDay,
		"a second time is a duplicate":  duplicates,
		"one bad document among others": oneBad,
		"concurrent bulks":              concurrent,
		"documents of odd bytes":        oddBytes,
		"an ended context":              endedContext,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func bulk(t *testing.T, s *Subject, b *indexer.Batch) {
	t.Helper()
	if err := s.Sink.Bulk(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, b *indexer.Batch, i int, want indexer.Outcome) {
	t.Helper()
	if got := b.Items[i].Outcome; got != want {
		t.Errorf("item %d: outcome %d, want %d (%v)", i, got, want, b.Items[i].Err)
	}
}

func storesByIDAndDay(t *testing.T, s *Subject) {
	d := Delivery(10, Received) // the first before midnight, nine after
	bulk(t, s, Batch(s, d))
	for i := range 10 {
		index := s.Prefix + "-auth-2026.11.22"
		if i == 0 {
			index = s.Prefix + "-auth-2026.11.21"
		}
		if got := s.Docs(index)[d.Ref(i).ID().String()]; got != string(Doc(d, i)) {
			t.Errorf("%s: document %d is %q", index, i, got)
		}
	}
	if n := len(s.Docs(s.Prefix + "-auth-2026.11.22")); n != 9 {
		t.Errorf("%d documents after midnight, want 9", n)
	}
}

func duplicates(t *testing.T, s *Subject) {
	d := Delivery(100, Received.Add(time.Hour))
	b := Batch(s, d)
	first := &indexer.Batch{}
	for i := 20; i < 60; i++ {
		first.Add(b.IndexOf(i), d.Ref(i), Doc(d, i))
	}
	bulk(t, s, first)
	for round := range 2 {
		bulk(t, s, b)
		for i := range b.Items {
			want := indexer.Stored
			if round == 1 || i >= 20 && i < 60 {
				want = indexer.Duplicate
			}
			expect(t, b, i, want)
		}
	}
	if n := len(s.Docs(b.Index())); n != 100 {
		t.Errorf("%d documents, want 100", n)
	}
}

func oneBad(t *testing.T, s *Subject) {
	d := Delivery(5, Received.Add(time.Hour))
	for _, bad := range []string{`{"message":`, `["a"]`, `{"@timestamp":"tomorrow"}`, `nonsense`} {
		b := &indexer.Batch{}
		for i := range 5 {
			doc := Doc(d, i)
			if i == 2 {
				doc = []byte(bad)
			}
			b.Add(s.Prefix+"-auth-2026.11.22", d.Ref(i), doc)
		}
		bulk(t, s, b)
		for i := range b.Items {
			if i == 2 {
				expect(t, b, i, indexer.Dead)
				if err := b.Items[i].Err; err == nil || err.Type == "" || err.Reason == "" {
					t.Errorf("%s: error %v does not say why", bad, err)
				}
			} else if o := b.Items[i].Outcome; o != indexer.Stored && o != indexer.Duplicate {
				t.Errorf("%s: item %d: outcome %d (%v)", bad, i, o, b.Items[i].Err)
			}
		}
	}
	if n := len(s.Docs(s.Prefix + "-auth-2026.11.22")); n != 4 {
		t.Errorf("%d documents, want 4", n)
	}
}

func concurrent(t *testing.T, s *Subject) {
	const bulks, each = 8, 50
	var all sync.WaitGroup
	for range bulks {
		all.Go(func() {
			d := Delivery(each, Received.Add(-each*5*time.Millisecond)) // two days, in every bulk
			b := Batch(s, d)
			if err := s.Sink.Bulk(t.Context(), b); err != nil {
				t.Error(err)
				return
			}
			for i := range b.Items {
				expect(t, b, i, indexer.Stored)
			}
		})
	}
	all.Wait()
	n := len(s.Docs(s.Prefix+"-auth-2026.11.21")) + len(s.Docs(s.Prefix+"-auth-2026.11.22"))
	if n != bulks*each {
		t.Errorf("%d documents, want %d", n, bulks*each)
	}
}

func oddBytes(t *testing.T, s *Subject) {
	docs := []string{
		`{"@timestamp":"2026-11-22T01:00:00.000Z","message":"tab \t nul \u0000 quote \" backslash \\ esc \u001b"}`,
		`{"@timestamp":"2026-11-22T01:00:00.000Z","message":"ümläut 漢字 😀 \ud83d\ude00"}`,
		`{"@timestamp":"2026-11-22T01:00:00.000Z","message":""}`,
		`{"@timestamp":"2026-11-22T01:00:00.000Z"}`,
	}
	d := Delivery(len(docs), Received.Add(time.Hour))
	b := &indexer.Batch{}
	for i, doc := range docs {
		b.Add(s.Prefix+"-auth-2026.11.22", d.Ref(i), []byte(doc))
	}
	bulk(t, s, b)
	stored := s.Docs(s.Prefix + "-auth-2026.11.22")
	for i, doc := range docs {
		expect(t, b, i, indexer.Stored)
		if got := stored[d.Ref(i).ID().String()]; got != doc {
			t.Errorf("document %d: %q, want %q", i, got, doc)
		}
	}
}

func endedContext(t *testing.T, s *Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := Batch(s, Delivery(3, Received))
	if err := s.Sink.Bulk(ctx, b); err == nil {
		t.Error("no error")
	}
}

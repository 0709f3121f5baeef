package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/millrace/millrace/event"
)

// Sink is an index that takes documents in bulk.
type Sink interface {
	// Bulk creates the documents of b, durably, and gives every item its Outcome. An error means that
	// nothing is known of any item: all of them may have been stored, or none. It wraps ErrRefused or
	// ErrOverloaded where that is the cause. The sink keeps nothing of b when it returns.
	// Bulk is called by several goroutines at a time.
	Bulk(ctx context.Context, b *Batch) error
}

// Errors of a bulk request as a whole.
var (
	// ErrRefused says that something in the request is not acceptable, or that it is too large:
	// smaller requests may get through.
	ErrRefused = errors.New("bulk request refused")
	// ErrOverloaded says that the sink has no room for the request now.
	ErrOverloaded = errors.New("index overloaded")
)

// Outcome is what a sink says of one item.
type Outcome uint8

// Outcomes.
const (
	Unknown   Outcome = iota // not answered; counts as trouble
	Stored                   // created now
	Duplicate                // a document with this id was there before
	Dead                     // this document can't be stored, however often it is sent
	Trouble                  // the index can't take it now
)

// ItemError says why an item is dead or in trouble.
type ItemError struct {
	Type   string // Elasticsearch's name of the error, such as document_parsing_exception
	Reason string
}

func (e *ItemError) Error() string {
	if e.Reason == "" {
		return e.Type
	}
	return fmt.Sprintf("%s: %s", e.Type, e.Reason)
}

// Item is one document of a batch.
type Item struct {
	Ref     event.Ref
	Index   string
	Outcome Outcome    // set by the sink
	Err     *ItemError // set by the sink when Dead or Trouble

	troubled         int64 // ns since the epoch when it was first in trouble; 0 if not
	action, doc, end int   // offsets in the batch's buffer
}

// Batch is one bulk request. Its body is kept in the form in which Elasticsearch takes it (an action
// line and a line of JSON for each item), so that it is sent as it stands; other sinks take the
// documents from it.
type Batch struct {
	Items []Item
	buf   []byte
	size  int // that buf may get

	index  string // of the last item
	id     event.IDText
	action []byte // with any id
}

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	clear(b.Items) // lets go of the deliveries
	b.Items, b.buf = b.Items[:0], b.buf[:0]
}

// Len is the number of items.
func (b *Batch) Len() int { return len(b.Items) }

// Size is the length of the body in bytes.
func (b *Batch) Size() int { return len(b.Body()) }

// Body is the request: for each item `{"create":{"_index":"…","_id":"…"}}`, LF, document, LF.
// It is valid until the batch is reset.
func (b *Batch) Body() []byte {
	if len(b.Items) == 0 {
		return nil
	}
	return b.buf[b.Items[0].action:b.Items[len(b.Items)-1].end]
}

// Doc is the document of item i, valid until the batch is reset.
func (b *Batch) Doc(i int) []byte {
	it := &b.Items[i]
	return b.buf[it.doc : it.end-1 : it.end-1]
}

// ID is the _id of item i as text, valid until the batch is reset.
func (b *Batch) ID(i int) []byte {
	end := b.Items[i].doc - len(actionEnd)
	return b.buf[end-event.IDLen : end : end]
}

// Add appends a document, one JSON object without a line feed, that is to be created in index (a valid name of an index)
// under the id of ref. doc is copied.
func (b *Batch) Add(index string, ref event.Ref, doc []byte) {
	b.begin(index, ref)
	b.buf = append(b.buf, doc...)
	b.finish()
}

const (
	actionEnd = "\"}}\n" // behind the id
	smallBody = 64 << 10 // that most lanes send, in bytes
)

// begin appends the action line; the document is appended to b.buf next.
func (b *Batch) begin(index string, ref event.Ref) {
	id := b.id.Set(ref.D.Batch, ref.Line)
	if b.index != index || b.action == nil {
		b.index, b.action = index, fmt.Appendf(b.action[:0], `{"create":{"_index":"%s","_id":"%s`+actionEnd, index, id)
	}
	start := len(b.buf)
	if room := cap(b.buf); start >= smallBody && start >= room/2 && room < b.size {
		b.buf = slices.Grow(b.buf, min(2*room, b.size)+smallBody-start) // append's steps are a quarter, which leaves more garbage
	}
	b.buf = append(b.buf, b.action...)
	doc := len(b.buf)
	copy(b.buf[doc-len(actionEnd)-event.IDLen:], id)
	b.Items = append(b.Items, Item{Ref: ref, Index: index, action: start, doc: doc})
}

// finish ends the document that was begun.
func (b *Batch) finish() {
	b.buf = append(b.buf, '\n')
	b.Items[len(b.Items)-1].end = len(b.buf)
}

// addItem copies item i of src, with what it has been through.
func (b *Batch) addItem(src *Batch, i int) {
	from := &src.Items[i]
	it, shift := *from, len(b.buf)-from.action
	b.buf = append(b.buf, src.buf[from.action:from.end]...)
	it.action, it.doc, it.end = it.action+shift, it.doc+shift, it.end+shift
	b.Items = append(b.Items, it)
}

// part is a view of items i to j of b; both share items and body.
func (b *Batch) part(i, j int) *Batch { return &Batch{Items: b.Items[i:j:j], buf: b.buf} }

package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
	Err     *ItemError // set by the sink when Dead or Trouble
	Outcome Outcome    // set by the sink

	index            uint32 // in the batch's indices
	action, doc, end uint32 // offsets in the batch's buffer
	troubled         int64  // ns since the epoch when it was first in trouble; 0 if not
}

// Batch is one bulk request to an index. Its body is kept in the form in which Elasticsearch takes it (an action
// line and a line of JSON for each item), so that it is sent as it stands; other sinks take the
// documents from it.
type Batch struct {
	Items []Item
	buf   []byte
	size  int       // that buf may get
	began time.Time // when a feed took it empty

	indices  []string // of the items; the first one is the request's
	explicit bool     // all items name theirs, for a body without a request

	last   int // of indices, the one that action is for
	id     event.IDText
	action []byte // with any id
}

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	clear(b.Items) // lets go of the deliveries
	b.Items, b.buf, b.indices = b.Items[:0], b.buf[:0], b.indices[:0]
}

// Len is the number of items.
func (b *Batch) Len() int { return len(b.Items) }

// Size is the length of the body in bytes.
func (b *Batch) Size() int { return len(b.Body()) }

// Index is the index of the request: that of items which do not name theirs. b is not empty.
func (b *Batch) Index() string { return b.indices[0] }

// IndexOf is the index of item i.
func (b *Batch) IndexOf(i int) string { return b.indices[b.Items[i].index] }

// Body is the request: for each item `{"create":{"_id":"…"}}`, LF, document, LF; with `"_index":"…",` in front of the
// id where the item's index is not the request's. It is valid until the batch is reset.
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
	end := int(b.Items[i].doc) - len(actionEnd)
	return b.buf[end-event.IDLen : end : end]
}

// Add appends a document, one JSON object without a line feed, that is to be created in index (a valid name of an index)
// under the id of ref. doc is copied.
func (b *Batch) Add(index string, ref event.Ref, doc []byte) {
	b.take(append(b.room(index, ref), doc...), ref)
}

const (
	actionEnd = "\"}}\n" // behind the id
	smallBody = 64 << 10 // that most lanes send, in bytes
)

// room is the body with the action line of one more item, whose document is to be appended.
func (b *Batch) room(index string, ref event.Ref) []byte {
	id := b.id.Set(ref.D.Batch, ref.Line)
	if len(b.indices) == 0 || b.indices[b.last] != index {
		b.turnTo(index)
	}
	start := len(b.buf)
	if room := cap(b.buf); start >= smallBody && start >= room/2 && room < b.size {
		b.buf = slices.Grow(b.buf, min(2*room, b.size)+smallBody-start) // append's steps are a quarter, which leaves more garbage
	}
	body := b.buf
	body = append(body, b.action...)
	copy(body[len(body)-len(actionEnd)-event.IDLen:], id)
	return body
}

// take adds the item that room was called for last; body is what that returned, with the document.
func (b *Batch) take(body []byte, ref event.Ref) *Item {
	start := len(b.buf)
	body = append(body, '\n')
	b.buf = body
	n := len(b.Items)
	if n == cap(b.Items) {
		b.Items = slices.Grow(b.Items, 1)
	}
	b.Items = b.Items[:n+1]
	it := &b.Items[n]
	it.Ref, it.Err, it.Outcome, it.troubled = ref, nil, Unknown, 0
	it.index, it.action, it.doc, it.end = uint32(b.last), uint32(start), uint32(start+len(b.action)), uint32(len(b.buf))
	return it
}

// turnTo makes the action line for items of that index.
func (b *Batch) turnTo(index string) {
	if b.last = slices.Index(b.indices, index); b.last < 0 {
		b.last = len(b.indices)
		b.indices = append(b.indices, index)
	}
	b.action = append(b.action[:0], `{"create":{`...)
	if b.last > 0 || b.explicit {
		b.action = fmt.Appendf(b.action, `"_index":"%s",`, index)
	}
	b.action = fmt.Appendf(b.action, `"_id":"%*s`+actionEnd, event.IDLen, "")
}

// addItem copies item i of src, with what it has been through.
func (b *Batch) addItem(src *Batch, i int) {
	from := &src.Items[i]
	it := b.take(append(b.room(src.IndexOf(i), from.Ref), src.Doc(i)...), from.Ref)
	it.Outcome, it.Err, it.troubled = from.Outcome, from.Err, from.troubled
}

// forget empties the outcomes, for another attempt.
func (b *Batch) forget() {
	for i := range b.Items {
		b.Items[i].Outcome, b.Items[i].Err = Unknown, nil
	}
}

// part is a view of items i to j of b; both share items and body.
func (b *Batch) part(i, j int) *Batch {
	return &Batch{Items: b.Items[i:j:j], buf: b.buf, indices: b.indices}
}

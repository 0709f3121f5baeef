package indexer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
)

// deadAttempts is how often the index of dead letters is tried before the file is.
const deadAttempts = 3

// maxDeadDoc bounds how much of a document that can't be indexed is kept beside the line it came from.
const maxDeadDoc = 16 << 10

// deadLetters keeps the lines of a lane whose documents can't be indexed: with their id and day in the
// index <prefix>-dead-YYYY.MM.DD, else in the file <lane>.ndjson, which _bulk takes as it is.
type deadLetters struct {
	lane  *Lane
	dir   string
	lock  chan struct{} // held by whoever touches names or the file
	names names
}

func newDeadLetters(l *Lane, dir string) *deadLetters {
	return &deadLetters{
		lane: l, dir: dir, lock: make(chan struct{}, 1),
		names: names{prefix: l.cfg.Prefix, lane: DeadLane},
	}
}

// write keeps the dead items of b. Those that could not be kept anywhere become Trouble.
func (d *deadLetters) write(ctx context.Context, b *Batch) {
	d.lock <- struct{}{}
	defer func() { <-d.lock }()
	letters, of := d.letters(b)
	kept := d.index(ctx, letters)
	rest := &Batch{explicit: true}
	for i := range letters.Items {
		if !kept[i] {
			rest.addItem(letters, i)
		}
	}
	if rest.Len() == 0 {
		return
	}
	err := ctx.Err() // stopping: the spool keeps the line, and the next run its dead letter
	if err == nil {
		err = d.file(rest.Body())
	}
	if err != nil {
		for i, ok := range kept {
			if !ok {
				it := &b.Items[of[i]]
				it.Outcome = Trouble
				it.Err = &ItemError{"dead_letter_not_kept", fmt.Sprintf("%v (document refused: %v)", err, it.Err)}
			}
		}
		return
	}
	d.lane.count.deadInFile.Add(float64(rest.Len()))
	d.lane.log.Error("dead letters written to the local file, as the index does not take them",
		zap.String("file", d.path()), zap.Int("documents", rest.Len()))
}

// index sends letters to their index, and tells which of them are in it.
func (d *deadLetters) index(ctx context.Context, letters *Batch) (kept []bool) {
	kept = make([]bool, letters.Len())
	for attempt := range deadAttempts {
		if attempt > 0 {
			pause(ctx, d.lane.cfg.Retry.backoff(attempt-1))
		}
		if err := d.lane.sink.Bulk(ctx, letters); err != nil {
			continue
		}
		missing := 0
		for i := range letters.Items {
			o := letters.Items[i].Outcome
			kept[i] = o == Stored || o == Duplicate
			if !kept[i] {
				missing++
			}
		}
		if missing == 0 {
			break
		}
	}
	return kept
}

// letters makes the documents of dead letters; of[i] is the item of b that letter i is of.
func (d *deadLetters) letters(b *Batch) (letters *Batch, of []int) {
	letters = &Batch{}
	for i := range b.Items {
		it := &b.Items[i]
		if it.Outcome != Dead {
			continue
		}
		room := letters.room(d.names.of(it.Ref.Received()), it.Ref)
		letters.take(appendLetter(room, d.lane.name, b, i), it.Ref)
		of = append(of, i)
	}
	return letters, of
}

// appendLetter appends the dead letter of item i of b. All of it is text in fields that take any text.
func appendLetter(dst []byte, lane string, b *Batch, i int) []byte {
	it, doc := &b.Items[i], b.Doc(i)
	kind, reason := "unknown", ""
	if it.Err != nil {
		kind, reason = it.Err.Type, it.Err.Reason
	}
	dst = append(dst, `{"@timestamp":"`...)
	dst = event.AppendTime(dst, it.Ref.Received())
	dst = append(dst, `","error":{"type":`...)
	dst = event.AppendQuoted(dst, []byte(kind))
	dst = append(dst, `,"message":`...)
	dst = event.AppendQuoted(dst, []byte(reason))
	dst = append(dst, `},"event":{"original":`...)
	dst = event.AppendQuoted(dst, it.Ref.Message())
	dst = append(dst, `},"millrace":{"lane":`...)
	dst = event.AppendQuoted(dst, []byte(lane))
	dst = append(dst, `,"index":`...)
	dst = event.AppendQuoted(dst, []byte(b.IndexOf(i)))
	origin := it.Ref.D.Batch.OriginOf(it.Ref.Line)
	if origin.Peer.IsValid() {
		dst = append(dst, `,"peer":"`...)
		dst = origin.Peer.Addr().AppendTo(dst)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"document":`...)
	dst = event.AppendQuoted(dst, doc[:min(len(doc), maxDeadDoc)])
	return append(dst, "}}"...)
}

func (d *deadLetters) path() string { return filepath.Join(d.dir, d.lane.name+".ndjson") }

// file appends body to the lane's file, and syncs it.
func (d *deadLetters) file(body []byte) (err error) {
	if d.dir == "" {
		return errors.New("no folder for dead letters is set")
	}
	if err := os.MkdirAll(d.dir, 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(d.path(), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	limit := int64(d.lane.cfg.DeadLetters.MaxBytes)
	if size+int64(len(body)) > limit {
		return fmt.Errorf("%s is full (index.dead_letters.max_bytes is %s): load it into an index or delete it", d.path(), d.lane.cfg.DeadLetters.MaxBytes)
	}
	last := []byte{'\n'}
	if size > 0 {
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
	}
	if last[0] != '\n' { // a crash tore the last line
		body = append([]byte{'\n'}, body...)
	}
	if _, err := f.Write(body); err != nil {
		return err
	}
	return f.Sync()
}

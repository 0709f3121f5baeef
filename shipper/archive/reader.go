package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/millrace/millrace/shipper"
)

// maxLine bounds a line. Of longer ones the rest is left out: no listener takes longer messages.
const maxLine = int(shipper.MaxMessage)

// reader reads lines of one file after the other. It goes on in the same file when it is asked to.
type reader struct {
	path    string
	file    *os.File
	zstd    *zstd.Decoder // nil unless the file is one of zstd
	plain   bool          // not compressed
	in      *bufio.Reader
	offset  int64  // of what is read next, in the text
	long    []byte // of a line that does not fit into in
	unended bool   // the file ends with a part of a line
}

// seek makes offset of the file's text what is read next.
func (r *reader) seek(path string, offset int64) error {
	if r.file == nil || r.path != path || offset < r.offset {
		if err := r.open(path); err != nil {
			return err
		}
	}
	if skip := offset - r.offset; r.plain && skip > int64(r.in.Size()) {
		if _, err := r.file.Seek(offset, io.SeekStart); err != nil {
			return err
		}
		r.in.Reset(r.file)
		r.offset = offset
	}
	skipped, err := io.CopyN(io.Discard, r.in, offset-r.offset)
	r.offset += skipped
	return err
}

func (r *reader) open(path string) (err error) {
	r.close()
	if r.file, err = os.Open(path); err != nil {
		return err
	}
	if r.in == nil {
		r.in = bufio.NewReaderSize(nil, 256<<10)
	}
	r.path, r.offset, r.plain, r.unended = path, 0, false, false
	var magic [4]byte
	_, _ = r.file.ReadAt(magic[:], 0) // what is wrong with the file turns up when it is read
	var text io.Reader = r.file
	switch {
	case magic[0] == 0x1f && magic[1] == 0x8b:
		text, err = gzip.NewReader(r.file)
	case magic == [4]byte{0x28, 0xb5, 0x2f, 0xfd}:
		if r.zstd, err = zstd.NewReader(r.file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20)); err == nil {
			text = r.zstd
		}
	default:
		r.plain = true
	}
	r.in.Reset(text)
	return err
}

// next returns the next line without its end; it is valid until the next call. cut: it was longer than maxLine. io.EOF: there
// is none. What a plain file ends with and is no whole line is none: somebody may be writing it.
func (r *reader) next() (line []byte, cut bool, err error) {
	r.long = r.long[:0]
	for {
		piece, err := r.in.ReadSlice('\n')
		r.offset += int64(len(piece))
		if err == nil && len(r.long) == 0 {
			return piece[:len(piece)-1], false, nil
		}
		room := maxLine - len(r.long)
		r.long, cut = append(r.long, piece[:min(len(piece), room)]...), cut || len(piece) > room+1
		switch {
		case err == nil:
			return bytes.TrimSuffix(r.long, []byte{'\n'}), cut, nil
		case errors.Is(err, io.EOF) && len(r.long) > 0 && !r.plain:
			return r.long, cut, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			r.unended = len(r.long) > 0
			return nil, false, err
		}
	}
}

// close closes the file. The reader can be used again.
func (r *reader) close() {
	if r.zstd != nil {
		r.zstd.Close()
		r.zstd = nil
	}
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

// unexpected makes an error of an end that comes too early.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

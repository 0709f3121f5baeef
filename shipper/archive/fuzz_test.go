package archive

import (
	"bytes"
	"path/filepath"
	"testing"

	"go.uber.org/zap"

	"github.com/millrace/millrace/shipper"
)

// FuzzFile reads files of any content: a plain one has its lines in order, each once, and no other.
func FuzzFile(f *testing.F) {
	f.Add(lines(3))
	f.Add(gzipped(lines(3)))
	f.Add(zstded(lines(3)))
	f.Add([]byte("\n\n<13>x\nno end"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "app.log")
		write(t, path, text)
		parts, err := routes.Files([]string{path}, "app")
		if err != nil {
			t.Fatal(err)
		}
		s := NewSource(parts, Config{Counts: new(Counts)}, zap.NewNop())
		var got []byte
		ids := map[string]bool{}
		for _, l := range replay(t, s) {
			got = append(append(got, l.text...), '\n')
			if ids[l.id] {
				t.Fatalf("two lines have the id %s", l.id)
			}
			ids[l.id] = true
		}
		if s.reader.plain && !bytes.Equal(got, text[:bytes.LastIndexByte(text, '\n')+1]) {
			t.Fatalf("%q was read as %q", text, got)
		}
	})
}

// FuzzGaps reads a file of gaps of any content, beside a file that they may be of.
func FuzzGaps(f *testing.F) {
	f.Add([]byte(`{"lane":"syslog","file":"app.log","inode":1,"offset":36,"length":36,"lines":1}` + "\n"))
	f.Add([]byte(`{"lane":"syslog","file":"../app.log","offset":-1,"length":9223372036854775807}` + "\n{\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		data := t.TempDir()
		write(t, filepath.Join(data, "app.log"), lines(3))
		write(t, filepath.Join(data, shipper.GapFile), text)
		parts, wrong, err := routes.Gaps(data)
		if err != nil || len(parts)+len(wrong) > bytes.Count(text, []byte("\n")) {
			t.Fatal(parts, wrong, err)
		}
		for _, p := range parts {
			if p.Offset < 0 || p.Size < 1 || p.Offset+p.Size > int64(len(lines(3))) {
				t.Fatalf("%+v", p)
			}
		}
	})
}

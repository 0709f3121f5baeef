package event

import (
	"encoding/base64"
	"encoding/hex"
	"testing"
)

func TestID(t *testing.T) {
	boot := Boot{1, 2, 3, 4, 5, 6, 7, 0xfe}
	for _, c := range []struct {
		received int64
		counter  uint64
		want     string
	}{
		{0, 0, "000000000000" + "01020304050607fe" + "0000000000"},
		{1_795_305_600_123_999_999, 0xa1b2c3d4e5, "01a2008d747b" + "01020304050607fe" + "a1b2c3d4e5"},
		{1<<63 - 1, 1<<40 - 1, "0863" + "7bd05af6" + "01020304050607fe" + "ffffffffff"},
	} {
		id := makeID(c.received, boot, c.counter)
		if got := hex.EncodeToString(id[:]); got != c.want {
			t.Errorf("%d %d: %s, want %s", c.received, c.counter, got, c.want)
		}
		if got, want := id.String(), base64.RawURLEncoding.EncodeToString(id[:]); got != want {
			t.Errorf("%x: %s, want %s", id, got, want)
		}
	}
}

func TestIDText(t *testing.T) {
	var text IDText
	b := new(Batch)
	for i, boot := range []Boot{{1, 2, 3, 4, 5, 6, 7, 0xfe}, {1, 2, 3, 4, 5, 6, 7, 0xff}} {
		b.Origins = append(b.Origins, Origin{Boot: boot})
		for _, received := range []int64{0, 1_795_305_600_123_999_999, 1_795_305_600_123_000_000, 1_795_305_600_124_000_000} {
			for _, counter := range []uint64{0, 0xa1b2c3d4e5, 1<<40 - 1} {
				b.Add(uint32(i), received, counter, 0, nil)
			}
		}
	}
	for i := range b.Lines {
		if got, want := string(text.Set(b, i)), b.ID(i).String(); got != want {
			t.Errorf("line %d: %s, want %s", i, got, want)
		}
	}
}

func FuzzIDText(f *testing.F) {
	f.Add([]byte("0123456789abcdefghi"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var id ID
		copy(id[:], b)
		if got, want := string(id.AppendText([]byte("x"))), "x"+base64.RawURLEncoding.EncodeToString(id[:]); got != want {
			t.Errorf("%x: %s, want %s", id, got, want)
		}
	})
}

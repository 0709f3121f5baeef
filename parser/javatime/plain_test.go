package javatime

import (
	"math/rand/v2"
	"testing"
	"time"
)

// mustReadAlike checks that a plain format reads b as the general reader does.
func mustReadAlike(t *testing.T, f *Format, b []byte) {
	t.Helper()
	if f.plain == nil {
		return
	}
	got, ok := f.Parse(b)
	want, wantOK := (&Format{fields: f.fields}).Parse(b)
	got.read, want.read, got.secondAt = 0, 0, 0
	if ok != wantOK || got != want {
		t.Errorf("%s of %q: %+v, %v; want %+v, %v", f, b, got, ok, want, wantOK)
	}
}

func TestPlain(t *testing.T) {
	const characters = "0123456789 -:/.+ZTMay"
	r := rand.New(rand.NewPCG(1, 2))
	berlin := time.FixedZone("Europe/Berlin", 3600)
	for _, pattern := range []string{
		"dd/MMM/yyyy:H:m:s Z", "MMM  d HH:mm:ss", "MMM dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "yyyyMMddHHmmss", "d.M.uuuu",
		"EEE MMM dd HH:mm:ss yyyy", "EEE dd uuuu MM", "yyyy/MM/dd HH:mm:ss,SSSSSS X", "HH:mm", "yyyy-MM", "MM dd HH", "d'1'M H:ss", "yyyy-MM-dd HH:mm:ss VV",
	} {
		f, err := Compile(pattern)
		if err != nil || f.plain == nil {
			t.Fatalf("%s is not plain: %v", pattern, err)
		}
		for range 2000 {
			at := time.Date(2020, 2, 1+r.IntN(60), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1e9), time.UTC)
			text := []byte(write(f, Moment{at.Unix(), at.Nanosecond(), 3600 * r.IntN(15)}, berlin))
			mustReadAlike(t, f, text)
			for range 1 + r.IntN(2) {
				i, c := r.IntN(len(text)), characters[r.IntN(len(characters))]
				switch r.IntN(4) {
				case 0:
					text = append(text[:i], text[i+1:]...)
				case 1:
					text = append(text[:i+1], text[i:]...)
				default:
					text[i] = c
				}
				if len(text) == 0 {
					break
				}
			}
			mustReadAlike(t, f, text)
		}
	}
	for _, pattern := range []string{"yyyy[-MM]", "yyyyy", "yy", "MMMM", "yyyy yyyy", "dHH", "a", "hh", "\x00yyyy"} {
		if f, err := Compile(pattern); err != nil || f.plain != nil {
			t.Errorf("%q must not be plain: %v", pattern, err)
		}
	}
}

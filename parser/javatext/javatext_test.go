package javatext

import "testing"

// What Elasticsearch 8 reads, or "" for what it refuses.
func TestParseAddr(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1%eth0": "2001:db8::1",
		"1.2.3.": "1.2.3.0", "::1.2.3.": "::102:300", "192.16868.10.31": "192.228.10.31", "::1.2.3.1999": "::102:3cf",
		"1.2.3": "", "1.2.3.256": "", "1.2.3.01": "", "1..2.3": "", "1.2.3.4.": "", "1.2.3.1000": "", "1.2.-3.4": "", ".1.2.3": "", "": "", "::1%": "",
	} {
		a, ok := ParseAddr(text)
		if got := a.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %s, %t; want %q", text, got, ok, want)
		}
	}
}

// What Java's decoder makes of bytes.
func TestAppendUTF8(t *testing.T) {
	for text, want := range map[string]string{
		"a\xc3\xa9": "aé", "\xc3": "?", "\xc3(": "?(", "\xe2\x82": "?", "\xe2\x82\xc3": "??", "\xe2(\xa1": "?(?",
		"\xed\xa0\x80": "?", "\xed\xa0\x80\xed\xb0\x80": "??", "\xe0\x80\x80": "???", "\xf0\x9f\x98": "?", "\xf0\x9f\x98a": "?a",
		"\xf0\x80\x80\x80": "????", "\xf5\x80\x80\x80": "????", "\xf4\x90\x80": "???", "\xc0\x80": "??", "\xff\xfe": "??",
	} {
		got := ""
		for _, r := range string(AppendUTF8(nil, []byte(text))) {
			if r == 0xfffd {
				r = '?'
			}
			got += string(r)
		}
		if got != want {
			t.Errorf("%q is %q; want %q", text, got, want)
		}
	}
}

package pipeline

import "testing"

// TestPunycode has a sample of RFC 3492, and labels of suffixes.
func TestPunycode(t *testing.T) {
	for label, want := range map[string]string{
		"他们为什么不说中文": "ihqwcrb4cv8a8dqg056pqjye", "münchen": "mnchen-3ya", "рф": "p1ai", "公司": "55qx5d", "香港": "j6w193g", "é": "9ca",
	} {
		if got := punycode([]rune(label)); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
}

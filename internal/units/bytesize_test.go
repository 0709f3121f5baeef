package units

import "testing"

func TestParseByteSize(t *testing.T) {
	for in, want := range map[string]ByteSize{
		"0": 0, "65536": 64 * KiB, "64KiB": 64 * KiB, "10 MB": 10e6, "1.5GiB": 3 * GiB / 2, "512B": 512,
	} {
		if got, err := ParseByteSize(in); err != nil || got != want {
			t.Errorf("ParseByteSize(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "KiB", "-1", "1e30TB", "64 kilobytes", "NaN", "Inf"} {
		if got, err := ParseByteSize(in); err == nil {
			t.Errorf("ParseByteSize(%q) = %d, want an error", in, got)
		}
	}
	for want, in := range map[string]ByteSize{"0": 0, "1023": 1023, "64KiB": 64 * KiB, "3GiB": 3 * GiB} {
		if got := in.String(); got != want {
			t.Errorf("ByteSize(%d).String() = %q, want %q", int64(in), got, want)
		}
	}
}

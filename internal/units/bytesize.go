// Package units has the quantities of the configuration file that Go has no type for.
package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ByteSize is a number of bytes, written in YAML as 65536, 64KiB, 10MB, 1.5GiB.
type ByteSize int64

// Sizes of the binary units.
const (
	KiB ByteSize = 1 << 10
	MiB ByteSize = 1 << 20
	GiB ByteSize = 1 << 30
	TiB ByteSize = 1 << 40
)

var suffixes = []struct {
	name string
	size ByteSize
}{
	{"TiB", TiB}, {"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3},
	{"B", 1}, {"", 1},
}

// ParseByteSize reads a size such as 64KiB. Negative sizes are errors.
func ParseByteSize(s string) (ByteSize, error) {
	text := strings.TrimSpace(s)
	for _, u := range suffixes {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n < 0 || math.IsInf(n, 0) || math.IsNaN(n) || n*float64(u.size) >= math.MaxInt64 {
			break
		}
		return ByteSize(n * float64(u.size)), nil
	}
	return 0, fmt.Errorf("%q is not a size: write a number of bytes with an optional unit, such as 64KiB or 10GB", s)
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *ByteSize) UnmarshalText(text []byte) (err error) {
	*b, err = ParseByteSize(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (b ByteSize) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String writes the size in the largest binary unit that divides it.
func (b ByteSize) String() string {
	for _, u := range suffixes[:4] {
		if b != 0 && b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

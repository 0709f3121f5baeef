// Package instructions counts the instructions that a child process executes. On a machine that others use too, they say
// more than CPU time, which is longer when the processor's caches are theirs. It is for benchmarks, and for runs of their
// own: in a virtual machine each turn of a counted thread sets registers that only the host may, and takes CPU time.
package instructions

import "strconv"

// Each is how many of n there were for each message, "-" when they were not counted.
func Each(n uint64, messages int) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatUint(n/uint64(messages), 10)
}

package grok

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime is the CPU time that the process has used: what a busy machine's
// clock does not distort.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// loop runs f for each line, over and over, and reports CPU time a line.
func loop(b *testing.B, lines [][]byte, f func(line []byte)) {
	b.ReportAllocs()
	i := 0
	for _, l := range lines {
		f(l)
	}
	start := cpuTime()
	for b.Loop() {
		f(lines[i])
		if i++; i == len(lines) {
			i = 0
		}
	}
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/line")
}

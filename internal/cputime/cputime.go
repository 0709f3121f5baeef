// Package cputime measures the CPU time of this process, which on a busy machine says what wall time can't.
package cputime

import (
	"syscall"
	"testing"
	"time"
)

// Used is the CPU time, user and system, that this process has taken so far.
func Used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Measure adds the metric cpu-ns/op to a benchmark that handles perOp things in each iteration:
//
//	defer cputime.Measure(b, 1)()
//
// stands right before the loop.
func Measure(b *testing.B, perOp int) (stop func()) {
	start := Used()
	return func() {
		b.ReportMetric(float64(Used()-start)/float64(b.N)/float64(perOp), "cpu-ns/op")
	}
}

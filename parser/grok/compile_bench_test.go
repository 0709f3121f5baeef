package grok

import "testing"

// BenchmarkCompileLibrary compiles each definition of the shipped library as a
// pattern of its own, from the text on.
func BenchmarkCompileLibrary(b *testing.B) {
	lib := ECSLibrary()
	allScanners()
	names := lib.Names()
	start := cpuTime()
	for b.Loop() {
		fresh := lib.clone()
		for _, name := range names {
			if _, err := Compile(fresh, []string{"%{" + name + "}"}, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64((cpuTime()-start).Milliseconds())/float64(b.N), "cpu-ms/library")
	b.ReportMetric(float64(len(names)), "patterns")
}

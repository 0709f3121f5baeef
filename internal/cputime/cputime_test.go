package cputime

import "testing"

func TestUsedGrows(t *testing.T) {
	start := Used()
	for n := 0; Used() == start; n++ {
		if n > 1<<30 {
			t.Fatal("CPU time stands still")
		}
	}
}

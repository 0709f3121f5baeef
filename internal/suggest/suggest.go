// Package suggest finds what a name that does not exist was meant to be.
package suggest

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Nearest are the at most n names of known that take the fewest typing mistakes to be written as name, the nearest
// first. Upper and lower case are the same. It is empty when none comes near.
func Nearest(name string, known iter.Seq[string], n int) []string {
	type near struct {
		name     string
		mistakes int
	}
	var found []near
	for k := range known {
		if d := mistakes(strings.ToLower(name), strings.ToLower(k)); d <= 1+len(name)/4 {
			found = append(found, near{k, d})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(a.mistakes-b.mistakes, strings.Compare(a.name, b.name))
	})
	names := make([]string, 0, n)
	for _, f := range found[:min(n, len(found))] {
		names = append(names, f.name)
	}
	return names
}

// mistakes counts the insertions, deletions, replacements and swaps of neighbours that make b of a: the optimal string
// alignment distance.
func mistakes(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := last[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

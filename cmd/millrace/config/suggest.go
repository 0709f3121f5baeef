package config

import (
	"maps"
	"slices"
	"strings"
)

// remedy says what could have been meant by name.
func remedy[T any](name string, known map[string]T) string {
	keys := slices.Sorted(maps.Keys(known))
	best, least := "", len(name)/2+1
	for _, k := range keys {
		if d := distance(name, k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "keys here are " + strings.Join(keys, ", ")
}

// distance is the number of insertions, deletions and substitutions between a and b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

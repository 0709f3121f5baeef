package grok

// scanner is a hand-written matcher of a definition.
type scanner struct {
	fn scanFunc
	// inner is the bytes that can stand after any other end that the
	// definition could match to: where none of them can follow, the way back
	// is not worth keeping.
	inner       [256]bool
	mayBeUnsure bool
}

func scanners() map[string]*scanner { return nil }

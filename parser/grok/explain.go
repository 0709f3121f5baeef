package grok

type furthest struct {
	pos int
	src *node
}

func (f *furthest) note(src *node, pos int) {
	if pos >= f.pos && src != nil {
		f.pos, f.src = pos, src
	}
}

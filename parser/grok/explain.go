package grok

type furthest struct {
	pos int
	src *node
}

func (f *furthest) note(in *inst, pos int) {
	if pos >= f.pos && in.src != nil {
		f.pos, f.src = pos, in.src
	}
}

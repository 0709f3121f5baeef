package painless

import "github.com/millrace/millrace/event"

// Use makes room for readings of f, which it is about from now on.
func (c *Context) Use(f *Fields) {
	c.fields = f
	if missing := len(f.steps) - len(c.readings); missing > 0 {
		c.readings = append(c.readings, make([]event.Value, missing)...)
		c.read64 = make([]readings, (len(c.readings)+63)/64)
	}
	c.Changed()
}

// Changed tells that the document may have changed since the last condition.
func (c *Context) Changed() {
	for i := range c.read64 {
		c.read64[i].known = 0
	}
}

// Share tells that from now on a container of the document may be in several places, as after a script's
// `ctx.a = ctx.b`.
func (c *Context) Share() { c.shared = true }

// Shared tells whether a container of the document may be in several places.
func (c *Context) Shared() bool { return c.shared }

// Wrote tells that the document may have changed in some fields since the last condition. They are of the Fields that
// all conditions have.
func (c *Context) Wrote(touched []Touch) {
	if c.shared {
		c.Changed()
		return
	}
	for i := range touched {
		t := &touched[i]
		if int(t.word) < len(c.read64) {
			r := &c.read64[t.word]
			r.known &^= t.below | t.above&^r.maps
		}
	}
}

// Missing tells whether there is no such field, of those in use, so that a step which is about it has nothing to do. It
// may say no where that is not plain, such as of a field in a list.
func (c *Context) Missing(at int32) bool {
	if !c.lacks(at) && !c.has(at) {
		c.read(at)
	}
	return c.lacks(at)
}

// Field is the value of a field of those in use; Missing also where that is not plain.
func (c *Context) Field(at int32) (v event.Value) {
	if c.has(at) {
		v = c.readings[at]
	} else if !c.lacks(at) {
		v, _ = c.read(at)
	}
	return v
}

// has tells whether the value of a field is among the readings.
func (c *Context) has(at int32) bool {
	r := &c.read64[uint32(at)/64]
	return r.known&^r.apart>>(uint32(at)%64)&1 != 0
}

// lacks tells whether it is known that there is no such field.
func (c *Context) lacks(at int32) bool {
	r := &c.read64[uint32(at)/64]
	return r.known&r.null&r.apart>>(uint32(at)%64)&1 != 0
}

// read reads a field, which is missing in null; it fails where Painless has another way than a look into maps.
func (c *Context) read(at int32) (v event.Value, ok bool) {
	if at == wholeDoc {
		v = c.Event.Doc()
		c.Note(at, v)
		return v, true
	}
	s := &c.fields.steps[at]
	switch {
	case s.from == wholeDoc:
		v = c.Event.Doc()
	case c.has(s.from):
		v = c.readings[s.from]
	case c.lacks(s.from):
	default:
		if v, ok = c.read(s.from); !ok {
			return v, false
		}
	}
	switch {
	case v.Kind() == event.Map && s.to <= toLength:
		v = c.Event.Lookup(v, s.name)
	case v.IsNull():
		v = event.Value{}
	case v.Kind() == event.List && (s.to == toLength || s.to == toSize), v.Kind() == event.Map && s.to == toSize:
		v = event.IntValue(int32(c.Event.Len(v)))
	case v.Kind() == event.String && s.to == toChars:
		v = event.IntValue(int32(utf16Len(c.Event.Bytes(v))))
	default:
		return event.Value{}, false
	}
	c.Note(at, v)
	return v, true
}

// Note notes what the value of a field is now.
func (c *Context) Note(at int32, v event.Value) {
	c.readings[at] = v
	c.read64[uint32(at)/64].note(uint64(1)<<(uint32(at)%64), v.Kind())
}

// note notes of what kind the value of a field is.
func (r *readings) note(bit uint64, kind event.Kind) {
	r.known |= bit
	r.null &^= bit
	r.maps &^= bit
	r.apart &^= bit
	switch kind {
	case event.Missing:
		r.null |= bit
		r.apart |= bit
	case event.Null:
		r.null |= bit
	case event.Map:
		r.maps |= bit
	}
}

// hasAll tells whether none of the fields is null, so that it is no error to ask for what is in them.
func (c *Context) hasAll(fields []int32) bool {
	for _, at := range fields {
		if c.Field(at).IsNull() {
			return false
		}
	}
	return true
}

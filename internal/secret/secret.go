// Package secret has the type of settings that must not be shown.
package secret

// Hidden is what a secret is shown as.
const Hidden = "(hidden)"

// String is a password, a key or the like. It prints and marshals as Hidden; an empty one as nothing.
type String string

// Reveal is the secret itself, for the one who needs it.
func (s String) Reveal() string { return string(s) }

// String implements fmt.Stringer.
func (s String) String() string {
	if s == "" {
		return ""
	}
	return Hidden
}

// GoString implements fmt.GoStringer.
func (s String) GoString() string { return `"` + s.String() + `"` }

// MarshalText implements encoding.TextMarshaler.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *String) UnmarshalText(text []byte) error { *s = String(text); return nil }

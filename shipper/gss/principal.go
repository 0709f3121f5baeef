package gss

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jcmturner/gokrb5/v8/types"
)

// maxPrincipal bounds a name that becomes a field, a route's key and a log entry.
const maxPrincipal = 1024

// Principal is a Kerberos name, such as host/web1.example.com in the realm EXAMPLE.COM.
type Principal struct {
	Components []string
	Realm      string
}

var escapeName = strings.NewReplacer(`\`, `\\`, `/`, `\/`, `@`, `\@`)

// Name is the name without its realm. A / or @ inside a component is escaped with a backslash, so that
// two principals never have the same text.
func (p Principal) Name() string {
	if len(p.Components) == 1 {
		return escapeName.Replace(p.Components[0])
	}
	parts := make([]string, len(p.Components))
	for i, c := range p.Components {
		parts[i] = escapeName.Replace(c)
	}
	return strings.Join(parts, "/")
}

// String is name@REALM.
func (p Principal) String() string { return p.Name() + "@" + p.Realm }

func principalOf(n types.PrincipalName, realm string) Principal {
	return Principal{Components: n.NameString, Realm: realm}
}

// printable reports whether p is short text without control characters.
func (p Principal) printable() bool {
	s := p.String()
	return len(s) <= maxPrincipal && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func (p Principal) equal(o Principal) bool {
	if p.Realm != o.Realm || len(p.Components) != len(o.Components) {
		return false
	}
	for i, c := range p.Components {
		if o.Components[i] != c {
			return false
		}
	}
	return true
}

// pattern matches principals component by component: in host/*.example.com@EXAMPLE.COM the asterisk
// stays within its component, and a slash that a KDC has put inside a component is never a separator.
type pattern struct {
	components []string
	anyName    bool // ** for the whole name
	realm      string
	anyRealm   bool // no realm written
}

// parsePattern reads name[@realm], where each component and the realm is a shell pattern
// (* ? [a-z] and \), and the name ** stands for every name.
func parsePattern(s string) (pattern, error) {
	name, realm, hasRealm := strings.Cut(s, "@")
	if name == "" || hasRealm && realm == "" || strings.Contains(realm, "@") {
		return pattern{}, fmt.Errorf("%q is not a principal pattern: write it like host/*.example.com@EXAMPLE.COM, or **@EXAMPLE.COM", s)
	}
	p := pattern{components: strings.Split(name, "/"), anyName: name == "**", realm: realm, anyRealm: !hasRealm}
	for _, part := range append(p.components[:len(p.components):len(p.components)], realm) {
		if _, err := path.Match(part, ""); err != nil {
			return pattern{}, fmt.Errorf("%q: %q is not a shell pattern: %w", s, part, err)
		}
	}
	return p, nil
}

// match reports whether the pattern takes who. home is the realm meant by a pattern without one; "" means any.
func (p pattern) match(who Principal, home string) bool {
	switch {
	case p.anyRealm && home != "" && who.Realm != home:
		return false
	case !p.anyRealm && !glob(p.realm, who.Realm):
		return false
	case p.anyName:
		return true
	case len(p.components) != len(who.Components):
		return false
	}
	for i, c := range who.Components {
		if !glob(p.components[i], c) {
			return false
		}
	}
	return true
}

// glob is path.Match in which * crosses slashes too: components are already apart.
func glob(pattern, s string) bool {
	ok, err := path.Match(pattern, strings.ReplaceAll(s, "/", "\x00"))
	return ok && err == nil
}

type patterns []pattern

func parsePatterns(list []string) (patterns, error) {
	ps := make(patterns, 0, len(list))
	for _, s := range list {
		p, err := parsePattern(s)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return ps, nil
}

func (ps patterns) match(who Principal, home string) bool {
	for _, p := range ps {
		if p.match(who, home) {
			return true
		}
	}
	return false
}

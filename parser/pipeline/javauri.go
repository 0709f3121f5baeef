package pipeline

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// javaURI is what java.net.URI reads out of a text, or java.net.URL out of one that the former refuses. Its parts are
// of that text as far as they have no escapes.
type javaURI struct {
	scheme, userInfo, host, path, query, fragment uriPart
	port                                          int    // -1 when there is none
	decoded                                       []byte // of the parts with escapes
}

// uriPart is a part of a URI, which may be empty, or none.
type uriPart struct {
	text  string
	there bool
}

func somePart(text string) uriPart { return uriPart{text, true} }

var errURI = errors.New("not a URI")

// read is new URI(s) or, failing that, new URL(s). What it reads is valid until the next call, as long as s.
func (u *javaURI) read(s string) error {
	*u = javaURI{port: -1, decoded: u.decoded[:0]}
	if u.parse(s) == nil {
		return nil
	}
	*u = javaURI{port: -1, decoded: u.decoded[:0]}
	return u.parseURL(s)
}

func (u *javaURI) parse(s string) error {
	rest := s
	if i := schemeEnd(s); i >= 0 {
		if i == 0 || !isAlpha(s[0]) || checkURI(s[:i], uriScheme, false) != nil {
			return errURI
		}
		u.scheme, rest = somePart(s[:i]), s[i+1:]
		if !strings.HasPrefix(rest, "/") { // opaque
			part, fragment, found := cutAt(rest, '#')
			if part == "" || checkURI(part, uriAny, true) != nil {
				return errURI
			}
			return u.setFragment(fragment, found)
		}
	}
	rest, fragment, found := cutAt(rest, '#')
	if err := u.parseHierarchical(rest, found); err != nil {
		return err
	}
	return u.setFragment(fragment, found)
}

// cutAt is strings.Cut at a byte.
func cutAt(s string, sep byte) (before, after string, found bool) {
	if i := strings.IndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// schemeEnd is where a colon stands before anything that cannot be before it, -1 when none does.
func schemeEnd(s string) int {
	for i := range len(s) {
		switch s[i] {
		case ':':
			return i
		case '/', '?', '#':
			return -1
		}
	}
	return -1
}

func (u *javaURI) setFragment(fragment string, found bool) error {
	if !found {
		return nil
	}
	if checkURI(fragment, uriAny, true) != nil {
		return errURI
	}
	u.fragment = somePart(u.decode(fragment, false))
	return nil
}

func (u *javaURI) parseHierarchical(s string, more bool) error {
	if strings.HasPrefix(s, "//") {
		s = s[2:]
		end := strings.IndexAny(s, "/?")
		if end < 0 {
			end = len(s)
		}
		switch {
		case end > 0:
			if err := u.parseAuthority(s[:end]); err != nil {
				return err
			}
		case end == len(s) && !more:
			return errURI
		}
		s = s[end:]
	}
	path, query, found := cutAt(s, '?')
	if checkURI(path, uriPath, true) != nil || checkURI(query, uriAny, true) != nil {
		return errURI
	}
	u.path = somePart(u.decode(path, true))
	if found {
		u.query = somePart(u.decode(query, false))
	}
	return nil
}

// parseAuthority leaves host empty when the authority is none of a server, but a name of some registry.
func (u *javaURI) parseAuthority(s string) error {
	var isServer bool
	if strings.IndexByte(s, ']') > 0 {
		n, _ := scanURI(s, uriServerOr6, true)
		isServer = n == len(s)
	} else {
		n, err := scanURI(s, uriServer, true)
		if err != nil {
			return err
		}
		isServer = n == len(s)
	}
	n, err := scanURI(s, uriRegName, true)
	if err != nil {
		return err
	}
	isName := n == len(s)
	if isServer {
		if err := u.parseServer(s); err == nil {
			return nil
		}
		u.userInfo, u.host, u.port = uriPart{}, uriPart{}, -1
	}
	if !isName {
		return errURI
	}
	return nil
}

func (u *javaURI) parseServer(s string) error {
	if i := strings.IndexByte(s, '@'); i >= 0 {
		if checkURI(s[:i], uriUserInfo, true) != nil {
			return errURI
		}
		u.userInfo, s = somePart(u.decode(s[:i], true)), s[i+1:]
	}
	end, err := hostEnd(s)
	if err != nil {
		return err
	}
	if u.host, s = somePart(s[:end]), s[end:]; s == "" {
		return nil
	}
	if s[0] != ':' {
		return errURI
	}
	if s = s[1:]; s == "" {
		return nil
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return errURI
		}
	}
	port, err := strconv.ParseInt(s, 10, 32)
	u.port = int(port)
	return err
}

// hostEnd is where a host ends: an address in brackets, an IPv4 address or a name.
func hostEnd(s string) (int, error) {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 2 {
			return 0, errURI
		}
		address, scope, scoped := strings.Cut(s[1:end], "%")
		if a, err := netip.ParseAddr(address); err != nil || !a.Is6() || scoped && (scope == "" || checkURI(scope, uriScope, false) != nil) {
			return 0, errURI
		}
		return end + 1, nil
	}
	end := strings.IndexByte(s, ':')
	if end < 0 {
		end = len(s)
	}
	host := s[:end]
	if isIPv4(host) {
		return end, nil
	}
	labels, last := 0, byte(0)
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || checkURI(label, uriLabel, false) != nil {
			return 0, errURI
		}
		labels, last = labels+1, label[0]
	}
	if labels > 1 && !isAlpha(last) {
		return 0, errURI
	}
	return end, nil
}

// isIPv4 takes zeros before a number, unlike netip.
func isIPv4(s string) bool {
	numbers := 0
	for number := range strings.SplitSeq(s, ".") {
		n := 0
		for _, c := range []byte(number) {
			if n = n*10 + int(c-'0'); !isDigit(c) || n > 255 {
				return false
			}
		}
		if number == "" {
			return false
		}
		numbers++
	}
	return numbers == 4
}

// parseURL is new URL(s), which takes more characters than a URI has, and undoes no escapes.
func (u *javaURI) parseURL(s string) error {
	s = strings.TrimFunc(s, javaSpace)
	if len(s) >= 4 && strings.EqualFold(s[:4], "url:") {
		s = s[4:]
	}
	i := strings.IndexAny(s, ":/")
	if i < 0 || s[i] != ':' {
		return errURI
	}
	scheme := strings.ToLower(s[:i])
	switch scheme {
	case "http", "https", "ftp", "file", "mailto":
	default:
		return errURI
	}
	u.scheme = somePart(scheme)
	rest, fragment, found := strings.Cut(s[i+1:], "#")
	if found && scheme != "mailto" {
		u.fragment = somePart(fragment)
	}
	if scheme == "mailto" {
		return u.parseMailto(rest)
	}
	rest, query, found := strings.Cut(rest, "?")
	if found {
		u.query = somePart(query)
	}
	host := ""
	separator := ""
	if strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "////") {
		rest = rest[2:]
		end := strings.IndexByte(rest, '/')
		if end < 0 {
			end = len(rest)
		}
		var err error
		if host, err = u.urlHost(rest[:end]); err != nil {
			return err
		}
		rest, separator = rest[end:], "/"
	}
	if rest != "" && rest[0] != '/' {
		rest = separator + rest
	}
	u.host, u.path = somePart(host), somePart(rest)
	return nil
}

// parseMailto takes what stands behind the last question mark for the query.
func (u *javaURI) parseMailto(s string) error {
	if strings.TrimFunc(s, unicode.IsSpace) == "" {
		return errURI
	}
	host, path := "", s
	if i := strings.LastIndexByte(s, '?'); i >= 0 {
		path, u.query = s[:i], somePart(s[i+1:])
	}
	u.host, u.path = somePart(host), somePart(path)
	return nil
}

func (u *javaURI) urlHost(authority string) (string, error) {
	host := authority
	if i := strings.IndexByte(authority, '@'); i >= 0 {
		if i != strings.LastIndexByte(authority, '@') {
			return "", nil
		}
		u.userInfo, host = somePart(authority[:i]), authority[i+1:]
	}
	port := ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end <= 2 {
			return "", errURI
		}
		if a, err := netip.ParseAddr(host[1:end]); err != nil || !a.Is6() {
			return "", errURI
		}
		host, port = host[:end+1], host[end+1:]
		if port != "" && port[0] != ':' {
			return "", errURI
		}
		port = strings.TrimPrefix(port, ":")
	} else {
		host, port, _ = strings.Cut(host, ":")
	}
	if port == "" {
		return host, nil
	}
	n, err := strconv.ParseInt(port, 10, 32)
	if err != nil || n < -1 {
		return "", errURI
	}
	u.port = int(n)
	return host, nil
}

// Package pathname expands the templates of file names: hosts/{year}/{month}/{peer_ip}/auth.log.
//
// What a sender wrote can't lead out of the place that the template gives it: a value is at most a part of
// one component, a component is never "." or "..", never longer than 255 bytes and has no control characters.
package pathname

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/event/syslog"
)

// Field is a placeholder of a template.
type Field uint16

// Placeholders. Those of time are of the local time of receipt.
const (
	Year     Field = 1 << iota // 2026
	Month                      // 11
	Day                        // 21
	Date                       // 2026-11-21
	Hour                       // 23
	PeerIP                     // address of the sender, as the kernel knows it
	Host                       // host name that the line claims, or else the address
	Program                    // program that the line claims
	Facility                   // auth
	Severity                   // info
	Listener                   // name of the listener
	Name                       // authenticated name
	Lane                       // lane of the route
)

// Times are the placeholders of time, Claims those whose value the sender chooses.
const (
	Times  = Year | Month | Day | Date | Hour
	Claims = Host | Program
)

var names = []string{"year", "month", "day", "date", "hour", "peer_ip", "host", "program", "facility", "severity", "listener", "name", "lane"}

// Values are what placeholders stand for. An empty one is written "-".
type Values struct {
	Clock              *Clock
	Peer               netip.Addr
	Host, Program      []byte
	Facility, Severity uint8
	Listener, Name     string
	Lane               string
}

// Template is a compiled template; it is safe for concurrent use.
type Template struct {
	text  string
	parts []part
	uses  Field
}

type part struct {
	text  string
	field Field // 0: text
}

// Limits of what is made of values.
const (
	maxComponent = 255 // bytes, of Linux's file systems
	maxValue     = 128
)

// Parse compiles a template. Its errors say what to write instead.
func Parse(text string) (*Template, error) {
	t := &Template{text: text}
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			t.parts = append(t.parts, part{text: before})
		}
		if !found {
			break
		}
		name, behind, closed := strings.Cut(after, "}")
		field := fieldOf(name)
		if !closed || field == 0 {
			return nil, fmt.Errorf("path %q: %q is not a placeholder: write one of {%s}", text, rest[len(before):len(rest)-len(behind)], strings.Join(names, "} {"))
		}
		t.parts, t.uses, rest = append(t.parts, part{field: field}), t.uses|field, behind
	}
	if err := checkText(text); err != nil {
		return nil, fmt.Errorf("path %q: %w", text, err)
	}
	return t, nil
}

func fieldOf(name string) Field {
	for i, known := range names {
		if name == known {
			return 1 << i
		}
	}
	return 0
}

func checkText(text string) error {
	if text == "" || strings.HasSuffix(text, "/") {
		return fmt.Errorf("it names no file: add one, such as syslog")
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("it has control characters or is not UTF-8: take them out")
	}
	for i, component := range strings.Split(text, "/") {
		if component == "." || component == ".." || component == "" && i > 0 {
			return fmt.Errorf("%q can't be a part of it: write a plain path below the data folder, or an absolute one", component)
		}
		if len(component) > maxComponent {
			return fmt.Errorf("a name in it is longer than %d bytes", maxComponent)
		}
	}
	return nil
}

// String is the template as it was written.
func (t *Template) String() string { return t.text }

// Uses tells which placeholders the template has.
func (t *Template) Uses() Field { return t.uses }

// Append appends the path to dst.
func (t *Template) Append(dst []byte, v *Values) []byte { return t.expand(dst, v, 0) }

// AppendOverflow appends the path that is used when too many new ones came up: everything by which senders
// differ is "overflow" there.
func (t *Template) AppendOverflow(dst []byte, v *Values) []byte {
	return t.expand(dst, v, Claims|PeerIP|Name)
}

func (t *Template) expand(dst []byte, v *Values, overflow Field) []byte {
	component := len(dst) // where the current one begins
	for i := range t.parts {
		p := &t.parts[i]
		switch {
		case p.field == 0:
			text := p.text
			for {
				slash := strings.IndexByte(text, '/')
				if slash < 0 {
					break
				}
				dst = append(endComponent(append(dst, text[:slash]...), component), '/')
				component, text = len(dst), text[slash+1:]
			}
			dst = append(dst, text...)
		case p.field&overflow != 0:
			dst = append(dst, "overflow"...)
		default:
			dst = v.append(dst, p.field)
		}
	}
	return endComponent(dst, component)
}

// endComponent makes dst[start:] a name that a file can have.
func endComponent(dst []byte, start int) []byte {
	name := dst[start:]
	switch {
	case len(name) > maxComponent:
		end := start + maxComponent
		for end > start && !utf8.RuneStart(dst[end]) {
			end--
		}
		return dst[:end]
	case len(name) == 1 && name[0] == '.' || len(name) == 2 && name[0] == '.' && name[1] == '.':
		name[0] = '_'
	}
	return dst
}

func (v *Values) append(dst []byte, field Field) []byte {
	start := len(dst)
	switch field {
	case Year:
		return append(dst, v.Clock.Date[:4]...)
	case Month:
		return append(dst, v.Clock.Date[5:7]...)
	case Day:
		return append(dst, v.Clock.Date[8:]...)
	case Date:
		return append(dst, v.Clock.Date[:]...)
	case Hour:
		return append(dst, v.Clock.Hour[:]...)
	case PeerIP:
		dst = appendAddr(dst, v.Peer)
	case Host:
		if len(v.Host) == 0 {
			return v.append(dst, PeerIP)
		}
		dst = appendSafe(dst, v.Host)
	case Program:
		dst = appendSafe(dst, v.Program)
	case Facility:
		dst = append(dst, syslog.FacilityName(v.Facility)...)
	case Severity:
		dst = append(dst, syslog.SeverityName(v.Severity)...)
	case Listener:
		dst = appendSafe(dst, []byte(v.Listener))
	case Name:
		dst = appendSafe(dst, []byte(v.Name))
	case Lane:
		dst = append(dst, v.Lane...)
	}
	if len(dst) == start {
		dst = append(dst, '-')
	}
	return dst
}

// appendAddr appends an address without its zone, which is our interface and not the sender's.
func appendAddr(dst []byte, addr netip.Addr) []byte {
	if !addr.IsValid() {
		return dst
	}
	return addr.WithZone("").AppendTo(dst)
}

// appendSafe appends value with everything that a file name should not have replaced by "_".
func appendSafe(dst, value []byte) []byte {
	start := len(dst)
	for i := 0; i < len(value) && len(dst)-start < maxValue; {
		c := value[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(value[i:])
			if r == utf8.RuneError || !unicode.IsPrint(r) {
				dst = append(dst, '_')
			} else {
				dst = append(dst, value[i:i+n]...)
			}
			i += n
			continue
		}
		if c <= ' ' || c == '/' || c == 0x7f {
			c = '_'
		}
		dst = append(dst, c)
		i++
	}
	return dst
}

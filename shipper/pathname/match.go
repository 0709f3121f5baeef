package pathname

import (
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// Match is what the path of a file tells of the lines in it.
type Match struct {
	Name        string     // the path as the template makes it: without what stands before it, and without what rotation added
	Peer        netip.Addr // not valid when the path does not tell
	From, Until time.Time  // local time of receipt of all lines; zero when the path does not tell
}

// Matcher finds the paths that a template makes. It is safe for concurrent use.
type Matcher struct {
	pattern *regexp.Regexp
	fields  []Field // of its groups, the first one left out
}

// What logrotate adds to a name: auth.log.1, auth.log-20261122, auth.log.2.gz.
const (
	rotated    = `(?:[.-]\d+){0,3}`
	compressed = `(?:\.(?:gz|zst))?$`
)

// Matcher makes the matcher of t.
func (t *Template) Matcher() *Matcher {
	m := &Matcher{}
	var text strings.Builder
	if !strings.HasPrefix(t.text, "/") {
		text.WriteString("(?:^|/)")
	}
	text.WriteByte('(')
	for _, p := range t.parts {
		if p.field == 0 {
			text.WriteString(regexp.QuoteMeta(p.text))
			continue
		}
		m.fields = append(m.fields, p.field)
		text.WriteString("(" + valuePattern(p.field) + ")")
	}
	text.WriteByte(')')
	if last := t.parts[len(t.parts)-1].field; last&^Times == 0 { // behind other values a number could be a part of them
		text.WriteString(rotated)
	}
	text.WriteString(compressed)
	m.pattern = regexp.MustCompile(text.String()) // made of quoted text and our own patterns
	return m
}

func valuePattern(field Field) string {
	switch field {
	case Year:
		return `\d{4}`
	case Month, Day, Hour:
		return `\d\d`
	case Date:
		return `\d{4}-\d\d-\d\d`
	case PeerIP:
		return `[0-9a-f.:]+|-|overflow`
	default:
		return `[^/]+?`
	}
}

// Match tells whether the template makes the path, below whatever folder, and what the path tells.
func (m *Matcher) Match(path string) (found Match, ok bool) {
	groups := m.pattern.FindStringSubmatch(path)
	if groups == nil {
		return Match{}, false
	}
	found.Name = groups[1]
	var year, month, day, hour string
	for i, field := range m.fields {
		value := groups[i+2]
		switch field {
		case Year:
			year = value
		case Month:
			month = value
		case Day:
			day = value
		case Date:
			year, month, day = value[:4], value[5:7], value[8:]
		case Hour:
			hour = value
		case PeerIP:
			found.Peer, _ = netip.ParseAddr(value)
		}
	}
	found.From, found.Until, ok = period(year, month, day, hour)
	return found, ok
}

// period is the time that begins with a year, the month of it, and so on, as far as they are there. It is false where there
// is no such day or hour.
func period(year, month, day, hour string) (from, until time.Time, ok bool) {
	layout, text := "2006", year
	next := func() time.Time { return from.AddDate(1, 0, 0) }
	switch {
	case year == "":
		return from, until, true
	case month == "":
	case day == "":
		layout, text = "2006-01", year+"-"+month
		next = func() time.Time { return from.AddDate(0, 1, 0) }
	case hour == "":
		layout, text = time.DateOnly, year+"-"+month+"-"+day
		next = func() time.Time { return from.AddDate(0, 0, 1) }
	default:
		layout, text = "2006-01-02 15", year+"-"+month+"-"+day+" "+hour
		next = func() time.Time { return from.Add(time.Hour) }
	}
	from, err := time.ParseInLocation(layout, text, time.Local)
	if err != nil {
		return time.Time{}, time.Time{}, false
	}
	return from, next(), true
}

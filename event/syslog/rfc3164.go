package syslog

import "bytes"

const (
	maxHost = 255 // longest host name that is believed
	maxTag  = 128 // longest tag that is looked for; RFC 3164 has 32, senders have more
)

// parse3164 reads [timestamp] [host] [tag] message, each of which senders leave out at times.
func (h *Header) parse3164(line []byte, pos int) {
	h.Message = span(pos, len(line))
	start := skipCiscoPrefix(line, pos)
	end := h.Time.parse(line, start)
	if end < 0 {
		// Programs that write to the socket themselves send "<13>app[1]: text" and "<13>text".
		if h.HasPRI && h.parseTag(line, pos) {
			h.Format = RFC3164
		}
		return
	}
	h.Format = RFC3164
	h.Timestamp = span(start, end)
	pos = skipSpaces(line, end)
	if bytes.HasPrefix(line[pos:], []byte(": ")) { // Cisco ends its timestamp with a colon
		pos = skipSpaces(line, pos+1)
	}
	h.Message = span(pos, len(line))
	if next := h.parseHost(line, pos); next > pos {
		pos = next
		h.Message = span(pos, len(line))
		if h.parseRelayed(line, pos) {
			return
		}
	}
	h.parseTag(line, pos)
}

// parseHost reads the host at pos and returns the position of what follows; pos if there is no host.
func (h *Header) parseHost(line []byte, pos int) int {
	if pos < len(line) && line[pos] == 'M' {
		if next := h.parseForwarded(line, pos); next > pos {
			return next
		}
	}
	end, colons := pos, 0
	for limit := min(len(line), pos+maxHost+1); end < limit && hostByte[line[end]]; end++ {
		if line[end] == ':' {
			colons++
		}
	}
	if end == pos || end == len(line) || line[end] != ' ' && line[end] != '\t' {
		return pos
	}
	switch first, last := line[pos], line[end-1]; {
	case first == '-' && end == pos+1: // "-" stands for no host; the tag follows
		return skipSpaces(line, end)
	case !isLetter(first) && !isDigit(first) && first != ':' && first != '[' && first != '_':
		return pos
	case last == ':' && !ipv6Like(line[pos:end]): // a tag; no host was written
		return pos
	case first == '[' && last != ']' || first != '[' && last == ']': // "sshd[12] ": a tag
		return pos
	case first == 'l' && colons == 0 && bytes.HasPrefix(line[pos:], []byte("last message repeated ")):
		return pos
	}
	h.Host = span(pos, end)
	pos = skipSpaces(line, end)
	if bytes.HasPrefix(line[pos:], []byte(": ")) { // Cisco ASA: "host : %ASA-6-…"
		pos = skipSpaces(line, pos+1)
	}
	return pos
}

// parseForwarded reads what AIX writes in front of the host, as parseHost does.
func (h *Header) parseForwarded(line []byte, pos int) int {
	rest, ok := bytes.CutPrefix(line[pos:], []byte("Message forwarded from "))
	if !ok {
		return pos
	}
	colon := bytes.IndexByte(rest[:min(len(rest), maxHost)], ':')
	if colon <= 0 || bytes.IndexByte(rest[:colon], ' ') >= 0 {
		return pos
	}
	start := len(line) - len(rest)
	h.Host = span(start, start+colon)
	return skipSpaces(line, start+colon+1)
}

// parseRelayed reads the header of the first sender that stands whole, with a tag, behind the header
// of a relay. What the first sender said wins; who the relay is, is known from the connection.
func (h *Header) parseRelayed(line []byte, pos int) bool {
	if pos >= len(line) || line[pos] != '<' && !isDigit(line[pos]) && !(pos+3 < len(line) && line[pos+3] == ' ') {
		return false // no PRI, no ISO time and no month
	}
	var inner Header
	start := pos
	if line[pos] == '<' {
		start = pos + inner.parsePRI(line[pos:])
	}
	end := inner.Time.parse(line, start)
	if end < 0 || end == len(line) || line[end] != ' ' {
		return false
	}
	host := skipSpaces(line, end)
	tag := inner.parseHost(line, host)
	if tag == host || !inner.parseTag(line, tag) || line[inner.Tag.End-1] != ':' {
		return false
	}
	h.Timestamp, h.Time, h.Host = span(start, end), inner.Time, inner.Host
	h.Tag, h.App, h.PID, h.Message = inner.Tag, inner.App, inner.PID, inner.Message
	return true
}

// parseTag reads "app:", "app[pid]:", "app[pid] " and a few forms with spaces at pos and sets what
// belongs to it. It returns false, with nothing set, when the text does not start with a tag.
func (h *Header) parseTag(line []byte, pos int) bool {
	limit := min(len(line), pos+maxTag)
	i := pos
	for i < limit && tagByte[line[i]] {
		i++
	}
	if i == pos || i == limit {
		return false
	}
	switch line[i] {
	case ':':
		if !endsTag(line, pos, i) {
			return false
		}
		h.setTag(line, pos, i+1, span(pos, i), Span{})
		return true
	case '[':
		return h.parseTagWithPID(line, pos, i, limit)
	case ' ':
		return h.parseTagWithSpaces(line, pos, i, limit)
	}
	return false
}

// endsTag says whether the colon at i ends a tag, rather than being part of a time, a path or an address.
func endsTag(line []byte, pos, i int) bool {
	if i+1 == len(line) {
		return true
	}
	switch line[i+1] {
	case ' ', '\t':
		return true
	case ':', '/', '\\':
		return false
	}
	for _, c := range line[pos:i] { // "12:30:01" is a time
		if !isDigit(c) {
			return true
		}
	}
	return false
}

// parseTagWithPID goes on at the bracket at open: "app[1]:", "app[pool][1]:", "app[1] ".
func (h *Header) parseTagWithPID(line []byte, pos, open, limit int) bool {
	app := span(pos, open)
	for {
		n := bytes.IndexByte(line[open:limit], ']')
		if n < 0 {
			return false
		}
		shut := open + n
		pid, next := span(open+1, shut), shut+1
		switch {
		case next < limit && line[next] == '[':
			open = next
			continue
		case next < len(line) && line[next] == ':':
			h.setTag(line, pos, next+1, app, pid)
			return true
		case (next == len(line) || line[next] == ' ') && allDigits(pid.Of(line)):
			h.setTag(line, pos, next, app, pid)
			return true
		}
		return false
	}
}

// parseTagWithSpaces knows two forms, with the first space at i: a name with its version
// ("syslogd 1.4.1:"), and capitalised names of several words with a pid ("Plex Media Server[12]:").
func (h *Header) parseTagWithSpaces(line []byte, pos, i, limit int) bool {
	version := i + 1
	for version < limit && (isDigit(line[version]) || line[version] == '.') {
		version++
	}
	if version > i+1 && version < limit && line[version] == ':' && endsTag(line, i+1, version) && isLetter(line[pos]) {
		if version+1 == len(line) || line[version+1] == ' ' {
			h.setTag(line, pos, version+1, span(pos, i), Span{})
			return true
		}
	}
	upper := func(at int) bool { return at < limit && line[at]-'A' < 26 }
	for j := pos; upper(j); {
		for j < limit && tagByte[line[j]] {
			j++
		}
		if j == limit || line[j] != ' ' && line[j] != '[' {
			return false
		}
		if line[j] == '[' {
			n := bytes.IndexByte(line[j:limit], ']')
			if n < 2 || j+n+1 >= len(line) || line[j+n+1] != ':' || !allDigits(line[j+1:j+n]) {
				return false
			}
			h.setTag(line, pos, j+n+2, span(pos, j), span(j+1, j+n))
			return true
		}
		j++
	}
	return false
}

func (h *Header) setTag(line []byte, pos, end int, app, pid Span) {
	h.Tag, h.App, h.PID = span(pos, end), app, pid
	if pid.Empty() {
		h.PID = Span{}
	}
	if end < len(line) && line[end] == ' ' {
		end++
	}
	h.Message = span(end, len(line))
}

// skipCiscoPrefix passes over what IOS writes before the time: "29: ", "29: router1: ", ": ", "*", ".".
func skipCiscoPrefix(line []byte, pos int) int {
	i := pos
	if _, end := number(line, i, 1, 12); end > 0 {
		i = end
	}
	if i+1 < len(line) && line[i] == ':' && line[i+1] == ' ' {
		i = skipSpaces(line, i+1)
		if end := bytes.IndexByte(line[i:min(len(line), i+64)], ':'); end > 0 && i+end+1 < len(line) && line[i+end+1] == ' ' &&
			bytes.IndexByte(line[i:i+end], ' ') < 0 {
			i = skipSpaces(line, i+end+1)
		}
	} else {
		i = pos
	}
	if i < len(line) && (line[i] == '*' || line[i] == '.') {
		i++
	}
	return i
}

func skipSpaces(line []byte, pos int) int {
	for pos < len(line) && (line[pos] == ' ' || line[pos] == '\t') {
		pos++
	}
	return pos
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}

// ipv6Like tells "fe80::" from "su:".
func ipv6Like(b []byte) bool {
	colons := 0
	for _, c := range b {
		switch {
		case c == ':':
			colons++
		case !isDigit(c) && c|0x20-'a' >= 6 && c != '.':
			return false
		}
	}
	return colons > 1
}

// hostByte are the bytes of names, addresses, "[addresses]", "relay/host" and "user@host" chains, zones of IPv6.
// tagByte are the bytes of a program's name.
var hostByte, tagByte = func() (host, tag [256]bool) {
	for c := range 256 {
		alnum := isLetter(byte(c)) || isDigit(byte(c))
		host[c] = alnum || c >= 0x80 || bytes.IndexByte([]byte("._-:/@[]%~"), byte(c)) >= 0
		tag[c] = alnum || c >= 0x80 || bytes.IndexByte([]byte("._-/@%~()+,#&*!$?^"), byte(c)) >= 0
	}
	return host, tag
}()

package syslog

// parseCommon reads a header as nearly all lines have it, "Oct  1 22:14:15 web1 sshd[123]:" or without the pid. Of
// all that senders do beside, it knows nothing: where it returns false, h is as it was, and what it reads is what
// parse3164 would.
func (h *Header) parseCommon(line []byte, pos int) bool {
	const stamp = len("Oct  1 22:14:15 ")
	if len(line)-pos <= stamp || !h.Time.parseStamp((*[stamp]byte)(line[pos:])) {
		return false
	}
	if !h.parseNames(line, pos+stamp) {
		h.App, h.PID, h.Time = Span{}, Span{}, Time{}
		return false
	}
	h.Format, h.Timestamp = RFC3164, span(pos, pos+stamp-1)
	return true
}

// parseNames reads what follows the time in such a header.
func (h *Header) parseNames(line []byte, host int) bool {
	if !isLetter(line[host]) { // not a year
		return false
	}
	i, end := host+1, host+maxHost
	for i < len(line) && i < end && wordByte[line[i]] {
		i++
	}
	app := i + 1
	if app >= len(line) || line[i] != ' ' || !isLetter(line[app]) {
		return false
	}
	end = app + maxTag/2
	for i = app + 1; i < len(line) && i < end && wordByte[line[i]]; i++ {
	}
	h.App = span(app, i)
	if i < len(line) && line[i] == '[' {
		pid := i + 1
		for i = pid; i < len(line) && i < end && isDigit(line[i]); i++ {
		}
		if i == pid || i+1 >= len(line) || line[i] != ']' {
			return false
		}
		h.PID = span(pid, i)
		i++
	}
	if i+1 >= len(line) || line[i] != ':' || line[i+1] != ' ' {
		return false
	}
	h.Host, h.Tag, h.Message = span(host, app-1), span(app, i+1), span(i+2, len(line))
	return true
}

// parseStamp reads a time with nothing but itself and a space behind it.
func (t *Time) parseStamp(s *[len("Oct  1 22:14:15 ")]byte) bool {
	month := monthOf(s[:3])
	tens, day := s[4], s[5]-'0'
	if month == 0 || s[3] != ' ' || day > 9 || s[6] != ' ' || s[9] != ':' || s[12] != ':' || s[15] != ' ' {
		return false
	}
	if tens != ' ' {
		if tens -= '0'; tens > 3 {
			return false
		}
		day += 10 * tens
	}
	hour, minute, second := two(s[7], s[8]), two(s[10], s[11]), two(s[13], s[14])
	if day-1 >= daysIn(month) || hour > 23 || minute > 59 || second > 60 {
		return false
	}
	*t = Time{}
	t.Month, t.Day, t.Hour, t.Minute, t.Second = month, day, hour, minute, second
	return true
}

// wordByte are the bytes of most names.
var wordByte = func() (word [256]bool) {
	for c := range 256 {
		word[c] = isLetter(byte(c)) || isDigit(byte(c)) || c == '-' || c == '_' || c == '.'
	}
	return word
}()

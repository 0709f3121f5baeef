package hostfile

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/millrace/millrace/event/syslog"
)

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// Clock writes times of receipt as RFC 3164 has them, each second once.
type Clock struct {
	text   [15]byte
	second int64
}

// Set brings c to the given time.
func (c *Clock) Set(now time.Time) {
	if s := now.Unix(); s != c.second {
		c.second = s
		now.Local().AppendFormat(c.text[:0], time.Stamp)
	}
}

// AppendTraditional appends line with its newline as rsyslog's RSYSLOG_TraditionalFileFormat writes it:
// the time as RFC 3164 has it and in the sender's own zone, the host, the tag, the message. h is the header of
// line. A line without a host gets the sender's address, peer; one without a time that of received.
func AppendTraditional(dst, line []byte, h *syslog.Header, peer []byte, received *Clock) []byte {
	if h.Time.Month != 0 {
		dst = AppendStamp(dst, &h.Time)
	} else {
		dst = append(dst, received.text[:]...)
	}
	dst = append(dst, ' ')
	if h.Host.Empty() {
		dst = append(dst, peer...)
	} else {
		dst = appendEscaped(dst, h.Host.Of(line))
	}
	dst = append(dst, ' ')
	message := trimEnd(h.Message.Of(line))
	switch {
	case h.Tag.Empty():
		dst = appendSpaces(dst, line, h.Host, h.Message)
	case h.Format == syslog.RFC5424: // as rsyslog makes a tag of it
		dst = appendEscaped(dst, h.App.Of(line))
		if !h.PID.Empty() {
			dst = append(appendEscaped(append(dst, '['), h.PID.Of(line)), ']')
		}
		dst = append(dst, ' ')
	default:
		dst = appendSpaces(dst, line, h.Host, h.Tag)
		dst = append(appendEscaped(dst, h.Tag.Of(line)), ' ')
	}
	return append(appendEscaped(dst, message), '\n')
}

// appendSpaces appends the spaces that the sender wrote between host and text, but for the first.
func appendSpaces(dst, line []byte, host, text syslog.Span) []byte {
	for i := text.Start - 1; i > host.End && host.End > 0 && line[i] == ' '; i-- {
		dst = append(dst, ' ')
	}
	return dst
}

// AppendRaw appends line as it was received, with its newline; control characters are escaped.
func AppendRaw(dst, line []byte) []byte {
	return append(appendEscaped(dst, trimEnd(line)), '\n')
}

// trimEnd takes away the NUL and the LF that some senders put at the end of a datagram or a counted frame.
func trimEnd(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == 0 {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	return b
}

// AppendStamp appends a time as RFC 3164 has it: "Nov  1 22:14:15".
func AppendStamp(dst []byte, t *syslog.Time) []byte {
	m := (int(t.Month) - 1) * 3
	dst = append(dst, months[m], months[m+1], months[m+2], ' ')
	if t.Day < 10 {
		dst = strconv.AppendUint(append(dst, ' '), uint64(t.Day), 10)
	} else {
		dst = appendTwo(dst, t.Day)
	}
	dst = appendTwo(append(dst, ' '), t.Hour)
	dst = appendTwo(append(dst, ':'), t.Minute)
	return appendTwo(append(dst, ':'), t.Second)
}

func appendTwo(dst []byte, n uint8) []byte { return append(dst, '0'+n/10, '0'+n%10) }

// appendEscaped appends text with control characters in octal, #011 for a tab.
func appendEscaped(dst, text []byte) []byte {
	for {
		n := controlAt(text)
		dst = append(dst, text[:n]...)
		if n == len(text) {
			return dst
		}
		c := text[n]
		dst = append(dst, '#', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		text = text[n+1:]
	}
}

// controlAt is the index of the first byte below a space, or the length of b.
func controlAt(b []byte) int {
	i := 0
	for ; i+32 <= len(b); i += 32 {
		if controls(b[i:])|controls(b[i+8:])|controls(b[i+16:])|controls(b[i+24:]) != 0 {
			break
		}
	}
	for ; i+8 <= len(b); i += 8 {
		if controls(b[i:]) != 0 {
			break
		}
	}
	for i < len(b) && b[i] >= ' ' {
		i++
	}
	return i
}

// controls is not 0 if one of the first eight bytes is below a space: the subtraction borrows there, from a byte whose
// high bit was not set.
func controls(b []byte) uint64 {
	const high, spaces = 0x8080808080808080, 0x2020202020202020
	x := binary.LittleEndian.Uint64(b)
	return (x - spaces) &^ x & high
}

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
	start := len(dst)
	if h.Time.Month != 0 {
		dst = AppendStamp(dst, &h.Time)
	} else {
		dst = append(dst, received.text[:]...)
	}
	host := peer
	if !h.Host.Empty() {
		host = h.Host.Of(line)
	}
	dst = append(append(append(dst, ' '), host...), ' ')
	switch {
	case h.Tag.Empty():
		dst = appendSpaces(dst, line, h.Host, h.Message)
	case h.Format == syslog.RFC5424: // as rsyslog makes a tag of it
		dst = append(dst, h.App.Of(line)...)
		if !h.PID.Empty() {
			dst = append(append(append(dst, '['), h.PID.Of(line)...), ']')
		}
		dst = append(dst, ' ')
	default:
		dst = appendSpaces(dst, line, h.Host, h.Tag)
		dst = append(append(dst, h.Tag.Of(line)...), ' ')
	}
	return end(append(dst, h.Message.Of(line)...), start)
}

// appendSpaces appends the spaces that the sender wrote between host and text, but for the first.
func appendSpaces(dst, line []byte, host, text syslog.Span) []byte {
	for i := text.Start - 1; i > host.End && host.End > 0 && line[i] == ' '; i-- {
		dst = append(dst, ' ')
	}
	return dst
}

// AppendRaw appends line as it was received, with its newline; control characters are escaped. The first plain bytes of
// line are known to have none.
func AppendRaw(dst, line []byte, plain int) []byte {
	if !hasControl(line[plain:]) {
		return append(append(dst, line...), '\n')
	}
	start := len(dst)
	return end(append(dst, syslog.TrimEnd(line)...), start)
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

// end ends the line that begins before dst[start]: with control characters in octal, #011 for a tab, and a newline.
func end(dst []byte, start int) []byte {
	if hasControl(dst[start:]) {
		n := len(dst)
		for _, c := range dst[start:n] {
			if c < ' ' {
				dst = append(dst, '#', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
			} else {
				dst = append(dst, c)
			}
		}
		dst = dst[:start+copy(dst[start:], dst[n:])]
	}
	return append(dst, '\n')
}

// hasControl reports whether there is a byte below a space.
func hasControl(b []byte) bool {
	if len(b) < 8 {
		for _, c := range b {
			if c < ' ' {
				return true
			}
		}
		return false
	}
	found := controls(b[len(b)-8:])
	for ; len(b) >= 32; b = b[32:] {
		found |= controls(b) | controls(b[8:]) | controls(b[16:]) | controls(b[24:])
	}
	for ; len(b) >= 8; b = b[8:] {
		found |= controls(b)
	}
	return found&0x8080808080808080 != 0
}

// controls has the high bit of a byte set if one of the first eight is below a space: the subtraction borrows there, from
// a byte whose high bit was not set.
func controls(b []byte) uint64 {
	x := binary.LittleEndian.Uint64(b)
	return (x - 0x2020202020202020) &^ x
}

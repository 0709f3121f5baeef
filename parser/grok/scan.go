package grok

import (
	"bytes"
	"math/bits"
	"sync"
)

// scanner is a hand-written matcher of a definition. Its answer is final: the
// end that the definition prefers, or that there is no match. Where it cannot
// be had cheaply the answer is unsure, and the generic nodes take over.
type scanner struct {
	fn scanFunc
	// inner is the bytes that stand after every other end that the definition
	// could match to: where none of them can follow, no way back is kept.
	inner [256]bool
	ends  endsFunc // knows ends that are no matter of inner
}

// scannerOf maps the names of shipped definitions to their scanners. The names
// only lead to the definitions: what is recognised is their canonical form. Of
// several for one definition the first that leaves no other end to try serves.
var scannerOf = []struct {
	name  string
	inner string
	fn    scanFunc
	ends  endsFunc
}{
	{"WORD", "", scanWord, nil},
	{"POSINT", "", scanPosInt, nil},
	{"NONNEGINT", "", scanNonNegInt, nil},
	{"INT", digitBytes, scanInt, nil},
	{"NUMBER", "", scanNumber, nil},
	{"IPV4", "", scanIPv4, nil},
	{"IPV6", hexBytes + ":", scanIPv6, nil},
	{"IP", hexBytes + ":", scanIP, nil},
	{"IP", "", scanIP, shorterIP},
	{"HOSTNAME", hostBytes, scanHostname, nil},
	{"IPORHOST", hostBytes + ":", scanIPOrHost, nil},
	{"IPORHOST", hostBytes, scanIPOrHost, shorterIPOrHost},
	{"QUOTEDSTRING", "", scanQuoted, nil},
	{"UUID", "", scanUUID, nil},
	{"CISCOMAC", "", scanCiscoMAC, nil},
	{"WINDOWSMAC", "", scanWindowsMAC, nil},
	{"COMMONMAC", "", scanCommonMAC, nil},
	{"MAC", "", scanMAC, nil},
	{"URIPATH", uriPathBytes, scanURIPath, nil},
	{"UNIXPATH", unixPathBytes, scanUnixPath, nil},
	{"TIME", "", scanTime, nil},
	{"SYSLOGTIMESTAMP", "", scanSyslogTimestamp, nil},
	{"HTTPDATE", digitBytes, scanHTTPDate, nil},
	{"TIMESTAMP_ISO8601", digitBytes + "Z+-:.,", scanISO8601, nil},
}

const (
	digitBytes    = "0123456789"
	hexBytes      = digitBytes + "ABCDEFabcdef"
	alnumBytes    = digitBytes + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	hostBytes     = alnumBytes + "-."
	uriPathBytes  = alnumBytes + "/$.+!*'(){},~:;=@#%&_-"
	unixPathBytes = alnumBytes + "/_%!$@:.,+~-"
)

// scannerForms are the canonical forms that have scanners.
type scannerForms struct {
	byForm map[string][]*scanner
	forms  []string
}

var allScanners = sync.OnceValue(func() *scannerForms {
	all := &scannerForms{byForm: map[string][]*scanner{}}
	ecs := ECSLibrary()
	for _, s := range scannerOf {
		all.add(ecs, s.name, s.inner, &scanner{fn: s.fn, ends: s.ends})
	}
	// scanISO8601 leaves hours of one digit, in which the two libraries differ, to the program.
	all.add(IngestLibrary(), "TIMESTAMP_ISO8601", digitBytes+"Z+-:.,", &scanner{fn: scanISO8601})
	return all
})

// add makes sc the scanner of a library's definition.
func (all *scannerForms) add(lib *Library, name, inner string, sc *scanner) {
	def, err := lib.definition(name, nil)
	var c canon
	if err != nil || !c.write(def.root) {
		return // TestScannersAreFound would fail
	}
	for i := range len(inner) {
		sc.inner[inner[i]] = true
	}
	form := string(c.buf)
	if all.byForm[form] == nil {
		all.forms = append(all.forms, form)
	}
	all.byForm[form] = append(all.byForm[form], sc)
}

// Bits of kindOf.
const (
	isDigit = 1 << iota
	isHex
	isAlnum
	isHost // letters, digits and -
	isWordChar
	isURIPath
	isUnixPath
	isHigh // not ASCII
)

var kindOf = func() (t [256]uint8) {
	for b := range t {
		set := func(bit uint8, members string) {
			for i := range len(members) {
				if members[i] == byte(b) {
					t[b] |= bit
				}
			}
		}
		set(isDigit, digitBytes)
		set(isHex, hexBytes)
		set(isAlnum, alnumBytes)
		set(isHost, alnumBytes+"-")
		set(isWordChar, alnumBytes+"_")
		set(isURIPath, uriPathBytes)
		set(isUnixPath, unixPathBytes)
		if b >= 0x80 {
			t[b] |= isHigh
		}
	}
	return t
}()

func is(line []byte, p int, bits uint8) bool {
	return p < len(line) && kindOf[line[p]]&bits != 0
}

// afterWord reports whether a word stands before p.
func afterWord(line []byte, p int) bool {
	return p > 0 && kindOf[line[p-1]]&(isWordChar|isHigh) != 0 && wordBefore(line, p, false)
}

// skip returns where the bytes of a kind end.
func skip(line []byte, p int, bits uint8) int {
	for i, c := range line[p:] {
		if kindOf[c]&bits == 0 {
			return p + i
		}
	}
	return len(line)
}

// skipDigits returns where the digits from p on end. It looks at eight at once, as few are more.
func skipDigits(line []byte, p int) int {
	if p <= len(line)-8 {
		d := eight(line, p) ^ '0'*ones
		if other := (d + (0x7f-9)*ones | d) & high; other != 0 { // of which the lowest is right
			return p + bits.TrailingZeros64(other)>>3
		}
		p += 8
	}
	for p < len(line) && line[p]-'0' <= 9 {
		p++
	}
	return p
}

func scanWord(line []byte, p int) int {
	if !is(line, p, isWordChar) || afterWord(line, p) {
		return noMatch
	}
	end := skip(line, p+1, isWordChar)
	if is(line, end, isHigh) && highWordAt(line, end) {
		return noMatch
	}
	return end
}

func scanNonNegInt(line []byte, p int) int {
	end := skipDigits(line, p)
	if end == p || afterWord(line, p) || wordAt(line, end, false) {
		return noMatch
	}
	return end
}

func scanPosInt(line []byte, p int) int {
	if p < len(line) && line[p] == '0' {
		return noMatch
	}
	return scanNonNegInt(line, p)
}

func scanInt(line []byte, p int) int {
	if p < len(line) && (line[p] == '+' || line[p] == '-') {
		p++
	}
	end := skipDigits(line, p)
	if end == p {
		return noMatch
	}
	return end
}

func scanNumber(line []byte, p int) int {
	if p > 0 {
		if c := line[p-1]; c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' {
			return noMatch
		}
	}
	if p < len(line) && (line[p] == '+' || line[p] == '-') {
		p++
	}
	end := skipDigits(line, p)
	if end < len(line) && line[end] == '.' {
		if frac := skipDigits(line, end+1); frac > end+1 {
			return frac
		}
	}
	if end == p {
		return noMatch
	}
	return end
}

// scanQuoted: a quotation has one end, for all its groups are atomic.
func scanQuoted(line []byte, p int) int {
	if p >= len(line) || p > 0 && line[p-1] == '\\' {
		return noMatch
	}
	q := line[p]
	if q != '"' && q != '\'' && q != '`' {
		return noMatch
	}
	inside := line[p+1:]
	n := bytes.IndexByte(inside, q)
	if n < 0 {
		return noMatch
	}
	escape := bytes.IndexByte(inside[:n], '\\')
	if escape < 0 {
		return p + n + 2
	}
	for i := p + 1 + escape; i < len(line); i++ {
		switch line[i] {
		case q:
			return i + 1
		case '\\':
			if i++; i >= len(line) {
				return noMatch
			} else if line[i] == '\n' {
				return unsure // it depends on what the dot matches
			}
		}
	}
	return noMatch
}

func scanUUID(line []byte, p int) int { return form(line, p, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") }

func scanCiscoMAC(line []byte, p int) int   { return form(line, p, "xxxx.xxxx.xxxx") }
func scanWindowsMAC(line []byte, p int) int { return form(line, p, "xx-xx-xx-xx-xx-xx") }
func scanCommonMAC(line []byte, p int) int  { return form(line, p, "xx:xx:xx:xx:xx:xx") }

// scanMAC: what stands behind the first digits tells the form.
func scanMAC(line []byte, p int) int {
	if len(line)-p < 5 {
		return noMatch
	}
	switch {
	case line[p+2] == ':':
		return scanCommonMAC(line, p)
	case line[p+2] == '-':
		return scanWindowsMAC(line, p)
	}
	return scanCiscoMAC(line, p)
}

// form reads hexadecimal digits where it has an x, and all else as it is.
func form(line []byte, p int, form string) int {
	if len(line)-p < len(form) {
		return noMatch
	}
	for i := range len(form) {
		switch c := line[p+i]; {
		case form[i] != 'x' && form[i] != c, form[i] == 'x' && kindOf[c]&isHex == 0:
			return noMatch
		}
	}
	return p + len(form)
}

func scanURIPath(line []byte, p int) int {
	if p >= len(line) || line[p] != '/' {
		return noMatch
	}
	return skip(line, p, isURIPath)
}

func scanUnixPath(line []byte, p int) int {
	if p >= len(line) || line[p] != '/' {
		return noMatch
	}
	end := skip(line, p, isUnixPath)
	if is(line, end, isHigh) {
		return unsure
	}
	return end
}

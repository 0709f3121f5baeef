// Package selector reads the selectors of syslog.conf and rsyslog.conf: "auth,authpriv.*",
// "*.*;kern,auth,authpriv.none", "mail.=info", "*.!err".
//
// A selector is compiled into a set of facilities and severities; nothing else of a message is looked at.
package selector

import (
	"fmt"
	"strings"
)

const facilities, severities = 24, 8

// Set is a set of pairs of facility and severity. The zero Set is empty.
type Set [facilities]uint8 // a bit for each severity

// Has reports whether the pair is in the set. A facility or severity beyond the standard's is in none.
func (s *Set) Has(facility, severity uint8) bool {
	return facility < facilities && severity < severities && s[facility]>>severity&1 != 0
}

const all = 1<<severities - 1

// Parse compiles a selector with rsyslog's meaning: its fields, separated by ";", are applied from left to right.
//
//	facility[,facility...].priority   these severities and worse ones are added
//	facility.=priority                this severity alone is added
//	facility.!priority                these severities and worse ones are taken away
//	facility.!=priority               this severity alone is taken away
//	facility.none                     all are taken away
//
// "*" stands for every facility, or every severity.
func Parse(text string) (Set, error) {
	var set Set
	for field := range strings.SplitSeq(text, ";") {
		names, priority, ok := strings.Cut(strings.TrimSpace(field), ".")
		if !ok {
			return Set{}, fmt.Errorf("selector %q: %q has no dot: write facility.severity, such as auth,authpriv.*", text, field)
		}
		bits, add, err := parsePriority(priority)
		if err != nil {
			return Set{}, fmt.Errorf("selector %q: %w", text, err)
		}
		for name := range strings.SplitSeq(names, ",") {
			first, last, err := parseFacility(strings.TrimSpace(name))
			if err != nil {
				return Set{}, fmt.Errorf("selector %q: %w", text, err)
			}
			for f := first; f <= last; f++ {
				if add {
					set[f] |= bits
				} else {
					set[f] &^= bits
				}
			}
		}
	}
	return set, nil
}

// parsePriority returns the severities that are meant, and whether they are added or taken away.
func parsePriority(text string) (bits uint8, add bool, err error) {
	name, negated := strings.CutPrefix(strings.TrimSpace(text), "!")
	name, single := strings.CutPrefix(name, "=")
	switch {
	case name == "none" && !single:
		return all, negated, nil // "!none" is all, as in rsyslog
	case name == "*" && !single:
		return all, !negated, nil
	}
	n, ok := number(severityNames, strings.ToLower(name), severities)
	if !ok {
		return 0, false, fmt.Errorf("%q is not a severity: write emerg, alert, crit, err, warning, notice, info, debug, * or none, with =, ! or != before it if need be", text)
	}
	if single {
		return 1 << n, !negated, nil
	}
	return 1<<(n+1) - 1, !negated, nil
}

// parseFacility returns the range of facilities that is meant.
func parseFacility(name string) (first, last int, err error) {
	if name == "*" {
		return 0, facilities - 1, nil
	}
	n, ok := number(facilityNames, strings.ToLower(name), facilities)
	if !ok {
		return 0, 0, fmt.Errorf("%q is not a facility: write kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, local0 to local7, a number from 0 to 23, or *", name)
	}
	return n, n, nil
}

// number finds name among names, whose index is the number and which may hold several names between spaces;
// rsyslog takes the numbers themselves too.
func number(names []string, name string, limit int) (int, bool) {
	if name == "" {
		return 0, false
	}
	for i, known := range names {
		for alias := range strings.FieldsSeq(known) {
			if alias == name {
				return i, true
			}
		}
	}
	n := 0
	for _, c := range []byte(name) {
		if c < '0' || c > '9' || n >= limit {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n < limit
}

var severityNames = []string{"emerg panic", "alert", "crit", "err error", "warning warn", "notice", "info", "debug"}

var facilityNames = []string{
	"kern", "user", "mail", "daemon", "auth security", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	"ntp", "audit", "console alert", "cron2 clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

package pipeline

import (
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"github.com/millrace/millrace/event"
)

// domainProcessor is `registered_domain`.
type domainProcessor struct {
	field                           event.Path
	domain, registered, sub, suffix event.Path
	ignoreMissing                   bool
}

func newRegisteredDomain(o *options) processor {
	p := &domainProcessor{field: o.path("field"), ignoreMissing: o.flag("ignore_missing", true)}
	prefix := o.optionalText("target_field", "")
	if prefix != "" {
		prefix += "."
	}
	p.domain = o.parsePath("target_field", prefix+"domain")
	p.registered = o.parsePath("target_field", prefix+"registered_domain")
	p.sub = o.parsePath("target_field", prefix+"subdomain")
	p.suffix = o.parsePath("target_field", prefix+"top_level_domain")
	return p
}

func (p *domainProcessor) run(r *Runner) error {
	f := field{path: p.field}
	_, v, err := r.textField(&f, p.ignoreMissing, "")
	if err != nil && (v.Kind() != event.Null) {
		return err
	}
	text := string(r.ev.Bytes(v))
	d, ok := splitDomain(text)
	if v.IsNull() || !ok {
		if p.ignoreMissing {
			return nil
		}
		return errors.New("unable to set domain information for document")
	}
	if err := r.ev.Set(p.domain, v); err != nil {
		return err
	}
	if d.registered == "" {
		return r.ev.Set(p.suffix, v)
	}
	if err := r.ev.Set(p.registered, r.ev.Text(d.registered)); err != nil {
		return err
	}
	if err := r.ev.Set(p.suffix, r.ev.Text(d.suffix)); err != nil {
		return err
	}
	if sub := strings.LastIndex(text, "."+d.registered); sub > 0 { // Elasticsearch looks for the lowercase name
		return r.ev.Set(p.sub, r.ev.Text(text[:sub]))
	}
	return nil
}

// domainParts is what the list of public suffixes makes of a name; registered is "" for a suffix alone.
type domainParts struct{ registered, suffix string }

// splitDomain takes a private suffix, such as github.io, for the registered domain itself, and a suffix behind a dot
// for a suffix, as Elasticsearch does.
func splitDomain(text string) (d domainParts, ok bool) {
	if strings.TrimSpace(text) == "" {
		return d, false
	}
	if text[0] == '.' {
		below, ok := splitDomain(text[1:])
		return d, strings.HasPrefix(text[1:], ".") || ok && below.registered == ""
	}
	lower := strings.Map(lowerASCII, text)
	punycode := toPunycode(lower)
	if _, err := netip.ParseAddr(punycode); err == nil {
		return d, false
	}
	suffix, icann := publicsuffix.PublicSuffix(punycode)
	if icann && strings.Contains(suffix, ".") { // it may be what the list has of a name below the suffix
		_, icann = publicsuffix.PublicSuffix(suffix)
	}
	if !icann && !strings.Contains(suffix, ".") {
		return d, false
	}
	labels := strings.Split(lower, ".")
	n := strings.Count(suffix, ".") + 1
	if !icann { // the suffix is the domain, below the suffix of that
		d.registered = strings.Join(labels[len(labels)-n:], ".")
		_, d.suffix, ok = strings.Cut(d.registered, ".")
		return d, ok
	}
	if n >= len(labels) { // one of which only what is below it is a suffix is none itself
		below, _ := publicsuffix.PublicSuffix("x." + punycode)
		return d, n > 1 || below == punycode
	}
	d.suffix = strings.Join(labels[len(labels)-n:], ".")
	d.registered = labels[len(labels)-n-1] + "." + d.suffix
	return d, true
}

func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r | 0x20
	}
	return r
}

// toPunycode is the name as the list of suffixes has it; each label stays one.
func toPunycode(name string) string {
	if strings.IndexFunc(name, notASCII) < 0 {
		return name
	}
	labels := strings.Split(name, ".")
	for i, label := range labels {
		if strings.IndexFunc(label, notASCII) >= 0 {
			labels[i] = "xn--" + punycode([]rune(label))
		}
	}
	return strings.Join(labels, ".")
}

func notASCII(r rune) bool { return r >= utf8.RuneSelf }

// punycode encodes a label: RFC 3492, section 6.3.
func punycode(label []rune) string {
	const base, tMin, tMax, skew, damp = 36, 1, 26, 38, 700
	var out []byte
	for _, r := range label {
		if !notASCII(r) {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(utf8.RuneSelf), 0, 72
	for handled := basic; handled < len(label); {
		next := rune(utf8.MaxRune)
		for _, r := range label {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (handled + 1)
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tMin), tMax)
				if q < t {
					break
				}
				out = append(out, digits[t+(q-t)%(base-t)])
				q = (q - t) / (base - t)
			}
			out = append(out, digits[q])
			first := handled == basic
			handled++
			if delta /= 2; first {
				delta = delta * 2 / damp
			}
			delta += delta / handled
			for bias = 0; delta > (base-tMin)*tMax/2; bias += base {
				delta /= base - tMin
			}
			bias += (base - tMin + 1) * delta / (delta + skew)
			delta = 0
		}
		delta++
		n++
	}
	return string(out)
}

const digits = "abcdefghijklmnopqrstuvwxyz0123456789"

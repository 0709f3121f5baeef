package painless

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// period is a Period.
type period struct{ years, months, days int32 }

func (*period) classOf(event.Value) *class { return classes().types["Period"] }

func (p *period) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*period)
	return ok && *o == *p
}

func (p *period) hashCode(*Context) int32 {
	rotate := func(n int32, by uint) int32 { return int32(uint32(n)<<by | uint32(n)>>(32-by)) }
	return p.years + rotate(p.months, 8) + rotate(p.days, 16)
}

func (p *period) appendText(_ *Context, dst []byte) []byte {
	if *p == (period{}) {
		return append(dst, "P0D"...)
	}
	dst = append(dst, 'P')
	for i, n := range []int32{p.years, p.months, p.days} {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, int64(n), 10), "YMD"[i])
		}
	}
	return dst
}

// exactInt throws where a number does not fit in an int.
func (c *Context) exactInt(n int64) int32 {
	if n != int64(int32(n)) {
		c.throw("java.lang.ArithmeticException", "integer overflow")
	}
	return int32(n)
}

// times multiplies, and throws where the product does not fit in a long.
func (c *Context) times(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	if n := a * b; n/b == a && (a != -1 || b != math.MinInt64) && (b != -1 || a != math.MinInt64) {
		return n
	}
	c.throw("java.lang.ArithmeticException", "long overflow")
	return 0
}

func (c *Context) newPeriod(years, months, days int64) value {
	return object(&period{c.exactInt(years), c.exactInt(months), c.exactInt(days)})
}

func declarePeriod(l *lib, k *class) {
	k.constant("ZERO", k, func() value { return object(&period{}) })
	static := func(sig string, f func(c *Context, a []value) value) {
		k.method(l, "static Period "+sig, func(c *Context, _ value, a []value) value { return f(c, a) })
	}
	static("of(int,int,int)", func(c *Context, a []value) value { return c.newPeriod(a[0].int(), a[1].int(), a[2].int()) })
	static("ofDays(int)", func(c *Context, a []value) value { return c.newPeriod(0, 0, a[0].int()) })
	static("ofWeeks(int)", func(c *Context, a []value) value { return c.newPeriod(0, 0, 7*a[0].int()) })
	static("ofMonths(int)", func(c *Context, a []value) value { return c.newPeriod(0, a[0].int(), 0) })
	static("ofYears(int)", func(c *Context, a []value) value { return c.newPeriod(a[0].int(), 0, 0) })
	static("between(LocalDate,LocalDate)", func(c *Context, a []value) value { return c.periodBetween(c.temporal(a[0]), c.temporal(a[1])) })
	static("from(TemporalAmount)", func(c *Context, a []value) value { return object(c.period(a[0])) })
	static("parse(CharSequence)", func(c *Context, a []value) value { return object(c.parsePeriod(string(c.arg(a[0])))) })
	m := func(sig string, f func(c *Context, p *period, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*period), a) })
	}
	for i, name := range []string{"Years", "Months", "Days"} {
		of := func(p *period) *int32 { return [...]*int32{&p.years, &p.months, &p.days}[i] }
		changed := func(sign int64) func(c *Context, p *period, a []value) value {
			return func(c *Context, p *period, a []value) value {
				out := *p
				n := int64(*of(p)) + sign*a[0].int()
				*of(&out) = c.exactInt(n)
				return object(&out)
			}
		}
		m("int get"+name+"()", func(_ *Context, p *period, _ []value) value { return integer(*of(p)) })
		m("Period with"+name+"(int)", func(_ *Context, p *period, a []value) value {
			out := *p
			*of(&out) = int32(a[0].int())
			return object(&out)
		})
		m("Period plus"+name+"(long)", changed(1))
		m("Period minus"+name+"(long)", changed(-1))
	}
	sum := func(sign int64) func(c *Context, p *period, a []value) value {
		return func(c *Context, p *period, a []value) value {
			o := c.period(a[0])
			return c.newPeriod(int64(p.years)+sign*int64(o.years), int64(p.months)+sign*int64(o.months), int64(p.days)+sign*int64(o.days))
		}
	}
	m("Period plus(TemporalAmount)", sum(1))
	m("Period minus(TemporalAmount)", sum(-1))
	by := func(c *Context, p *period, n int64) value {
		return c.newPeriod(int64(p.years)*n, int64(p.months)*n, int64(p.days)*n)
	}
	m("Period multipliedBy(int)", func(c *Context, p *period, a []value) value { return by(c, p, a[0].int()) })
	m("Period negated()", func(c *Context, p *period, _ []value) value { return by(c, p, -1) })
	m("boolean isNegative()", func(_ *Context, p *period, _ []value) value {
		return boolean(p.years < 0 || p.months < 0 || p.days < 0)
	})
	m("boolean isZero()", func(_ *Context, p *period, _ []value) value { return boolean(*p == period{}) })
	total := func(p *period) int64 { return int64(p.years)*12 + int64(p.months) }
	m("long toTotalMonths()", func(_ *Context, p *period, _ []value) value { return long(total(p)) })
	m("Period normalized()", func(c *Context, p *period, _ []value) value {
		return c.newPeriod(total(p)/12, total(p)%12, int64(p.days))
	})
}

// period is a Period of an amount, which must be one.
func (c *Context) period(x value) *period {
	p, ok := x.ref.(*period)
	switch {
	case ok:
		return p
	case x.isNull():
		c.throw("java.lang.NullPointerException", "amount")
	}
	c.throw("java.time.DateTimeException", "Unit must be Years, Months or Days, but was Seconds")
	return nil
}

// periodBetween is LocalDate.until: whole months, then days.
func (c *Context) periodBetween(from, to *temporal) value {
	months := int64(to.t.Year()-from.t.Year())*12 + int64(to.t.Month()-from.t.Month())
	days := int64(to.t.Day() - from.t.Day())
	switch {
	case months > 0 && days < 0:
		months--
		later := c.plus(from, months, unitMonths).ref.(*temporal)
		days = (to.t.Unix() - later.t.Unix()) / 86400
	case months < 0 && days > 0:
		months++
		days -= int64(onDay(to.t, to.t.Year(), int(to.t.Month()), 31).Day())
	}
	return c.newPeriod(months/12, months%12, days)
}

// amounts reads numbers with a unit each behind P, in the order of units; it tells how many there were.
func amounts(s string, units string) (n []int64, rest string, some, ok bool) {
	n = make([]int64, len(units))
	for i := range units {
		end := 0
		for end < len(s) && (isDigit(s[end]) || end == 0 && (s[0] == '-' || s[0] == '+')) {
			end++
		}
		if end == 0 || end == len(s) || s[end]&^0x20 != units[i] {
			continue
		}
		v, err := strconv.ParseInt(s[:end], 10, 64)
		if err != nil {
			return n, s, some, false
		}
		n[i], s, some = v, s[end+1:], true
	}
	return n, s, some, true
}

// signOf reads the sign before P.
func signOf(s string) (rest string, sign int64, ok bool) {
	sign = 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if s == "" || s[0]|0x20 != 'p' {
		return s, sign, false
	}
	return s[1:], sign, true
}

func (c *Context) parsePeriod(s string) *period {
	bad := func() { c.throw("java.time.format.DateTimeParseException", "Text cannot be parsed to a Period") }
	rest, sign, ok := signOf(s)
	if !ok {
		bad()
	}
	n, rest, some, ok := amounts(rest, "YMWD")
	if !ok || !some || rest != "" {
		bad()
	}
	for i, v := range n {
		if v *= sign; v != int64(int32(v)) {
			bad()
		}
		n[i] = v
	}
	return &period{int32(n[0]), int32(n[1]), c.exactInt(7*n[2] + n[3])}
}

// parseDuration reads PnDTnHnMn.nS.
func (c *Context) parseDuration(s string) *duration {
	bad := func() { c.throw("java.time.format.DateTimeParseException", "Text cannot be parsed to a Duration") }
	rest, sign, ok := signOf(s)
	if !ok {
		bad()
	}
	day, rest, some, ok := amounts(rest, "D")
	if !ok {
		bad()
	}
	out := &duration{s: c.times(day[0], 86400)}
	if rest != "" && rest[0]|0x20 == 't' {
		n, seconds, more, ok := amounts(rest[1:], "HM")
		if !ok {
			bad()
		}
		out.s += c.times(n[0], 3600) + c.times(n[1], 60)
		some = some || more
		if rest = seconds; rest != "" {
			some = true
			rest = c.seconds(out, rest, bad)
		} else if !more {
			bad()
		}
	}
	if !some || rest != "" {
		bad()
	}
	if sign < 0 {
		return durationOf(-out.s, -out.ns)
	}
	return out
}

// seconds adds n.nS, whose sign is that of its fraction too.
func (c *Context) seconds(to *duration, s string, bad func()) string {
	if s == "" || s[len(s)-1]|0x20 != 's' {
		bad()
	}
	whole, frac, point := strings.Cut(strings.ReplaceAll(s[:len(s)-1], ",", "."), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(frac) > 9 || point && strings.Trim(frac, "0123456789") != "" {
		bad()
	}
	ns, _ := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
	if strings.HasPrefix(whole, "-") {
		ns = -ns
	}
	*to = *durationOf(to.s+n, ns)
	return ""
}

// declareDurationMore declares the rest of Duration.
func declareDurationMore(l *lib, k *class) {
	m := func(sig string, f func(c *Context, d *duration, a []value) value) {
		k.method(l, sig, func(c *Context, x value, a []value) value { return f(c, x.ref.(*duration), a) })
	}
	of := func(c *Context, n int64, x value) *duration { return c.durationIn(n, x.ref.(*constantOf).n) }
	k.method(l, "static Duration of(long,TemporalUnit)", func(c *Context, _ value, a []value) value { return object(of(c, a[0].int(), a[1])) })
	k.method(l, "static Duration ofSeconds(long,long)", func(_ *Context, _ value, a []value) value {
		return object(durationOf(a[0].int(), a[1].int()))
	})
	k.method(l, "static Duration from(TemporalAmount)", func(c *Context, _ value, a []value) value {
		if d, ok := a[0].ref.(*duration); ok {
			return object(d)
		}
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unit must not have an estimated duration")
		return null()
	})
	k.method(l, "static Duration parse(CharSequence)", func(c *Context, _ value, a []value) value {
		return object(c.parseDuration(string(c.arg(a[0]))))
	})
	m("Duration plus(long,TemporalUnit)", func(c *Context, d *duration, a []value) value {
		o := of(c, a[0].int(), a[1])
		return object(durationOf(d.s+o.s, d.ns+o.ns))
	})
	m("Duration minus(long,TemporalUnit)", func(c *Context, d *duration, a []value) value {
		o := of(c, a[0].int(), a[1])
		return object(durationOf(d.s-o.s, d.ns-o.ns))
	})
	m("Duration multipliedBy(long)", func(c *Context, d *duration, a []value) value {
		return object(c.durationOfBig(new(big.Int).Mul(d.nanos(), big.NewInt(a[0].int()))))
	})
	m("Duration dividedBy(long)", func(c *Context, d *duration, a []value) value {
		if a[0].int() == 0 {
			c.throw("java.lang.ArithmeticException", "Cannot divide by zero")
		}
		return object(c.durationOfBig(new(big.Int).Quo(d.nanos(), big.NewInt(a[0].int()))))
	})
	m("Duration withSeconds(long)", func(_ *Context, d *duration, a []value) value { return object(&duration{a[0].int(), d.ns}) })
	m("Duration withNanos(int)", func(c *Context, d *duration, a []value) value {
		if n := a[0].int(); n < 0 || n > 999999999 {
			c.throw("java.time.DateTimeException", "Invalid value for NanoOfSecond (valid values 0 - 999999999): %d", n)
		}
		return object(&duration{d.s, a[0].int()})
	})
	m("int compareTo(Duration)", func(c *Context, d *duration, a []value) value { return count(d.compareTo(c, a[0])) })
}

func (d *duration) nanos() *big.Int {
	n := new(big.Int).Mul(big.NewInt(d.s), big.NewInt(1e9))
	return n.Add(n, big.NewInt(d.ns))
}

func (c *Context) durationOfBig(nanos *big.Int) *duration {
	s, ns := new(big.Int).QuoRem(nanos, big.NewInt(1e9), new(big.Int))
	if !s.IsInt64() {
		c.throw("java.lang.ArithmeticException", "Exceeds capacity of Duration: %s", nanos)
	}
	return durationOf(s.Int64(), ns.Int64())
}

// durationIn is n of a unit, which must not depend on the calendar.
func (c *Context) durationIn(n int64, unit int) *duration {
	ns := chronoUnits[unit].ns
	switch {
	case unit > unitDays:
		c.throw("java.time.temporal.UnsupportedTemporalTypeException", "Unit must not have an estimated duration")
	case ns >= 1e9:
		return &duration{c.times(n, ns/1e9), 0}
	}
	per := int64(1e9) / ns
	return durationOf(n/per, n%per*ns)
}

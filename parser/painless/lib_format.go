package painless

import (
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// format is String.format for the conversions of Java that pipelines use: %s %d %x %o %c %b %f %e %n %%.
func (c *Context) format(pattern, args value) value {
	p := string(c.arg(pattern))
	items := c.all(args)
	var out []byte
	used := 0
	for {
		i := strings.IndexByte(p, '%')
		if i < 0 {
			return c.textValue(append(out, p...))
		}
		out = append(out, p[:i]...)
		spec := parseSpec(p[i+1:])
		if spec.size == 0 {
			c.throw("java.util.UnknownFormatConversionException", "Conversion = '%%'")
		}
		p = p[i+1+spec.size:]
		switch spec.verb {
		case '%':
			out = append(out, spec.pad("%")...)
			continue
		case 'n':
			out = append(out, '\n')
			continue
		}
		at := used
		if spec.index > 0 {
			at = spec.index - 1
		} else {
			used++
		}
		if at >= len(items) {
			c.throw("java.util.MissingFormatArgumentException", "Format specifier '%s'", "%"+spec.text)
		}
		out = append(out, c.formatOne(spec, items[at])...)
		c.reserve(len(out))
	}
}

type formatSpec struct {
	text, flags  string
	index, width int
	precision    int // -1 when absent
	verb         byte
	size         int // bytes of the pattern, 0 when it is malformed
}

func parseSpec(s string) formatSpec {
	f := formatSpec{precision: -1}
	i := 0
	number := func() int {
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		n, _ := strconv.Atoi(s[start:i])
		return n
	}
	if n := number(); i > 0 && i < len(s) && s[i] == '$' {
		f.index = n
		i++
	} else {
		i = 0
	}
	start := i
	for i < len(s) && strings.IndexByte("-#+ 0,(", s[i]) >= 0 {
		i++
	}
	f.flags = s[start:i]
	f.width = min(number(), 10000)
	if i < len(s) && s[i] == '.' {
		i++
		f.precision = min(number(), 1000)
	}
	if i >= len(s) {
		return f
	}
	f.verb, f.size = s[i], i+1
	f.text = s[:i+1]
	return f
}

func (f formatSpec) has(flag byte) bool { return strings.IndexByte(f.flags, flag) >= 0 }

func (f formatSpec) pad(s string) string {
	n := f.width - utf16Len([]byte(s))
	switch {
	case n <= 0:
		return s
	case f.has('-'):
		return s + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + s
}

// zero pads a number with zeros behind its sign.
func (f formatSpec) zero(s string) string {
	if !f.has('0') || len(s) >= f.width {
		return f.pad(s)
	}
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+' || s[0] == ' ') {
		sign, s = s[:1], s[1:]
	}
	return sign + strings.Repeat("0", f.width-len(s)-len(sign)) + s
}

func (f formatSpec) sign(s string) string {
	switch {
	case strings.HasPrefix(s, "-"):
		return s
	case f.has('+'):
		return "+" + s
	case f.has(' '):
		return " " + s
	}
	return s
}

func (c *Context) formatOne(f formatSpec, x value) string {
	mismatch := func() {
		c.throw("java.util.IllegalFormatConversionException", "%s", string(f.verb)+" != "+x.class().name)
	}
	upper := f.verb >= 'A' && f.verb <= 'Z'
	out := ""
	switch verb := f.verb | 0x20; {
	case x.isNull() && verb != 'b':
		out = f.text2(c, x)
	case verb == 's':
		out = f.text2(c, x)
	case verb == 'b':
		out = "true"
		if x.isNull() {
			out = "false"
		} else if x.v.Kind() == event.Bool {
			out = strconv.FormatBool(x.bool())
		}
		out = f.pad(out)
	case verb == 'c':
		if !x.isChar() && x.v.Kind() != event.Int {
			mismatch()
		}
		if x.isChar() {
			out = f.pad(string(appendUnit(nil, uint16(x.int()))))
		} else {
			out = f.pad(string(rune(x.int())))
		}
	case verb == 'd':
		if !x.isNumber() || x.v.Kind() == event.Float || x.v.Kind() == event.Double {
			mismatch()
		}
		out = string(c.appendText(nil, x))
		if f.has(',') {
			out = grouped(out)
		}
		out = f.zero(f.sign(out))
	case verb == 'x' || verb == 'o':
		if !x.isNumber() || x.v.Kind() == event.Float || x.v.Kind() == event.Double {
			mismatch()
		}
		n := uint64(x.int())
		if x.v.Kind() == event.Int {
			n = uint64(uint32(x.int()))
		}
		base := 16
		if verb == 'o' {
			base = 8
		}
		out = f.zero(strconv.FormatUint(n, base))
	case verb == 'f' || verb == 'e':
		precision := f.precision
		if precision < 0 {
			precision = 6
		}
		if d, ok := x.ref.(*decimal); ok && verb == 'f' {
			out = string(c.appendPlain(nil, c.rescale(d, int64(precision), toHalfUp)))
			if f.has(',') {
				out = grouped(out)
			}
			out = f.zero(f.sign(out))
			break
		}
		if x.v.Kind() != event.Float && x.v.Kind() != event.Double {
			mismatch()
		}
		out = formatFloat(f, x.v.Float(), verb, precision)
	default:
		c.throw("java.util.UnknownFormatConversionException", "Conversion = '%s'", string(f.verb))
	}
	if upper {
		out = strings.ToUpper(out)
	}
	return out
}

func (f formatSpec) text2(c *Context, x value) string {
	s := string(c.appendText(nil, x))
	if f.precision >= 0 && f.precision < len(s) {
		at, _ := byteIndex([]byte(s), f.precision)
		s = s[:at]
	}
	return f.pad(s)
}

// formatFloat rounds half up, on the decimal digits, as Java's Formatter does.
func formatFloat(f formatSpec, x float64, verb byte, precision int) string {
	switch {
	case math.IsNaN(x):
		return f.pad("NaN")
	case math.IsInf(x, 0):
		return f.pad(f.sign(strings.Replace(strings.Replace(strconv.FormatFloat(x, 'f', -1, 64), "+Inf", "Infinity", 1), "-Inf", "-Infinity", 1)))
	}
	if verb == 'e' {
		return f.zero(f.sign(strconv.FormatFloat(x, 'e', precision, 64)))
	}
	out := roundHalfUp(strconv.FormatFloat(x, 'f', -1, 64), precision)
	if f.has(',') {
		out = grouped(out)
	}
	return f.zero(f.sign(out))
}

func roundHalfUp(s string, precision int) string {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) <= precision {
		frac += strings.Repeat("0", precision-len(frac))
	} else {
		up := frac[precision] >= '5'
		digits := []byte(whole + frac[:precision])
		for i := len(digits) - 1; up && i >= 0 && isDigit(digits[i]); i-- {
			if up = digits[i] == '9'; up {
				digits[i] = '0'
			} else {
				digits[i]++
			}
		}
		all := string(digits)
		if up {
			sign := strings.TrimRight(all, "0123456789")
			all = sign + "1" + all[len(sign):]
		}
		whole, frac = all[:len(all)-precision], all[len(all)-precision:]
	}
	if precision == 0 {
		return whole
	}
	return whole + "." + frac
}

func grouped(s string) string {
	whole, frac, point := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		return sign + whole + "." + frac
	}
	return sign + whole
}

package painless

import (
	"math"
	"math/big"
	"strconv"

	"github.com/millrace/millrace/event"
)

// decimal is a BigDecimal: n / 10^scale.
type decimal struct {
	n     *big.Int
	scale int32
}

func (*decimal) classOf(event.Value) *class { return classes().types["java.math.BigDecimal"] }

// maxBits bounds the numbers that scripts make of others: their size is what a step of a script may cost.
const maxBits = 1 << 16

var ten = big.NewInt(10)

// sized throws when n is larger than scripts may make numbers, and counts the work that made it.
func (c *Context) sized(n *big.Int) *big.Int {
	bits := n.BitLen()
	if bits > maxBits {
		c.tooManyBits()
	}
	words := bits>>6 + 1
	c.work(words * words >> 4)
	return n
}

func (c *Context) tooManyBits() {
	c.throw("java.lang.OutOfMemoryError", "the script made a number of more than %d bits", maxBits)
}

// powerOfTen is 10^n, bounded before it is computed.
func (c *Context) powerOfTen(n int64) *big.Int {
	if n > maxBits*100/333 {
		c.tooManyBits()
	}
	return c.sized(new(big.Int).Exp(ten, big.NewInt(n), nil))
}

func (c *Context) newDecimal(n *big.Int, scale int64) *decimal {
	switch {
	case scale > math.MaxInt32:
		if n.Sign() != 0 {
			c.throw("java.lang.ArithmeticException", "Underflow")
		}
		scale = math.MaxInt32
	case scale < math.MinInt32:
		if n.Sign() != 0 {
			c.throw("java.lang.ArithmeticException", "Overflow")
		}
		scale = math.MinInt32
	}
	c.charge(64 + n.BitLen()/8)
	return &decimal{c.sized(n), int32(scale)}
}

// digits is BigDecimal.precision.
func digits(n *big.Int) int {
	if n.Sign() == 0 {
		return 1
	}
	if n.BitLen() < 64 {
		return len(strconv.FormatUint(new(big.Int).Abs(n).Uint64(), 10))
	}
	return len(new(big.Int).Abs(n).Append(nil, 10))
}

// rounding is a RoundingMode, by its ordinal.
type rounding int

const (
	toUp rounding = iota
	toDown
	toCeiling
	toFloor
	toHalfUp
	toHalfDown
	toHalfEven
	toUnnecessary
)

// quotient is n/d, rounded.
func (c *Context) quotient(n, d *big.Int, mode rounding) *big.Int {
	q, r := new(big.Int).QuoRem(n, d, new(big.Int))
	if r.Sign() == 0 {
		return q
	}
	sign := int64(n.Sign() * d.Sign())
	half := new(big.Int).Abs(r)
	half.Lsh(half, 1)
	over := half.CmpAbs(d)
	away := false
	switch mode {
	case toUp:
		away = true
	case toDown:
	case toCeiling:
		away = sign > 0
	case toFloor:
		away = sign < 0
	case toHalfUp:
		away = over >= 0
	case toHalfDown:
		away = over > 0
	case toHalfEven:
		away = over > 0 || over == 0 && q.Bit(0) == 1
	case toUnnecessary:
		c.throw("java.lang.ArithmeticException", "Rounding necessary")
	}
	if away {
		q.Add(q, big.NewInt(sign))
	}
	return q
}

// rescale is setScale.
func (c *Context) rescale(d *decimal, scale int64, mode rounding) *decimal {
	by := scale - int64(d.scale)
	switch {
	case by == 0:
		return d
	case by > 0 || d.n.Sign() == 0:
		if d.n.Sign() == 0 {
			return c.newDecimal(d.n, scale)
		}
		return c.newDecimal(new(big.Int).Mul(d.n, c.powerOfTen(by)), scale)
	case -by > int64(digits(d.n))+1: // all digits go: what is left is what less than half rounds to
		small := big.NewInt(int64(d.n.Sign()))
		return c.newDecimal(c.quotient(small, big.NewInt(10), mode), scale)
	}
	return c.newDecimal(c.quotient(d.n, c.powerOfTen(-by), mode), scale)
}

// round cuts d to the digits of a MathContext.
func (c *Context) round(d *decimal, mc *mathContext) *decimal {
	if mc.precision == 0 {
		return d
	}
	for { // rounding 99.9 up makes a digit more
		drop := digits(d.n) - mc.precision
		if drop <= 0 {
			return d
		}
		d = c.rescale(d, int64(d.scale)-int64(drop), mc.mode)
	}
}

// strip removes zeros from the end, down to a scale.
func (c *Context) strip(d *decimal, least int64) *decimal {
	n, scale := d.n, int64(d.scale)
	if n.Sign() == 0 {
		return d
	}
	for scale > least && n.Bit(0) == 0 {
		q, r := new(big.Int).QuoRem(n, ten, new(big.Int))
		if r.Sign() != 0 {
			break
		}
		c.work(n.BitLen() >> 3)
		n, scale = q, scale-1
	}
	return c.newDecimal(n, scale)
}

// aligned are the numbers of two decimals at the larger of their scales.
func (c *Context) aligned(a, b *decimal) (x, y *big.Int, scale int64) {
	scale = int64(max(a.scale, b.scale))
	return c.rescale(a, scale, toUnnecessary).n, c.rescale(b, scale, toUnnecessary).n, scale
}

func (c *Context) addDecimals(a, b *decimal, sign int64) *decimal {
	x, y, scale := c.aligned(a, b)
	if sign < 0 {
		y = new(big.Int).Neg(y)
	}
	return c.newDecimal(new(big.Int).Add(x, y), scale)
}

// addRounded is add(BigDecimal, MathContext), of which a zero takes no part.
func (c *Context) addRounded(a, b *decimal, sign int64, mc *mathContext) *decimal {
	if sign < 0 {
		b = c.newDecimal(new(big.Int).Neg(b.n), int64(b.scale))
	}
	if mc.precision == 0 || a.n.Sign() != 0 && b.n.Sign() != 0 {
		return c.round(c.addDecimals(a, b, 1), mc)
	}
	scale := int64(max(a.scale, b.scale))
	out := a
	if a.n.Sign() == 0 {
		if out = b; b.n.Sign() == 0 {
			return c.newDecimal(new(big.Int), scale)
		}
	}
	out = c.round(out, mc)
	if int64(out.scale) > scale {
		return c.strip(out, scale)
	}
	if room := int64(mc.precision - digits(out.n)); room < scale-int64(out.scale) {
		scale = int64(out.scale) + room
	}
	return c.rescale(out, scale, toUnnecessary)
}

func (c *Context) multiplyDecimals(a, b *decimal) *decimal {
	if a.n.BitLen()+b.n.BitLen() > maxBits+64 {
		c.tooManyBits()
	}
	return c.newDecimal(new(big.Int).Mul(a.n, b.n), int64(a.scale)+int64(b.scale))
}

func saturated(scale int64) int64 { return max(math.MinInt32, min(math.MaxInt32, scale)) }

func (c *Context) checkDivisor(a, b *decimal) {
	if b.n.Sign() != 0 {
		return
	}
	if a.n.Sign() == 0 {
		c.throw("java.lang.ArithmeticException", "Division undefined")
	}
	c.throw("java.lang.ArithmeticException", "Division by zero")
}

// divideExactly is divide(BigDecimal).
func (c *Context) divideExactly(a, b *decimal) *decimal {
	c.checkDivisor(a, b)
	prefer := saturated(int64(a.scale) - int64(b.scale))
	if a.n.Sign() == 0 {
		return c.newDecimal(new(big.Int), prefer)
	}
	g := new(big.Int).GCD(nil, nil, new(big.Int).Abs(a.n), new(big.Int).Abs(b.n))
	rest := new(big.Int).Quo(b.n, g)
	twos := int64(rest.TrailingZeroBits())
	rest.Rsh(rest, uint(twos))
	fives, five := int64(0), big.NewInt(5)
	for {
		q, r := new(big.Int).QuoRem(rest, five, new(big.Int))
		if r.Sign() != 0 {
			break
		}
		c.work(rest.BitLen() >> 3)
		rest, fives = q, fives+1
	}
	if rest.BitLen() > 1 {
		c.throw("java.lang.ArithmeticException", "Non-terminating decimal expansion; no exact representable decimal result.")
	}
	more := max(twos, fives)
	n := new(big.Int).Mul(a.n, c.powerOfTen(more))
	return c.newDecimal(n.Quo(n, b.n), prefer+more)
}

// divideRounded is divide(BigDecimal, MathContext).
func (c *Context) divideRounded(a, b *decimal, mc *mathContext) *decimal {
	if mc.precision == 0 {
		return c.divideExactly(a, b)
	}
	c.checkDivisor(a, b)
	prefer := int64(a.scale) - int64(b.scale)
	if a.n.Sign() == 0 {
		return c.newDecimal(new(big.Int), saturated(prefer))
	}
	// As many digits as are asked for, and some more: the last of them tells whether anything follows.
	more := int64(max(0, mc.precision+3+digits(b.n)-digits(a.n)))
	n := new(big.Int).Mul(a.n, c.powerOfTen(more))
	q, r := new(big.Int).QuoRem(n, b.n, new(big.Int))
	exact := r.Sign() == 0
	if !exact {
		q.Mul(q, ten).Add(q, big.NewInt(int64(a.n.Sign()*b.n.Sign())))
		more++
	}
	whole := digits(q)
	out := c.round(c.newDecimal(q, prefer+more), mc)
	if exact && (whole <= mc.precision || c.addDecimals(out, &decimal{q, int32(prefer + more)}, -1).n.Sign() == 0) {
		return c.strip(out, prefer)
	}
	return out
}

// wholeQuotient is divideToIntegralValue.
func (c *Context) wholeQuotient(a, b *decimal) *decimal {
	c.checkDivisor(a, b)
	prefer := saturated(int64(a.scale) - int64(b.scale))
	if a.n.Sign() == 0 {
		return c.newDecimal(new(big.Int), prefer)
	}
	x, y, _ := c.aligned(a, b)
	q := c.newDecimal(new(big.Int).Quo(x, y), 0)
	if q.n.Sign() == 0 {
		return c.newDecimal(new(big.Int), prefer)
	}
	if prefer > 0 {
		return c.rescale(q, prefer, toUnnecessary)
	}
	return c.strip(q, prefer)
}

// powDecimal is pow(int).
func (c *Context) powDecimal(a *decimal, n int64) *decimal {
	if n < 0 || n > 999999999 {
		c.throw("java.lang.ArithmeticException", "Invalid operation")
	}
	return c.newDecimal(c.powBig(a.n, n), int64(a.scale)*n)
}

// powBig is BigInteger.pow, whose size is known before it is computed.
func (c *Context) powBig(a *big.Int, n int64) *big.Int {
	if bits := int64(a.BitLen()); bits > 1 && (bits-1)*n > maxBits {
		c.tooManyBits()
	}
	if a.BitLen() <= 1 { // 0, 1 and -1 stay small
		n = n&1 + 2*min(1, n/2)
	}
	return c.sized(new(big.Int).Exp(a, big.NewInt(n), nil))
}

// powRounded is pow(int, MathContext), the algorithm of ANSI X3.274.
func (c *Context) powRounded(a *decimal, n int64, mc *mathContext) *decimal {
	if mc.precision == 0 {
		return c.powDecimal(a, n)
	}
	if n < -999999999 || n > 999999999 {
		c.throw("java.lang.ArithmeticException", "Invalid operation")
	}
	one := &decimal{big.NewInt(1), 0}
	if n == 0 {
		return one
	}
	size := max(n, -n)
	length := len(strconv.FormatInt(size, 10))
	if length > mc.precision {
		c.throw("java.lang.ArithmeticException", "Invalid operation")
	}
	work := &mathContext{mc.precision + length + 1, mc.mode}
	acc, seen := one, false
	for i := 30; i >= 0; i-- {
		if size>>i&1 == 1 {
			seen = true
			acc = c.round(c.multiplyDecimals(acc, a), work)
		}
		if i > 0 && seen {
			acc = c.round(c.multiplyDecimals(acc, acc), work)
		}
	}
	if n < 0 {
		acc = c.divideRounded(one, acc, work)
	}
	return c.round(acc, mc)
}

func (d *decimal) equals(_ *Context, x value) bool {
	o, ok := x.ref.(*decimal)
	return ok && o.scale == d.scale && o.n.Cmp(d.n) == 0
}

func (d *decimal) compareTo(c *Context, x value) int {
	o := x.ref.(*decimal)
	if s, t := d.n.Sign(), o.n.Sign(); s != t || s == 0 {
		return sign(s - t)
	}
	// Of numbers whose first digits stand at different places only the places need be compared.
	if p, q := digits(d.n)-int(d.scale), digits(o.n)-int(o.scale); p != q {
		return sign(p-q) * d.n.Sign()
	}
	a, b, _ := c.aligned(d, o)
	return a.Cmp(b)
}

func (d *decimal) hashCode(*Context) int32 { return 31*hashBig(d.n) + d.scale }

// hashBig is BigInteger.hashCode.
func hashBig(n *big.Int) int32 {
	h := int32(0)
	b := n.Bytes()
	for len(b)%4 != 0 {
		b = append([]byte{0}, b...)
	}
	for ; len(b) > 0; b = b[4:] {
		h = 31*h + int32(uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3]))
	}
	return h * int32(n.Sign())
}

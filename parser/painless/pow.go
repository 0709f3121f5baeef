package painless

import "math"

// powWhole is x to a whole power, in numbers of twice the precision: math.Pow loses the last digits, which Java's
// does not.
func powWhole(x float64, n int) float64 {
	negative := n < 0
	if negative {
		n = -n
	}
	hi, lo := 1.0, 0.0
	baseHi, baseLo := x, 0.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			hi, lo = mulDouble(hi, lo, baseHi, baseLo)
		}
		baseHi, baseLo = mulDouble(baseHi, baseLo, baseHi, baseLo)
	}
	if !negative {
		return hi + lo
	}
	q := 1 / hi
	return q - q*(math.FMA(q, hi, -1)+q*lo) // one step of Newton's
}

// mulDouble multiplies two numbers that are each a sum of two.
func mulDouble(aHi, aLo, bHi, bLo float64) (hi, lo float64) {
	p := aHi * bHi
	e := math.FMA(aHi, bHi, -p) + (aHi*bLo + aLo*bHi)
	hi = p + e
	return hi, e - (hi - p)
}

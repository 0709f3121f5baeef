package javatime

import "math"

// width is how many digits a number has, and which sign.
type width struct {
	least, most int
	sign        sign
	reserve     int // digits that the numbers of fixed width that follow at once need
}

// sign is a style of java.time.format.SignStyle.
type sign uint8

const (
	notNegative sign = iota
	normal           // a minus is one
	exceedsPad       // and a plus is there exactly where there are more digits than least
)

// mostDigits is how many digits a number has in Java.
const mostDigits = 19

// numeric tells whether a number stands for the field.
func (f *field) numeric() bool { return f.width.most > 0 }

// widthOf is how the number of a letter is written, zero for one that stands for no number.
func (f *field) widthOf() width {
	n := f.count
	switch f.letter {
	case 'y', 'u', 'Y', 'I':
		w := width{least: n, most: mostDigits, sign: normal}
		switch {
		case n == 2 && f.letter == 'I':
			return width{least: 4, most: 4}
		case n == 2:
			return width{least: 2, most: 2}
		case n >= 4:
			w.sign = exceedsPad
		}
		if f.named && f.letter != 'I' {
			w.most = 9 + n/4
		}
		return w
	case '%':
		if n == 2 {
			return width{least: 1, most: 4, sign: normal}
		}
		return width{least: 4, most: 4, sign: exceedsPad}
	case 'n', 'N', 'A':
		return width{least: n, most: mostDigits}
	case 'S':
		return width{least: n, most: n}
	case 'D':
		if n > 1 {
			return width{least: n, most: 3}
		}
	case 'w', 'W':
		return width{least: n, most: 2}
	case 'e', 'c', 'M', 'L', 'q', 'Q':
		if n > 2 {
			return width{}
		}
		if f.letter == 'e' || f.letter == 'c' {
			return width{least: n, most: n}
		}
	case 'd', 'F', 'h', 'H', 'k', 'K', 'm', 's', 'J', 'i':
	default:
		return width{}
	}
	switch {
	case n > 1 && f.letter != 'i':
		return width{least: n, most: n}
	case !f.named || n > 1:
		return width{least: 1, most: mostDigits, sign: normal}
	case f.letter == 'D':
		return width{least: 1, most: 3}
	case f.letter == 'i':
		return width{least: 1, most: 1}
	}
	return width{least: 1, most: 2}
}

// fixed tells whether a number has as many digits as the pattern has letters, and no more.
func (w *width) fixed() bool { return w.least == w.most && w.sign == notNegative }

// number reads a number at pos. end is behind it, or ^ where it fails.
func (w *width) number(b []byte, pos int) (n, end int) {
	at, sign := pos, byte(0)
	if pos < len(b) && (b[pos] == '-' || b[pos] == '+') {
		sign = b[pos]
		if w.sign == notNegative || w.sign == normal && sign == '+' {
			return 0, ^pos
		}
		at++
	}
	end = at
	for end < len(b) && end-at < w.most+w.reserve && b[end]-'0' <= 9 {
		end++
	}
	if end-at < w.least {
		return 0, ^at
	}
	if w.reserve > 0 {
		end = at + max(w.least, end-at-w.reserve)
	}
	limit := uint64(math.MaxInt64)
	if sign == '-' {
		limit++
	}
	sum, read := uint64(0), at
	for ; read < end; read++ {
		digit := uint64(b[read] - '0')
		if sum > (limit-digit)/10 { // Java leaves the last digit then, too
			break
		}
		sum = sum*10 + digit
	}
	switch more := end-at > w.least; {
	case sign == '-' && sum == 0, sign == '+' && !more:
		return 0, ^pos
	case sign == 0 && w.sign == exceedsPad && more:
		return 0, ^pos
	case sign == '-':
		sum = -sum
	}
	return int(sum), read //nolint:gosec // within the limit
}

// digits reads a number of so many digits, up to high, and returns the position behind it, -1 where it is not.
func digits(b []byte, pos, count, high int, to *int) int {
	if len(b)-pos < count {
		return -1
	}
	n := 0
	for _, c := range b[pos : pos+count] {
		if c-'0' > 9 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if n > high {
		return -1
	}
	*to = n
	return pos + count
}

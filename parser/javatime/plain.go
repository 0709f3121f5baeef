package javatime

import "time"

// plain reads the dates of a format without optional parts, each part of which is said once, in digits, as an English
// name of three letters or as a zone. That is nearly all of what logs have, and takes a tenth of the steps.
type plain struct {
	parts []plainPart
	has   Part
	clock clock
}

// plainPart is one part and the character behind it.
type plainPart struct {
	form   plainForm
	to     plainNumber
	behind byte // 0: none
	field  *field
}

// plainForm is how a part is written.
type plainForm uint8

const (
	plainNothing plainForm = iota // only the character
	plainShort                    // a number of one or two digits
	plainTwo                      // a number of two
	plainFour                     // a number of four
	plainMonth                    // Jan
	plainOther                    // as any other format has it
)

// plainNumber is a place for a number.
type plainNumber uint8

const (
	plainYear plainNumber = iota
	plainMonths
	plainDay
	plainHour
	plainMinute
	plainSecond
	plainNumbers = 8 // a power of two, for the compiler
)

// plainOf is nil for a format that is not plain.
func plainOf(fields []field) *plain {
	p := &plain{}
	for i := range fields {
		f := &fields[i]
		if f.letter == 0 {
			for _, c := range []byte(f.literal) {
				if c == 0 {
					return nil
				}
				p.add(c)
			}
			continue
		}
		part, ok := p.part(f)
		if !ok || f.again || f.pad > 0 || i > 0 && fields[i-1].numeric() && f.numeric() && !f.width.fixed() {
			return nil
		}
		part.field = f
		p.parts = append(p.parts, part)
	}
	if p.clock&(hasYearOfEra|hasProlepticYear) == hasYearOfEra|hasProlepticYear {
		return nil
	}
	return p
}

// add adds a character that stands for itself.
func (p *plain) add(c byte) {
	if n := len(p.parts); n > 0 && p.parts[n-1].behind == 0 {
		p.parts[n-1].behind = c
		return
	}
	p.parts = append(p.parts, plainPart{behind: c})
}

// part is how a field is read, and notes what it says of the date; false where that is not plain.
func (p *plain) part(f *field) (part plainPart, ok bool) {
	form := plainOther
	switch {
	case f.count == 1 && f.width.reserve == 0:
		form = plainShort
	case f.count == 2:
		form = plainTwo
	}
	switch f.letter {
	case 'y', 'u':
		p.has |= HasYear
		p.clock |= yearBits(f.letter)
		return plainPart{form: plainFour, to: plainYear}, f.count == 4 && !f.named
	case 'M', 'L':
		p.has |= HasMonth
		p.clock |= hasMonthOfYear
		if f.count == 3 {
			return plainPart{form: plainMonth, to: plainMonths}, f.texts == nil
		}
		return plainPart{form: form, to: plainMonths}, form != plainOther
	case 'd':
		p.has |= HasDay
		p.clock |= hasDayOfMonth
		return plainPart{form: form, to: plainDay}, form != plainOther
	case 'H':
		p.clock |= hasHour
		return plainPart{form: form, to: plainHour}, form != plainOther
	case 'm':
		p.clock |= hasMinute
		return plainPart{form: form, to: plainMinute}, form != plainOther
	case 's':
		p.clock |= hasSecond
		return plainPart{form: form, to: plainSecond}, form != plainOther
	case 'S', 'E', 'Z', 'X', 'x', 'V', 'z', 'O':
		return plainPart{form: plainOther}, true
	}
	return plainPart{}, false
}

// unusual is what read returns for a text of which the general reader has to say whether it is a date.
const unusual = -2

// read reads b into d and returns the position behind it, -1 when it is not of the format.
func (p *plain) read(d *Date, b []byte) int {
	var numbers [plainNumbers]int
	d.Has, d.has = p.has, p.clock
	pos := 0
	for i := range p.parts {
		part := &p.parts[i]
		switch part.form {
		case plainShort:
			n, ok := twoDigits(b, pos)
			switch {
			case !ok:
				if pos >= len(b) || b[pos]-'0' > 9 {
					return signed(b, pos)
				}
				n, pos = int(b[pos]-'0'), pos+1
			case pos+2 < len(b) && b[pos+2]-'0' <= 9:
				return unusual // a letter that stands alone takes zeros before its number
			default:
				d.found(part, pos)
				pos += 2
			}
			numbers[part.to%plainNumbers] = n
		case plainTwo:
			n, ok := twoDigits(b, pos)
			if !ok {
				return -1
			}
			numbers[part.to%plainNumbers] = n
			d.found(part, pos)
			pos += 2
		case plainFour:
			high, ok := twoDigits(b, pos)
			low, also := twoDigits(b, pos+2)
			if !ok || !also {
				return signed(b, pos)
			}
			numbers[part.to%plainNumbers] = high*100 + low
			pos += 4
		case plainMonth:
			n := shortMonth(b, pos)
			if n == 0 {
				return -1
			}
			numbers[part.to%plainNumbers] = n
			pos += 3
		case plainOther:
			if pos = d.parseField(part.field, b, pos); pos < 0 {
				return -1
			}
		}
		if part.behind != 0 {
			if pos >= len(b) || b[pos] != part.behind {
				return -1
			}
			pos++
		}
	}
	d.Year, d.Month, d.Day = numbers[plainYear], numbers[plainMonths], numbers[plainDay]
	if p.clock&hasYearOfEra != 0 {
		d.yearOfEra = d.Year
	}
	d.Hour, d.Minute, d.Second = numbers[plainHour], numbers[plainMinute], numbers[plainSecond]
	return pos
}

// found notes where the two digits of a part stand.
func (d *Date) found(part *plainPart, pos int) {
	if part.to == plainSecond {
		d.secondAt = pos
	}
}

// SecondAt returns where in b, which Parse has read, the two digits of the second stand, if a text that has others of 00 to
// 59 there is the date of that second: which is not so where a zone may change its offset. 0: not known.
func (f *Format) SecondAt(b []byte, zone *time.Location) int {
	d := Date{}
	if f.plain == nil || f.plain.read(&d, b) < 0 || d.Zone != nil || d.Hour > 23 {
		return 0
	}
	if d.Has&(HasYear|HasZone) != HasYear|HasZone && zone != time.UTC { // without a year the zone does not count
		return 0
	}
	return d.secondAt
}

// Second is the number that the two digits at a place of b make, if it is of 00 to 59.
func Second(b []byte, at int) (second int, ok bool) {
	second, ok = twoDigits(b, at)
	return second, ok && second < 60
}

// signed is what read returns where a number should be.
func signed(b []byte, pos int) int {
	if pos < len(b) && (b[pos] == '-' || b[pos] == '+') {
		return unusual
	}
	return -1
}

// twoDigits is the number that two digits at pos make.
func twoDigits(b []byte, pos int) (n int, ok bool) {
	if len(b)-pos < 2 {
		return 0, false
	}
	tens, ones := b[pos]-'0', b[pos+1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// monthLetters are those of shortMonths in one number each.
var monthLetters = [...]uint32{
	'J'<<16 | 'a'<<8 | 'n', 'F'<<16 | 'e'<<8 | 'b', 'M'<<16 | 'a'<<8 | 'r',
	'A'<<16 | 'p'<<8 | 'r', 'M'<<16 | 'a'<<8 | 'y', 'J'<<16 | 'u'<<8 | 'n',
	'J'<<16 | 'u'<<8 | 'l', 'A'<<16 | 'u'<<8 | 'g', 'S'<<16 | 'e'<<8 | 'p',
	'O'<<16 | 'c'<<8 | 't', 'N'<<16 | 'o'<<8 | 'v', 'D'<<16 | 'e'<<8 | 'c',
}

// shortMonth is the number of the one of shortMonths that stands at pos, 0 for none.
func shortMonth(b []byte, pos int) int {
	if len(b)-pos < 3 {
		return 0
	}
	letters := uint32(b[pos])<<16 | uint32(b[pos+1])<<8 | uint32(b[pos+2])
	for i := range monthLetters {
		if monthLetters[i] == letters {
			return i + 1
		}
	}
	return 0
}

package painless

import (
	"strings"

	"github.com/millrace/millrace/event"
)

// locale is a Locale.
type locale struct{ language, script, country, variant string }

func (*locale) classOf(event.Value) *class { return classes().types["Locale"] }

func (o *locale) equals(_ *Context, x value) bool {
	p, ok := x.ref.(*locale)
	return ok && *p == *o
}

func (o *locale) appendText(_ *Context, dst []byte) []byte {
	dst = append(dst, o.language...)
	if o.country != "" || o.language != "" && (o.variant != "" || o.script != "") {
		dst = append(append(dst, '_'), o.country...)
	}
	if o.variant != "" && (o.language != "" || o.country != "") {
		dst = append(append(dst, '_'), o.variant...)
	}
	if o.script != "" && (o.language != "" || o.country != "") {
		dst = append(append(dst, "_#"...), o.script...)
	}
	return dst
}

// tag is the name of the locale as BCP 47 has it.
func (o *locale) tag() string {
	out := o.language
	if out == "" {
		out = "und"
	}
	for _, part := range []string{o.script, o.country, o.variant} {
		if part != "" {
			out += "-" + part
		}
	}
	return out
}

// localeOf reads a language tag; a part that is none ends it.
func localeOf(tag string) *locale {
	o := &locale{}
	for i, p := range strings.Split(tag, "-") {
		switch {
		case i == 0 && len(p) >= 2 && len(p) <= 8 && isAlpha(p):
			if o.language = strings.ToLower(p); o.language == "und" {
				o.language = ""
			}
		case i == 0:
			return o
		case len(p) == 4 && isAlpha(p) && o.script == "" && o.country == "":
			o.script = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
		case o.country == "" && o.variant == "" && (len(p) == 2 && isAlpha(p) || len(p) == 3 && strings.Trim(p, "0123456789") == ""):
			o.country = strings.ToUpper(p)
		case o.variant == "" && (len(p) >= 5 && len(p) <= 8 || len(p) == 4 && isDigit(p[0])):
			o.variant = p
		default:
			return o
		}
	}
	return o
}

func isAlpha(s string) bool {
	for i := range len(s) {
		if b := s[i] | 0x20; b < 'a' || b > 'z' {
			return false
		}
	}
	return true
}

func declareLocale(l *lib, k *class) {
	for name, o := range map[string]locale{
		"ROOT": {}, "ENGLISH": {language: "en"}, "FRENCH": {language: "fr"}, "GERMAN": {language: "de"}, "ITALIAN": {language: "it"},
		"JAPANESE": {language: "ja"}, "KOREAN": {language: "ko"}, "CHINESE": {language: "zh"},
		"SIMPLIFIED_CHINESE": {language: "zh", country: "CN"}, "TRADITIONAL_CHINESE": {language: "zh", country: "TW"},
		"FRANCE": {language: "fr", country: "FR"}, "GERMANY": {language: "de", country: "DE"}, "ITALY": {language: "it", country: "IT"},
		"JAPAN": {language: "ja", country: "JP"}, "KOREA": {language: "ko", country: "KR"}, "CHINA": {language: "zh", country: "CN"},
		"PRC": {language: "zh", country: "CN"}, "TAIWAN": {language: "zh", country: "TW"}, "UK": {language: "en", country: "GB"},
		"US": {language: "en", country: "US"}, "CANADA": {language: "en", country: "CA"}, "CANADA_FRENCH": {language: "fr", country: "CA"},
	} {
		v := object(&o)
		k.constant(name, k, func() value { return v })
	}
	made := func(c *Context, _ value, a []value) value {
		var parts [3]string
		for i, v := range a {
			if v.isNull() {
				c.throwBare("java.lang.NullPointerException")
			}
			parts[i] = string(textOf(c, v))
		}
		return object(&locale{language: strings.ToLower(parts[0]), country: strings.ToUpper(parts[1]), variant: parts[2]})
	}
	k.method(l, "new(String)", made)
	k.method(l, "new(String,String)", made)
	k.method(l, "new(String,String,String)", made)
	k.method(l, "static Locale forLanguageTag(String)", func(c *Context, _ value, a []value) value { return object(localeOf(string(c.arg(a[0])))) })
	for name, part := range map[string]func(*locale) string{
		"Language": func(o *locale) string { return o.language }, "Country": func(o *locale) string { return o.country },
		"Variant": func(o *locale) string { return o.variant }, "Script": func(o *locale) string { return o.script },
	} {
		k.method(l, "String get"+name+"()", func(c *Context, x value, _ []value) value { return c.textString(part(x.ref.(*locale))) })
	}
	k.method(l, "String toLanguageTag()", func(c *Context, x value, _ []value) value { return c.textString(x.ref.(*locale).tag()) })
	k.method(l, "boolean hasExtensions()", func(*Context, value, []value) value { return boolean(false) })
	k.method(l, "Locale stripExtensions()", func(_ *Context, x value, _ []value) value { return x })
	k.method(l, "def clone()", func(_ *Context, x value, _ []value) value { return x })
}

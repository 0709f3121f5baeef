package pipeline

import (
	"bytes"
	"html"
	"strings"

	"github.com/millrace/millrace/event"
)

func newHTMLStrip(o *options) processor {
	return newText(o, func(r *Runner, v event.Value) (event.Value, error) {
		s := r.ev.Bytes(v)
		if bytes.IndexByte(s, '<') < 0 || bytes.IndexByte(s, '>') < 0 {
			return v, nil
		}
		r.buf = stripHTML(r.buf[:0], s)
		return r.ev.String(r.buf), nil
	})
}

// endsLine tells whether the tags of an element end a line.
func endsLine(element string) bool {
	switch element {
	case "address", "blockquote", "br", "center", "dd", "dir", "div", "dl", "dt", "fieldset", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
		"hr", "isindex", "li", "menu", "noframes", "noscript", "ol", "option", "p", "pre", "script", "select", "style", "table", "tbody", "td",
		"tfoot", "th", "thead", "tr", "ul":
		return true
	}
	return false
}

// stripHTML appends the text of s: without tags, comments, scripts and styles, entities decoded.
func stripHTML(dst, s []byte) []byte {
	for len(s) > 0 {
		open := bytes.IndexByte(s, '<')
		if open < 0 {
			return append(dst, html.UnescapeString(string(s))...)
		}
		dst = append(dst, html.UnescapeString(string(s[:open]))...)
		s = s[open:]
		name, length := htmlTag(s)
		if length == 0 { // a "<" that begins no tag
			dst, s = append(dst, '<'), s[1:]
			continue
		}
		if endsLine(name) {
			dst = append(dst, '\n')
		}
		s = s[length:]
		if name == "script" || name == "style" {
			if end := bytes.Index(bytes.ToLower(s), []byte("</"+name)); end >= 0 {
				if rest := bytes.IndexByte(s[end:], '>'); rest >= 0 {
					s = s[end+rest+1:]
				}
			}
		}
	}
	return dst
}

// htmlTag reads a tag, comment or declaration at the start of s; length is 0 if there is none.
func htmlTag(s []byte) (name string, length int) {
	if bytes.HasPrefix(s, []byte("<!--")) {
		if end := bytes.Index(s[4:], []byte("-->")); end >= 0 {
			return "", 4 + end + 3
		}
		return "", 0
	}
	at := 1
	if at < len(s) && (s[at] == '/' || s[at] == '!' || s[at] == '?') {
		at++
	}
	start := at
	for at < len(s) && ((s[at]|0x20)-'a' < 26 || at > start && (s[at]-'0' < 10 || s[at] == ':' || s[at] == '-' || s[at] == '_')) {
		at++
	}
	if at == start {
		return "", 0
	}
	name = strings.ToLower(string(s[start:at]))
	for quote := byte(0); at < len(s); at++ {
		switch c := s[at]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return name, at + 1
		}
	}
	return "", 0
}

package pipeline

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/parser/javatime"
	"github.com/millrace/millrace/parser/painless"
)

// rerouteProcessor is `reroute`. The index of a line is its lane's here: what is left of the processor are
// the fields that name the data stream, and that nothing of the pipeline runs behind it.
type rerouteProcessor struct {
	typ, dataset, namespace []streamName
	destination             string
}

// streamName is a part of a data stream's name: a text, or a reference to a field.
type streamName struct {
	text string
	path event.Path
}

var (
	streamType      = event.MustPath("data_stream.type")
	streamDataset   = event.MustPath("data_stream.dataset")
	streamNamespace = event.MustPath("data_stream.namespace")
	eventDataset    = event.MustPath("event.dataset")

	notInDataset   = regexp.MustCompile(`[\\/*?"<>| ,#:-]`)
	notInNamespace = regexp.MustCompile(`[\\/*?"<>| ,#:]`)
)

// maxStreamName is how long a part of a data stream's name may be.
const maxStreamName = 100

func newReroute(o *options) processor {
	p := &rerouteProcessor{destination: o.optionalText("destination", "")}
	p.typ = o.streamNames("type", notInDataset, streamType)
	p.dataset = o.streamNames("dataset", notInDataset, streamDataset)
	p.namespace = o.streamNames("namespace", notInNamespace, streamNamespace)
	if p.destination != "" && (o.node.get("type") != nil || o.node.get("dataset") != nil || o.node.get("namespace") != nil) {
		o.fail(o.node.get("destination"), "[destination] can only be set if type, dataset, and namespace are not set")
	}
	return p
}

func (o *options) streamNames(option string, not *regexp.Regexp, otherwise event.Path) []streamName {
	texts := o.texts(option, true)
	if len(texts) == 0 {
		return []streamName{{path: otherwise}}
	}
	var names []streamName
	for _, s := range texts {
		name := s
		if strings.Contains(s, "{{") || strings.Contains(s, "}}") {
			name = strings.TrimSuffix(strings.TrimPrefix(s, "{{"), "}}")
			if strings.HasPrefix(name, "{") && strings.HasSuffix(name, "}") {
				name = name[1 : len(name)-1]
			}
			if len(name) > len(s)-4 || name == "" || strings.ContainsAny(name, "{}") {
				o.fail(o.node.get(option), "[%s] '%s' is not a valid field reference", option, s)
				continue
			}
			names = append(names, streamName{path: o.parsePath(option, strings.TrimSpace(name))})
			continue
		}
		if sanitized(s, not) != s {
			o.fail(o.node.get(option), "[%s] '%s' contains disallowed characters", option, s)
		}
		names = append(names, streamName{text: s})
	}
	return names
}

func sanitized(s string, not *regexp.Regexp) string {
	s = string(painless.AppendLower(nil, []byte(s)))
	if len(s) > maxStreamName {
		s = strings.ToValidUTF8(s[:maxStreamName], "")
	}
	return not.ReplaceAllString(s, "_")
}

func (r *Runner) streamName(names []streamName, not *regexp.Regexp, otherwise string) (event.Value, error) {
	for _, n := range names {
		if n.path.IsZero() {
			return r.ev.Text(n.text), nil
		}
		v := r.ev.Get(n.path)
		if v.IsNull() { // a field whose name has dots
			v = r.ev.LookupBytes(r.ev.Doc(), []byte(n.path.String()))
		}
		switch {
		case v.Kind() == event.String:
			return r.ev.Text(sanitized(string(r.ev.Bytes(v)), not)), nil
		case !v.IsNull():
			return v, fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", n.path, v.Kind().JavaClass())
		}
	}
	return r.ev.Text(otherwise), nil
}

func (p *rerouteProcessor) run(r *Runner) error {
	if p.destination != "" {
		return errTerminated
	}
	typ, err := r.streamName(p.typ, notInDataset, "logs")
	if err != nil {
		return err
	}
	dataset, err := r.streamName(p.dataset, notInDataset, "generic")
	if err != nil {
		return err
	}
	namespace, err := r.streamName(p.namespace, notInNamespace, "default")
	if err == nil {
		err = r.setStream(streamType, typ)
	}
	if err == nil {
		err = r.setStream(streamDataset, dataset)
	}
	if err == nil {
		err = r.setStream(streamNamespace, namespace)
	}
	if err == nil && (r.ev.Get(eventDataset).Kind() != event.Missing || r.ev.LookupBytes(r.ev.Doc(), []byte(eventDataset.String())).Kind() != event.Missing) {
		err = r.setStream(eventDataset, dataset)
	}
	if err != nil {
		return err
	}
	return errTerminated
}

// setStream writes a field, to where its name has dots if there is such a one.
func (r *Runner) setStream(path event.Path, v event.Value) error {
	name := []byte(path.String())
	if r.ev.LookupBytes(r.ev.Doc(), name).Kind() != event.Missing {
		r.ev.PutBytes(r.ev.Doc(), name, v)
		return nil
	}
	return r.ev.Set(path, v)
}

// dateIndexProcessor is `date_index_name`. As the index of a line is its lane's, of the day of its receipt,
// the date is read and written, and fails where Elasticsearch's does, but names no index.
type dateIndexProcessor struct {
	field   event.Path
	formats []dateFormat
	zone    *time.Location
	named   *time.Location   // the zone, nil where none is named
	name    *javatime.Format // nil: a template
	noName  error            // why index_name_format is none, which Elasticsearch says of each event
}

func newDateIndexName(o *options) processor {
	p := &dateIndexProcessor{field: o.path("field"), zone: o.c.set.deps.Zone}
	o.optionalText("index_name_prefix", "")
	if text := o.optionalText("index_name_format", "yyyy-MM-dd"); !isTemplate(text) {
		f, err := javatime.CompileOutput(text)
		if p.name = f; err != nil {
			p.noName = &causedError{err.Error(), innermost(err)}
		}
	}
	locale := o.optionalText("locale", "en")
	const roundings = "yMwdhms"
	if rounding := o.text("date_rounding"); o.err == nil && (len(rounding) != 1 || !strings.Contains(roundings, rounding)) {
		o.fail(o.node.get("date_rounding"), "[date_rounding] is [%s], use one of y, M, w, d, h, m, s", rounding)
	}
	if name := o.optionalText("timezone", ""); name != "" {
		var err error
		if p.zone, err = javatime.ParseZone(name); err != nil {
			o.fail(o.node.get("timezone"), "[timezone] %w", err)
		}
		p.named = p.zone
	}
	names := o.texts("date_formats", false)
	if names == nil {
		names = []string{"yyyy-MM-dd'T'HH:mm:ss.SSSXX"}
	}
	for _, name := range names {
		f, err := parseDateFormat(name, locale)
		if err != nil {
			o.fail(o.node.get("date_formats"), "[date_formats] %w", err)
		}
		p.formats = append(p.formats, f)
	}
	return p
}

func (p *dateIndexProcessor) run(r *Runner) error {
	v, err := r.ev.Resolve(p.field)
	if err != nil {
		return err
	}
	if v.IsNull() {
		return notRead(p.formats, nil)
	}
	text := r.text(v)
	for i := range p.formats {
		if m, ok := p.formats[i].parse(r, text, p.zone); ok {
			return p.write(r, m)
		}
	}
	return notRead(p.formats, text)
}

func (p *dateIndexProcessor) write(r *Runner, m javatime.Moment) (err error) {
	if p.name != nil {
		r.buf, err = p.name.Append(r.buf[:0], m, p.named)
		return err
	}
	return p.noName
}

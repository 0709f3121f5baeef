package parser

import (
	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/event/syslog"
)

// Opener makes of a line the event that its pipeline finds, as a worker does. It is for trying pipelines; it belongs
// to one goroutine.
type Opener struct{ p lineParser }

// NewOpener opens lines in ev. cfg must be valid.
func NewOpener(cfg Config, ev *event.Event) *Opener {
	return &Opener{lineParser{ev: ev, zones: newZones(&cfg)}}
}

// Open makes ev the event of a line: its header's fields and the message behind it, or, when raw is set or there is
// no header, the line as the message. received is the time of receipt in ns since the epoch.
func (o *Opener) Open(line []byte, received int64, raw bool) {
	o.p.header.Parse(line)
	o.p.begin(line, &event.Origin{}, received, raw || o.p.header.Format == syslog.Unparsed)
}

// IsRaw tells whether the rules hand that pipeline whole lines.
func (c *Config) IsRaw(pipeline string) bool {
	for _, r := range c.Rules {
		if r.Pipeline == pipeline {
			return r.Input == InputRaw
		}
	}
	return false
}

package painless

import (
	"time"

	"github.com/millrace/millrace/event"
)

type zonedDateTime struct {
	t    time.Time
	zone string
}

func (*zonedDateTime) classOf(event.Value) *class { return library().types["ZonedDateTime"] }
func (z *zonedDateTime) isUTC() bool              { return z.zone == "Z" || z.zone == "UTC" }
func (z *zonedDateTime) appendText(_ *Context, dst []byte) []byte {
	return dst
}
func dateOf(x value) *zonedDateTime { return nil }
func dateLike(x value) value        { return x }
func declareTime(l *lib) {
	l.kinds[event.Date] = l.class("java.time.ZonedDateTime")
}

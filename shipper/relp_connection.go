package shipper

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/millrace/millrace/shipper/relp"
)

const (
	maxAnswers   = 128         // reads of a connection whose answers are due
	answerBuffer = 16 << 10    // of answers written together
	decideAfter  = time.Second // without a line that would tell whether those before are sent again
	maxUndecided = 1 << 20     // bytes of such lines
)

// relpConnection is one connection of a RELP sender. One goroutine reads lines and hands them on, while another one
// writes the answers, in order, as soon as what they are for is safe.
type relpConnection struct {
	base    *listenerBase
	in      input
	out     net.Conn
	raw     *net.TCPConn
	from    *session
	key     string
	cutter  relp.Cutter
	session relp.Session

	queue  chan *answers // in order
	free   chan *answers
	made   int           // answers there are
	broken chan struct{} // closed: no more answers can be written
	ended  chan struct{} // closed: nothing more is read

	mu      sync.Mutex // of what follows, while lines are undecided
	lanes   []resentLane
	lines   int // so far, up to the window: only these may be sent again
	held    int // of all lanes
	size    int // of the held lines
	timer   *time.Timer
	settled bool // all further lines are new
	over    bool
	extra   *run // for lines that were held
}

// answers are due for what was read at one time.
type answers struct {
	receipt
	first, n int    // transactions of lines
	text     []byte // what is to be answered after them
	last     bool   // then the connection ends
}

// resentLane is what is known of a session's lines for one lane.
type resentLane struct {
	history *relp.History // nil until there is one
	resent  *relp.Resent
	held    []heldLine
}

// heldLine is a line that may or may not have been stored in an earlier session.
type heldLine struct {
	message   []byte
	truncated bool
	answers   *answers // held
}

func (c *relpConnection) run(ctx context.Context) {
	resends := c.base.intake.resends
	defer resends.leave(c)
	if !resends.enter(ctx, c) {
		close(c.ended)
		return
	}
	var writer sync.WaitGroup
	clean := false
	writer.Go(func() { clean = c.answer() })
	c.read()
	c.giveUp()
	close(c.ended)
	close(c.queue)
	writer.Wait()
	if clean {
		for i := range c.lanes {
			if h := c.lanes[i].history; h != nil {
				h.Forget()
			}
		}
	}
}

// read reads until the sender or the receiver ends the connection, or it can't be understood.
func (c *relpConnection) read() {
	for {
		buf, err := c.in.read()
		if errors.Is(err, errStopped) {
			if a := c.next(); a != nil {
				a.text = append(a.text, "0 serverclose 0\n"...)
				c.due(a)
			}
		}
		if err != nil {
			return // a line that is not whole is not answered, and comes again
		}
		if !c.take(buf) {
			return
		}
	}
}

// take handles every whole frame in buf. It returns false at the end of the connection.
func (c *relpConnection) take(buf *buffer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.next()
	for a != nil {
		f, n, ok, err := c.cutter.Next(buf.data[buf.start:buf.end])
		buf.start += n
		if err != nil || !ok {
			c.deliver(buf, a)
			c.refuse(err)
			return err == nil
		}
		var kind relp.Kind
		a.text, kind, err = c.session.Handle(f, a.text)
		switch {
		case err != nil || kind == relp.Close:
			a.last = true
			c.deliver(buf, a)
			c.refuse(err)
			return false
		case kind != relp.Message:
			continue
		}
		if len(a.text) > 0 {
			c.deliver(buf, a)
			if a = c.next(); a == nil {
				break
			}
		}
		if a.n == 0 {
			a.first = f.Txn
		}
		a.n++
		c.add(buf, a, f.Data, f.Truncated)
	}
	buf.run.reset()
	return false
}

// refuse says, now and then, what is wrong with a sender.
func (c *relpConnection) refuse(err error) {
	if err != nil {
		c.base.ended("protocol", c.from.origin.Peer, err)
	}
}

// next returns room for answers. It waits while too many are due; it is nil when none can be written any more.
func (c *relpConnection) next() *answers {
	var a *answers
	select {
	case a = <-c.free:
	default:
		if c.made < maxAnswers {
			c.made++
			a = &answers{receipt: receipt{done: make(chan struct{}, 1)}}
			break
		}
		select {
		case a = <-c.free:
		case <-c.broken:
			return nil
		}
	}
	a.first, a.n, a.text, a.last = 0, 0, a.text[:0], false
	a.failed.Store(false)
	a.hold()
	return a
}

// deliver hands the lines on that a is for, and queues a.
func (c *relpConnection) deliver(buf *buffer, a *answers) {
	run := buf.run
	if len(run.lines) > 0 {
		run.receipt, run.routed = &a.receipt, c.remember
		run.deliver(c.from)
		run.receipt, run.routed = nil, nil
	}
	c.due(a)
}

// due queues a; its queue has room for all there are.
func (c *relpConnection) due(a *answers) {
	c.queue <- a
	a.release(true)
}

// add puts a line into the run, unless it may have been stored before.
func (c *relpConnection) add(buf *buffer, a *answers, message []byte, truncated bool) {
	if len(message) == 0 {
		c.base.stats.empty.Add(1)
		return
	}
	if c.settled {
		buf.run.add(message, truncated)
		return
	}
	c.lines++
	i := buf.run.laneOf(c.from, message)
	if i == noLane {
		buf.run.add(message, truncated)
		return
	}
	l := c.lane(i)
	if l.resent.Done() {
		buf.run.add(message, truncated)
	} else {
		a.hold()
		l.held = append(l.held, heldLine{bytes.Clone(message), truncated, a})
		c.held++
		c.size += len(message)
		stored, fresh := l.resent.Next(message)
		c.settle(i, stored, fresh)
		if c.size > maxUndecided {
			stored, fresh = l.resent.Decide()
			c.settle(i, stored, fresh)
		}
		c.watch()
	}
	if c.held == 0 && c.lines >= c.base.intake.resends.window {
		c.settled, c.extra = true, nil
	}
}

// lane returns what is known of the session's lines for lane i.
func (c *relpConnection) lane(i int) *resentLane {
	l := &c.lanes[i]
	if l.history == nil {
		in := c.base.intake
		l.history, l.resent = in.resends.memory.Begin(c.key + "\x00" + in.lanes[i].name)
	}
	return l
}

// settle lets go of held lines of lane i: the first ones were stored before, the others are new.
func (c *relpConnection) settle(i, stored, fresh int) {
	l := &c.lanes[i]
	for _, h := range l.held[:stored] {
		l.history.Add(h.message)
		c.base.intake.answered[i].await(&h.answers.receipt) // it may be under way still
	}
	c.base.stats.resent.Add(uint64(stored))
	for _, h := range l.held[stored : stored+fresh] {
		if c.extra == nil {
			c.extra = c.base.intake.newRun()
			c.extra.routed = c.remember
		}
		c.extra.receipt = &h.answers.receipt
		c.extra.add(h.message, h.truncated)
		c.extra.deliver(c.from)
	}
	for _, h := range l.held[:stored+fresh] {
		c.held--
		c.size -= len(h.message)
		h.answers.release(true)
	}
	l.held = append(l.held[:0], l.held[stored+fresh:]...)
	if len(l.held) == 0 {
		l.held = nil
	}
}

// watch has lines decided on after some time, in which their sender may wait for their answers.
func (c *relpConnection) watch() {
	switch {
	case c.held == 0 && c.timer != nil:
		c.timer.Stop()
	case c.held == 0:
	case c.timer == nil:
		c.timer = time.AfterFunc(decideAfter, c.decide)
	default:
		c.timer.Reset(decideAfter)
	}
}

func (c *relpConnection) decide() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	for i := range c.lanes {
		if l := &c.lanes[i]; len(l.held) > 0 {
			stored, fresh := l.resent.Decide()
			c.settle(i, stored, fresh)
		}
	}
}

// remember is told of new lines before they are handed on: from then on they are known.
func (c *relpConnection) remember(lines []runLine) {
	for i := range lines {
		if l := &lines[i]; l.lane != noLane {
			c.lane(l.lane).history.Add(l.message)
		}
	}
}

// giveUp leaves lines to their sender that are undecided at the end: they were not answered.
func (c *relpConnection) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if c.timer != nil {
		c.timer.Stop()
	}
	for i := range c.lanes {
		for _, h := range c.lanes[i].held {
			h.answers.release(false)
		}
		c.lanes[i].held = nil
	}
}

// answer writes answers in order until there are no more, or none can be written. It reports whether the sender
// has closed the session and got every answer.
func (c *relpConnection) answer() (clean bool) {
	var text []byte
	write := func() bool {
		_, err := c.out.Write(text)
		text = text[:0]
		return err == nil
	}
	ok := true
	for a := range c.queue {
		if !ok {
			continue
		}
		select {
		case <-a.done:
		default:
			if ok = len(text) == 0 || write(); !ok {
				break
			}
			<-a.done
		}
		if ok = ok && !a.failed.Load(); ok {
			for i := range a.n {
				text = relp.AppendOK(text, relp.TxnAfter(a.first, i))
			}
			text = append(text, a.text...)
			clean = a.last
			if len(text) > answerBuffer || len(c.queue) == 0 {
				ok = write()
			}
			c.free <- a
		}
		if !ok {
			close(c.broken)
			_ = c.out.Close() // ends reading too
		}
	}
	if cap(text) > 0 && len(text) > 0 && ok {
		ok = write()
	}
	return clean && ok
}

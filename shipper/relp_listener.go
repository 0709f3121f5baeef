package shipper

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/relp"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// RELPConfig is how RELP is spoken.
type RELPConfig struct {
	// Lines that a sender may have sent and not got an answer for: the largest windowSize of the senders, or more. So
	// many lines of each of a sender's last sessions are remembered, to know them when they are sent again. 256 when 0.
	Window int `yaml:"window"`
}

const (
	defaultRELPWindow = 256
	maxRELPWindow     = 10_000
	maxRELPSenders    = 20_000 // remembered, by address, name and lane
)

// Recent is where lines can be read again that were appended lately.
type Recent interface {
	// Recent calls each with the batches that were appended to the lane lately, oldest first, up to the last that
	// any Append of an earlier process returned nil for. How far back they go is up to it. A batch is valid until
	// each returns.
	Recent(lane string, each func(b *event.Batch)) error
}

// relpListener receives messages over RELP, and answers each once it is safe.
type relpListener struct {
	*acceptor
	pool *bufferPool
	tls  *tlsserver.Server // nil: plain
}

func bindRELP(base *listenerBase, address string) (listener, error) {
	base.transport = event.RELP
	server, err := base.tlsServer()
	if err != nil {
		return nil, err
	}
	a, err := bindAcceptor(base, address)
	if err != nil {
		return nil, err
	}
	l := &relpListener{a, newBufferPool(int(base.cfg.MaxMessage)+relp.Overhead, base.intake), server}
	a.receive = toItsEnd(l.receive)
	if server != nil {
		base.transport = event.RELPTLS
		a.receive = toItsEnd(l.receiveTLS)
	}
	return l, nil
}

// reopen reads the certificates again.
func (l *relpListener) reopen() error {
	if l.tls == nil {
		return nil
	}
	return l.tls.Reload()
}

func (l *relpListener) receive(ctx context.Context, conn *connection) {
	in, err := newStream(conn.TCPConn, l.pool)
	if err != nil {
		conn.Close()
		return
	}
	in.eager = true
	defer in.close()
	defer context.AfterFunc(ctx, in.stop)()
	l.receiveRELP(ctx, conn.paced(ctx, in, 0), conn.TCPConn, conn.TCPConn, l.origin(conn.peer))
}

func (l *relpListener) receiveTLS(ctx context.Context, conn *connection) {
	l.openTLS(ctx, conn, l.tls, l.pool, func(in input, out net.Conn, origin event.Origin) {
		l.receiveRELP(ctx, in, out, conn.TCPConn, origin)
	})
}

// answerTime is how long a sender may take at a stop to read its last answers.
const answerTime = 5 * time.Second

// receiveRELP reads and answers one connection to its end. out is where answers go, raw the socket.
func (b *listenerBase) receiveRELP(ctx context.Context, in input, out net.Conn, raw *net.TCPConn, origin event.Origin) {
	defer context.AfterFunc(ctx, func() { _ = out.SetWriteDeadline(time.Now().Add(answerTime)) })()
	c := &relpConnection{
		base: b, in: in, out: out, raw: raw, from: b.intake.session(origin, &b.stats),
		cutter: relp.NewCutter(int(b.cfg.MaxMessage)), key: senderKey(&origin),
		lanes: make([]resentLane, len(b.intake.lanes)), free: make(chan *answers, maxAnswers),
		queue: make(chan *answers, maxAnswers), broken: make(chan struct{}), ended: make(chan struct{}),
	}
	c.run(ctx)
}

// senderKey is by what a sender is known again: its port is another one at each connection.
func senderKey(o *event.Origin) string { return o.Peer.Addr().WithZone("").String() + "\x00" + o.Name }

// prepareAnswers makes what senders need that wait for an answer, if there are such listeners.
func (s *Shipper) prepareAnswers(recent Recent) error {
	window := 0
	for i := range s.cfg.Listeners {
		if l := &s.cfg.Listeners[i]; strings.HasPrefix(l.Listen, "relp") {
			window = max(window, l.RELP.Window)
		}
	}
	if window == 0 {
		return nil
	}
	in := s.intake
	for _, l := range in.lanes {
		in.answered = append(in.answered, l.forAnswers())
	}
	in.flushes = &flushes{files: in.files, wake: make(chan struct{}, 1)}
	in.resends = newResends(window)
	if recent == nil {
		return nil
	}
	for _, l := range in.lanes {
		if err := in.resends.recall(l.name, recent); err != nil {
			return fmt.Errorf("lines received before the start, lane %s: %w", l.name, err)
		}
	}
	return nil
}

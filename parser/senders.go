package parser

import (
	"net/netip"

	"github.com/millrace/millrace/event"
)

// identity is what is known of a sender, whatever connection it uses.
type identity struct {
	addr                  netip.Addr
	transport             event.Transport
	listener, name, realm string
}

// sender is what the lines of one sender have in common.
type sender struct {
	identity
	ip     string
	source event.JSON // log.source
	ours   event.JSON // millrace

	logs []log // by priority, at most maxLogs of those that were asked for

	end []byte // how documents end that say nothing else of the sender or of how the line came
}

// maxLogs is more priorities than a program uses; whoever sends all that there are fills no memory with them.
const maxLogs = 8

// log is log with the source, for a value of log without it.
type log struct {
	of   *event.JSON
	json event.JSON
}

// senders makes what it returns once per sender. It belongs to one parser.
type senders struct {
	batch   *event.Batch
	origins []*sender // of the batch, nil before the first line
	known   map[identity]*sender
	scratch event.Event
}

// begin prepares for the lines of b.
func (s *senders) begin(b *event.Batch) {
	if s.known == nil {
		s.known = map[identity]*sender{}
	}
	s.batch = b
	s.origins = append(s.origins[:0], make([]*sender, len(b.Origins))...)
}

// of is the sender of an origin of the batch, by its index there.
func (s *senders) of(origin uint32) *sender {
	if found := s.origins[origin]; found != nil {
		return found
	}
	o := &s.batch.Origins[origin]
	who := identity{o.Peer.Addr(), o.Transport, o.Listener, o.Name, o.Realm}
	found := s.known[who]
	if found == nil {
		if len(s.known) >= maxKnown {
			clear(s.known)
		}
		found = s.render(who)
		s.known[who] = found
	}
	s.origins[origin] = found
	return found
}

func (s *senders) render(who identity) *sender {
	ev := &s.scratch
	ev.Reset()
	ip := string(who.addr.AppendTo(nil))
	source, ours := ev.NewMap(), ev.NewMap()
	ev.Add(source, keyIP, ev.Text(ip))
	ev.Add(ours, keyTransport, ev.Text(who.transport.String()))
	ev.Add(ours, keyListener, ev.Text(who.listener))
	if who.name != "" {
		ev.Add(ours, keyName, ev.Text(who.name))
		ev.Add(ours, keyRealm, ev.Text(who.realm))
	}
	found := &sender{identity: who, ip: ip, source: freeze(ev, source), ours: freeze(ev, ours)}
	if who.name == "" { // of those there are only as many as listeners
		found.ours = found.ours.Intern()
	}
	ev.Add(ev.Doc(), keyOurs, ours)
	if who.name != "" {
		name, realm := who.proven()
		_, _ = ev.Set(name, ev.Text(who.name)), ev.Set(realm, ev.Text(who.realm)) // nothing is in their way
	}
	found.end = freeze(ev, ev.Doc()).AppendTo(nil)
	found.end[0] = ','
	return found
}

// proven are the fields of the name that the sender has proven to have.
func (who *identity) proven() (name, realm event.Path) {
	if who.transport == event.GSS {
		return pathUser, pathUserDomain
	}
	return pathTLSName, pathTLSSubject
}

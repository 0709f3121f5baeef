package shipper

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper/hostfile"
)

// Spool is where batches go.
type Spool interface {
	// Append returns nil only once the batch survives a kill -9 of this process (and a power cut, where the spool
	// is set to sync). It is safe for concurrent use; b may be reused as soon as it returns. The error is
	// event.ErrSpoolFull when there is no room, for all or for this lane. When ctx ends, so does Append.
	Append(ctx context.Context, lane string, b *event.Batch) error
}

// Deps are what the receiver needs of others.
type Deps struct {
	Spool      Spool
	Recent     Recent // nil: senders of RELP are not recognized from before the start
	IDs        *event.IDs
	Folder     string                // for files, and gaps; made when it is missing
	Clock      func() time.Time      // nil: time.Now
	Registerer prometheus.Registerer // nil: no metrics
}

// Shipper is the receiver.
type Shipper struct {
	cfg       Config
	log       *zap.Logger
	intake    *intake
	files     *hostfile.Files
	gaps      *gapLog
	listeners []*boundListener
}

type boundListener struct {
	*listenerBase
	listener
}

// New binds the sockets of cfg and opens the data folder. Lines that arrive before Run wait in the kernel.
// When it fails, nothing stays open.
func New(cfg Config, deps Deps, log *zap.Logger) (*Shipper, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Listeners = slices.Clone(cfg.Listeners)
	cfg.FillDefaults()
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	if err := os.MkdirAll(deps.Folder, 0o750); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	files, err := hostfile.New(cfg.Files, deps.Folder, deps.Clock, log)
	if err != nil {
		return nil, err
	}
	s := &Shipper{cfg: cfg, log: log, files: files, gaps: newGapLog(deps.Folder, cfg.Files.Format, log)}
	s.intake = &intake{files: files, ids: deps.IDs, now: deps.Clock}
	s.addRoutes(deps.Spool)
	if err := s.prepareAnswers(deps.Recent); err != nil {
		return nil, err
	}
	if err := s.bind(); err != nil {
		s.unbind()
		return nil, err
	}
	if deps.Registerer != nil {
		if err := deps.Registerer.Register(collector{s}); err != nil {
			s.unbind()
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return s, nil
}

func (s *Shipper) addRoutes(spool Spool) {
	index := map[string]int{}
	for i := range s.cfg.Routes {
		r, _ := compileRoute(&s.cfg.Routes[i], i) // Validate has compiled it
		r.laneIndex = noLane
		if r.lane != "" {
			at, ok := index[r.lane]
			if !ok {
				at = len(s.intake.lanes)
				index[r.lane] = at
				s.intake.lanes = append(s.intake.lanes, newLane(r.lane, s.cfg.Batch, spool, s.gaps, s.log))
			}
			r.laneIndex = at
		}
		s.intake.routes = append(s.intake.routes, r)
		s.intake.uses |= r.uses()
	}
}

func (s *Shipper) bind() error {
	for i := range s.cfg.Listeners {
		cfg := &s.cfg.Listeners[i]
		scheme, address, _ := cfg.parse()
		base := newListenerBase(cfg, s.intake, s.log)
		l, err := binderOf(scheme)(base, address)
		if err != nil {
			return fmt.Errorf("listeners[%d].listen: %s: %w", i, cfg.Listen, withRemedy(err))
		}
		s.listeners = append(s.listeners, &boundListener{base, l})
	}
	return nil
}

// withRemedy says what to do about an address that can't be had.
func withRemedy(err error) error {
	remedy := ""
	switch {
	case !errors.As(err, new(*net.OpError)): // a certificate that can't be read, for example
		return err
	case errors.Is(err, syscall.EADDRINUSE):
		remedy = ": stop what has the port, or write another one"
	case errors.Is(err, syscall.EACCES):
		remedy = ": write a port from 1024 on, or give millrace CAP_NET_BIND_SERVICE"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		remedy = ": write an address of this machine, or 0.0.0.0 or [::] for all of them"
	}
	return fmt.Errorf("%w%s", err, remedy)
}

func (s *Shipper) unbind() {
	for _, l := range s.listeners {
		l.close()
	}
}

// Addrs returns the bound address of each listener, in the order of the configuration.
func (s *Shipper) Addrs() []net.Addr {
	var addrs []net.Addr
	for _, l := range s.listeners {
		addrs = append(addrs, l.addr())
	}
	return addrs
}

// Reopen closes the files, so that lines go to new ones where they were renamed, and has listeners read their
// certificates again. It is for SIGHUP.
func (s *Shipper) Reopen() {
	s.files.Reopen()
	for _, l := range s.listeners {
		if r, ok := l.listener.(reopener); ok {
			if err := r.reopen(); err != nil {
				l.log.Error("cannot read the files of a listener again, goes on with what it has", zap.Error(err))
			}
		}
	}
}

// Run receives until ctx ends, or a listener fails. Then it stops listening, hands over what was received within
// the drain timeout, closes the files and returns. It is called once.
func (s *Shipper) Run(ctx context.Context) error {
	for _, l := range s.listeners {
		s.log.Info("listening", zap.String("listener", l.cfg.Name), zap.String("protocol", l.transport.String()), zap.Stringer("address", l.addr()))
	}
	// Started from the end of the line's way, and stopped from its beginning.
	filesCtx, stopFiles := context.WithCancel(context.Background())
	defer stopFiles()
	var files, lanes, listeners sync.WaitGroup
	files.Go(func() { s.files.Run(filesCtx) })
	files.Go(func() { s.gaps.run(filesCtx) })

	appendCtx, stopAppends := context.WithCancel(context.Background())
	defer stopAppends()
	drain := make(chan struct{})
	for _, l := range slices.Concat(s.intake.lanes, s.intake.answered) {
		lanes.Go(func() { l.run(appendCtx, drain) })
	}
	if s.intake.flushes != nil {
		lanes.Go(func() { s.intake.flushes.run(drain) })
	}

	listenCtx, stopListeners := context.WithCancel(ctx)
	defer stopListeners()
	failed := make(chan error, len(s.listeners))
	for _, l := range s.listeners {
		listeners.Go(func() {
			if err := l.serve(listenCtx); err != nil {
				failed <- fmt.Errorf("listener %s: %w", l.cfg.Name, err)
				stopListeners()
			}
		})
	}

	<-listenCtx.Done()
	deadline := time.AfterFunc(s.cfg.DrainTimeout, stopAppends)
	defer deadline.Stop()
	listeners.Wait()
	close(drain)
	lanes.Wait()
	stopFiles()
	files.Wait()
	s.files.Flush()
	err := s.gaps.flush()
	s.files.Close()
	close(failed)
	for e := range failed {
		err = errors.Join(err, e)
	}
	return err
}

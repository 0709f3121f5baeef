package shipper

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/shipper/hostfile"
	"github.com/millrace/millrace/shipper/internal/quiet"
)

// GapFile is where gaps are written down, below the data folder: one [Gap] in JSON on each line.
const GapFile = "gaps.jsonl"

// Gap is a run of lines that the spool did not take. They stand in a file, from where a replay can read them.
type Gap struct {
	Lane   string          `json:"lane"`
	File   string          `json:"file"`  // relative to the data folder, unless absolute
	Inode  uint64          `json:"inode"` // of the file, which may be renamed later
	Offset int64           `json:"offset"`
	Length int64           `json:"length"` // bytes
	Lines  int             `json:"lines"`
	Format hostfile.Format `json:"format"`
	First  time.Time       `json:"first"` // receipt of the first line
	Last   time.Time       `json:"last"`
}

const (
	gapInterval = time.Second // between writes, so that gaps that join are one
	maxGaps     = 10_000      // in memory, when they can't be written
)

// gapLog writes gaps down. It is safe for concurrent use.
type gapLog struct {
	path    string
	format  hostfile.Format
	log     *zap.Logger
	trouble quiet.Gate
	wake    chan struct{}

	mu      sync.Mutex
	pending []pendingGap
	index   map[gapKey]int // of the one in pending that may grow
}

type gapKey struct {
	lane string
	file *hostfile.File
}

type pendingGap struct {
	lane string
	place
}

func newGapLog(dir string, format hostfile.Format, log *zap.Logger) *gapLog {
	return &gapLog{
		path: filepath.Join(dir, GapFile), format: format, log: log, trouble: quiet.Gate{Every: 10 * time.Second},
		wake: make(chan struct{}, 1), index: map[gapKey]int{},
	}
}

// add notes that the lines at places are a gap of the lane, and returns how many of them can be found in a file,
// and how many can't.
func (g *gapLog) add(lane string, places []place) (gapped, lost int) {
	for i := range places {
		p := &places[i]
		if p.at.Held() && g.remember(lane, p) {
			gapped += p.lines
		} else {
			lost += p.lines
		}
	}
	return gapped, lost
}

func (g *gapLog) remember(lane string, p *place) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := gapKey{lane, p.at.File}
	if i, ok := g.index[key]; ok {
		if last := &g.pending[i]; last.at.Joined(p.at) {
			last.lines += p.lines
			last.last = p.last
			return true
		}
	}
	if len(g.pending) >= maxGaps {
		return false
	}
	g.index[key] = len(g.pending)
	g.pending = append(g.pending, pendingGap{lane, *p})
	signal(g.wake)
	return true
}

// run writes gaps down until ctx ends. The last ones are left to a call of flush.
func (g *gapLog) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(gapInterval):
		}
		if err := g.flush(); err != nil {
			if n, ok := g.trouble.Pass(time.Now()); ok {
				g.log.Error("cannot write down a gap, will try again", zap.Error(err), zap.Int("not_logged", n))
			}
			signal(g.wake)
		}
	}
}

// flush writes what is pending.
func (g *gapLog) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pending) == 0 {
		return nil
	}
	var text []byte
	for i := range g.pending {
		p := &g.pending[i]
		line, err := json.Marshal(Gap{
			Lane: p.lane, File: p.at.File.Name(), Inode: p.at.Inode, Offset: p.at.Offset, Length: p.at.Length, Lines: p.lines,
			Format: g.format, First: time.Unix(0, p.first).UTC(), Last: time.Unix(0, p.last).UTC(),
		})
		if err != nil {
			return fmt.Errorf("gaps: %w", err)
		}
		text = append(append(text, line...), '\n')
	}
	if err := appendWhole(g.path, text); err != nil {
		return fmt.Errorf("gaps: %w", err)
	}
	clear(g.pending)
	g.pending = g.pending[:0]
	clear(g.index)
	return nil
}

// appendWhole appends text to the file, or leaves it as it was.
func appendWhole(path string, text []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if last := []byte{'\n'}; info.Size() > 0 {
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' { // torn by a crash
			text = append([]byte{'\n'}, text...)
		}
	}
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = f.Truncate(info.Size())
	}
	return err
}

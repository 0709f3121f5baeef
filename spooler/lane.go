package spooler

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/spooler/disklog"
)

// sent is a run of frames that are in Redis and not acknowledged on disk.
type sent struct {
	frames []disklog.Frame
	at     time.Time
}

// forward moves the frames of a lane. With each server that it finds it begins anew, at the first frame that is not
// acknowledged: those of the window are the first.
func (f *Forwarder) forward(ctx context.Context, name string) {
	for ctx.Err() == nil {
		s := f.serverState()
		if s.err != nil || s.epoch == 0 {
			sleep(ctx, newLanes)
			continue
		}
		src, err := f.disk.Source(name)
		if err == nil {
			err = f.forwardTo(ctx, name, src, s.epoch)
			_ = src.Close() // gives back what is not acknowledged
		}
		f.setLane(name, 0, err)
		if errors.Is(err, disklog.ErrClosed) || err != nil && !sleep(ctx, maxPause) {
			return
		}
	}
}

// forwardTo moves frames to the server of epoch. It returns nil when there is another, or ctx has ended.
func (f *Forwarder) forwardTo(ctx context.Context, name string, src *disklog.Source, epoch int) error {
	var kept []sent
	lines := int64(0)
	tick := max(min(f.window, 500*time.Millisecond), 10*time.Millisecond)
	for {
		s := f.serverState()
		if s.epoch != epoch {
			return nil
		}
		for len(kept) > 0 && !kept[0].at.Add(f.window).After(s.checked) {
			src.AckFrames(kept[0].frames)
			lines -= countLines(kept[0].frames)
			kept = kept[1:]
		}
		wait, cancel := context.WithTimeout(ctx, tick)
		frames, err := src.NextFrames(wait, atOnce)
		cancel()
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, disklog.ErrClosed) {
			return err
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) { // the disk log has logged it
			f.setLane(name, lines, err)
			sleep(ctx, maxPause)
			continue
		}
		f.setLane(name, lines, nil)
		if len(frames) == 0 {
			continue
		}
		if !f.send(ctx, name, frames, epoch, lines) {
			return nil
		}
		kept = append(kept, sent{frames, time.Now()})
		lines += countLines(frames)
		f.setLane(name, lines, nil)
	}
}

// send puts frames into Redis, however long that takes. It returns false when there is another server, or ctx has ended.
func (f *Forwarder) send(ctx context.Context, name string, frames []disklog.Frame, epoch int, kept int64) bool {
	defer func() {
		for i := range frames {
			frames[i].Free()
		}
	}()
	bytes := make([][]byte, len(frames))
	for i := range frames {
		bytes[i] = frames[i].Bytes
	}
	var troubled bool
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, maxPause) {
		if s := f.serverState(); s.epoch != epoch {
			return false
		} else if s.err == nil {
			n, err := f.redis.AppendFrames(ctx, name, bytes)
			bytes = bytes[n:]
			if err == nil {
				if troubled {
					f.log.Info("redis takes frames again", zap.String("lane", name))
				}
				return true
			}
			if ctx.Err() == nil && !troubled {
				troubled = true
				f.log.Warn("redis takes no frames; they are kept in the disk log", zap.String("lane", name), zap.Error(err))
			}
			f.setLane(name, kept, err)
		}
		if !sleep(ctx, pause) {
			return false
		}
	}
}

func (f *Forwarder) setLane(name string, kept int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lanes[name].kept, f.lanes[name].err = kept, err
}

func countLines(frames []disklog.Frame) (n int64) {
	for i := range frames {
		n += int64(frames[i].Lines)
	}
	return n
}

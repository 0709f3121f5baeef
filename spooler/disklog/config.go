package disklog

import (
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/internal/units"
)

// Sync says what an append waits for.
type Sync string

// Ways to sync. All of them survive a kill -9 of the process; they differ in what a power cut
// or a crash of the kernel takes with it.
const (
	SyncOS       Sync = "os"       // whatever the kernel had not written yet, up to about 30 s
	SyncInterval Sync = "interval" // up to sync_interval
	SyncAlways   Sync = "always"   // nothing that an append returned for
)

// Config is the disk part of the spool.
type Config struct {
	// Folder of the log; one process at a time. Default: the folder spool in the data folder.
	Folder string `yaml:"folder"`
	// Largest size of the log on disk, all lanes together.
	MaxSize units.ByteSize `yaml:"max_size"`
	// Largest size of one lane, so that a lane whose index is down leaves room for the others.
	// Default: half of max_size.
	LaneQuota units.ByteSize `yaml:"lane_quota"`
	// Size at which a segment file is closed and the next one begun. A segment is deleted when all
	// of it is stored. Smaller ones are used where the quota is small.
	SegmentSize units.ByteSize `yaml:"segment_size"`
	// Lines are compressed, to about a third, while so much of a lane waits to be read: to compress what is read soon costs
	// more CPU than it saves. 0 compresses always, as with Redis. At most an eighth of the lane's quota.
	CompressAfter units.ByteSize `yaml:"compress_after"`
	// What an append waits for: os, interval, or always (wait for the disk, many appends at once).
	// A kill -9 loses nothing with any of them; a power cut takes what the kernel had not written yet
	// (os), up to sync_interval of it (interval), or nothing (always).
	Sync Sync `yaml:"sync"`
	// How often written frames are synced to disk with sync: interval.
	SyncInterval time.Duration `yaml:"sync_interval"`
	// How long lines that could not be indexed for long wait before they are tried again.
	RetryAfter time.Duration `yaml:"retry_after"`
}

// DefaultConfig has every default but the folder.
func DefaultConfig() Config {
	return Config{
		MaxSize:       10 * units.GiB,
		SegmentSize:   64 * units.MiB,
		CompressAfter: 256 * units.MiB,
		Sync:          SyncInterval,
		SyncInterval:  100 * time.Millisecond,
		RetryAfter:    time.Minute,
	}
}

const minSize = units.MiB

// Validate names the key that is wrong and what to write instead.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("spool.disk."+format, args...))
		}
	}
	check(c.MaxSize >= minSize, "max_size: %v is too small: write at least %v", c.MaxSize, minSize)
	check(c.LaneQuota == 0 || c.LaneQuota >= minSize, "lane_quota: %v is too small: write at least %v, or leave it out for half of max_size", c.LaneQuota, minSize)
	check(c.LaneQuota <= c.MaxSize, "lane_quota: %v is more than max_size (%v)", c.LaneQuota, c.MaxSize)
	check(c.SegmentSize >= 64*units.KiB, "segment_size: %v is too small: write at least 64KiB", c.SegmentSize)
	check(c.Sync == SyncOS || c.Sync == SyncInterval || c.Sync == SyncAlways, "sync: %q is unknown: write os, interval or always", c.Sync)
	check(c.Sync != SyncInterval || c.SyncInterval > 0, "sync_interval: %v must be more than 0, such as 100ms", c.SyncInterval)
	check(c.RetryAfter > 0, "retry_after: %v must be more than 0, such as 1m", c.RetryAfter)
	return errors.Join(errs...)
}

func (c *Config) laneQuota() int64 {
	if c.LaneQuota != 0 {
		return int64(c.LaneQuota)
	}
	return int64(c.MaxSize) / 2
}

// segmentSize is small enough for a full lane to get room again when a part of it is stored.
func (c *Config) segmentSize() int64 {
	return min(int64(c.SegmentSize), c.laneQuota()/8)
}

// compressAfter leaves most of a lane's quota to compressed lines.
func (c *Config) compressAfter() int64 {
	return min(int64(c.CompressAfter), c.laneQuota()/8)
}

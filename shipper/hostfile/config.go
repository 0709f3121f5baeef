// Package hostfile writes received lines to the files of the archive, one per host or whatever else the
// names say: plain text that grep and tail -f read, rotated by whoever likes to.
//
// A [Files] holds a bounded number of open files. Lines are gathered in a small buffer per file and reach
// the file within the flush interval. Trouble with a file costs that file's lines and nothing else: it is
// counted, logged once in a while, and tried again. Nothing here waits for anything but the disk, and
// nothing decides which file a line belongs to.
package hostfile

import (
	"fmt"
	"io/fs"
	"strconv"
	"time"
)

// Format is how a line is written.
type Format string

// Formats.
const (
	Traditional Format = "traditional" // rsyslog's RSYSLOG_TraditionalFileFormat
	Raw         Format = "raw"         // as received, PRI included
)

// Mode is a permission in octal, such as 0640.
type Mode string

func (m Mode) perm() (fs.FileMode, error) {
	n, err := strconv.ParseUint(string(m), 8, 32)
	if err != nil || n > 0o777 {
		return 0, fmt.Errorf("%q is not a permission: write it in octal, such as \"0640\"", string(m))
	}
	return fs.FileMode(n), nil
}

// Config says how files are written.
type Config struct {
	// How lines are written: traditional (as rsyslog's RSYSLOG_TraditionalFileFormat) or raw (as received,
	// with the priority). In both, control characters are written in octal, as in #011.
	Format Format `yaml:"format"`
	// Most files that are open at once; half of what the system lets the process open is the most in any case. When
	// more are written to, those that have not been for longest are closed.
	MaxOpen int `yaml:"max_open"`
	// How long a line may wait before it can be seen in its file.
	FlushInterval time.Duration `yaml:"flush_interval"`
	// Most new files and folders per hour. Further ones share names with "overflow" in place of what is the sender's.
	MaxNewPerHour int `yaml:"max_new_per_hour"`
	// Permission of new files, in octal.
	FileMode Mode `yaml:"file_mode"`
	// Permission of new folders, in octal.
	FolderMode Mode `yaml:"folder_mode"`
}

// DefaultConfig suits a few thousand hosts.
func DefaultConfig() Config {
	return Config{
		Format: Traditional, MaxOpen: 8192, FlushInterval: 250 * time.Millisecond, MaxNewPerHour: 20_000,
		FileMode: "0640", FolderMode: "0750",
	}
}

// Validate names the first key that is wrong, relative to this section, and what to write instead.
func (c *Config) Validate() error {
	if c.Format != Traditional && c.Format != Raw {
		return fmt.Errorf("format: %q is unknown: write traditional or raw", string(c.Format))
	}
	if c.MaxOpen < 1 || c.MaxOpen > 1_000_000 {
		return fmt.Errorf("max_open: %d is out of range: write a number from 1 to 1000000", c.MaxOpen)
	}
	if c.FlushInterval < time.Millisecond || c.FlushInterval > time.Minute {
		return fmt.Errorf("flush_interval: %v is out of range: write a time from 1ms to 1m", c.FlushInterval)
	}
	if c.MaxNewPerHour < 1 {
		return fmt.Errorf("max_new_per_hour: %d is out of range: write a number above 0", c.MaxNewPerHour)
	}
	if _, err := c.FileMode.perm(); err != nil {
		return fmt.Errorf("file_mode: %w", err)
	}
	if _, err := c.FolderMode.perm(); err != nil {
		return fmt.Errorf("folder_mode: %w", err)
	}
	return nil
}

// Package archive reads back what the receiver has written to files: whole files, rotated and compressed ones too, and
// the gaps that a full spool has left.
//
//	archive.go  which lane, sender and time the lines of a file are of
//	gaps.go     the gaps that are written down, and which of them are done
//	reader.go   lines of plain and compressed files
//	source.go   the lines as batches, for those who parse and index
//
// A file tells less than the receiver knew. What is known comes from the file's path, as the routes make paths; the time of
// receipt is the time that the line has itself, within the period that the path, or the gap, names. So a line has the same
// id however often it is read: it is made of that time, of the file's name, and of the line's place and text.
//
// Nothing here writes to a file of the archive.
package archive

import (
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/millrace/millrace/shipper"
	"github.com/millrace/millrace/shipper/pathname"
)

// Part is a run of lines in a file that one lane gets.
type Part struct {
	Path string     // where the file is
	Name string     // as the receiver named it, whatever it was renamed to
	Lane string     //
	Peer netip.Addr // 0.0.0.0 when it is not known

	From, Until  int64 // the lines were received then, ns since the epoch, both included
	Offset, Size int64 // in bytes, of the lines that are plain text; Size is toTheEnd for whole files

	gap   string // its line in the file of gaps, "" for whole files
	route *path
}

const toTheEnd = -1

// Routes know the paths that routes make.
type Routes []path

// path is one path of a route.
type path struct {
	*pathname.Matcher
	route    int
	template string
	lane     string
}

// NewRoutes takes routes that are valid.
func NewRoutes(routes []shipper.RouteConfig) Routes {
	var all Routes
	for i, r := range routes {
		for _, text := range r.Files {
			if t, err := pathname.Parse(text); err == nil {
				all = append(all, path{t.Matcher(), i, text, r.Lane})
			}
		}
	}
	return all
}

// find returns the path that makes that of the file, one with a lane if there is one; nil if there is none.
func (rs Routes) find(file string) (found *path, is pathname.Match) {
	for i := range rs {
		if m, ok := rs[i].Match(filepath.ToSlash(file)); ok && (found == nil || found.lane == "" && rs[i].lane != "") {
			found, is = &rs[i], m
		}
	}
	return found, is
}

// Files are the parts that paths, of files or folders, lead to. lane is that of all of them; when it is empty, each gets that
// of the route that writes such files.
func (rs Routes) Files(paths []string, lane string) ([]Part, error) {
	var parts []Part
	for _, p := range paths {
		err := filepath.WalkDir(p, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := os.Stat(file) // follows links
			if err != nil || !info.Mode().IsRegular() {
				return err
			}
			part, err := rs.file(file, info, lane)
			parts = append(parts, part)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return parts, sameLines(parts)
}

func (rs Routes) file(file string, info fs.FileInfo, lane string) (Part, error) {
	full, err := filepath.Abs(file)
	if err != nil {
		return Part{}, err
	}
	p := Part{Path: file, Name: strings.TrimSuffix(strings.TrimSuffix(full, ".gz"), ".zst"), Lane: lane, Peer: netip.IPv4Unspecified(), Size: toTheEnd}
	route, is := rs.find(full)
	if route != nil {
		p.route, p.Name = route, is.Name
		if is.Peer.IsValid() {
			p.Peer = is.Peer
		}
		if lane == "" {
			p.Lane = route.lane
		}
	}
	if p.Lane == "" {
		return p, fmt.Errorf("%s: no route with a lane writes such a file: name its lane with --lane, or the configuration that has the route with --config", file)
	}
	// A sender without a year has it from here, and one with a wrong clock can't open an index for each day of a century.
	is.From, is.Until = orElse(is.From, info.ModTime().AddDate(-1, 0, 0)), orElse(is.Until, info.ModTime().AddDate(0, 0, 7))
	p.From, p.Until = is.From.UnixNano(), is.Until.UnixNano()-1
	return p, nil
}

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

// sameLines refuses files of two paths of one route, which have the same lines.
func sameLines(parts []Part) error {
	first := map[int]*Part{}
	for i := range parts {
		p := &parts[i]
		if p.route == nil {
			continue
		}
		before, ok := first[p.route.route]
		if !ok {
			first[p.route.route] = p
		} else if before.route.template != p.route.template {
			return fmt.Errorf("%s and %s are of one route (routes[%d]), which writes each line to both %s and %s: name the files of one of them",
				before.Path, p.Path, p.route.route, before.route.template, p.route.template)
		}
	}
	return nil
}

package archive

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/millrace/millrace/shipper"
)

// DoneFile is where gaps are written down once their lines are settled, beside [shipper.GapFile] and with its lines.
const DoneFile = "gaps.done.jsonl"

// Gaps are the parts of the gaps in the data folder that are not done yet. wrong are the gaps whose lines can't be found:
// what they are of, and what to do. A receiver may write gaps down meanwhile.
func (rs Routes) Gaps(data string) (parts []Part, wrong []error, err error) {
	if _, err := os.Stat(data); err != nil {
		return nil, nil, fmt.Errorf("data: %w: name the receiver's data folder with --data, or its configuration with --config", err)
	}
	known := map[string]bool{} // that are done, or listed already
	if err := eachLine(filepath.Join(data, DoneFile), func(_ int, line string) { known[line] = true }); err != nil {
		return nil, nil, err
	}
	var gaps []gap
	err = eachLine(filepath.Join(data, shipper.GapFile), func(n int, line string) {
		if line == "" || known[line] {
			return
		}
		known[line] = true
		g := gap{number: n, line: line}
		if err := json.Unmarshal([]byte(line), &g.Gap); err != nil || g.Lane == "" || g.File == "" || g.Offset < 0 || g.Length < 1 {
			wrong = append(wrong, g.trouble(data, errors.New("is not a gap, perhaps torn by a crash: delete the line")))
			return
		}
		gaps = append(gaps, g)
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(gaps, func(a, b gap) int { // as they are read fastest
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Inode, b.Inode), cmp.Compare(a.Offset, b.Offset))
	})
	find := finder{data: data}
	defer find.close()
	for i := range gaps {
		g := &gaps[i]
		path, err := find.file(g)
		if err != nil {
			wrong = append(wrong, g.trouble(data, fmt.Errorf("%d lines of lane %s: %w", g.Lines, g.Lane, err)))
			continue
		}
		parts = append(parts, rs.gap(g, path))
	}
	return parts, wrong, nil
}

// gap is a gap, and its line in the file of gaps.
type gap struct {
	shipper.Gap
	number int
	line   string
}

func (g *gap) trouble(data string, err error) error {
	return fmt.Errorf("%s:%d: %w", filepath.Join(data, shipper.GapFile), g.number, err)
}

func (rs Routes) gap(g *gap, path string) Part {
	p := Part{
		Path: path, Name: g.File, Lane: g.Lane, Peer: netip.IPv4Unspecified(),
		From: g.First.UnixNano(), Until: max(g.First.UnixNano(), g.Last.UnixNano()), Offset: g.Offset, Size: g.Length, gap: g.line,
	}
	if route, is := rs.find(g.File); route != nil {
		p.Name = is.Name
		if is.Peer.IsValid() {
			p.Peer = is.Peer
		}
	}
	return p
}

// finder finds files that were renamed, or compressed, since their lines were written.
type finder struct {
	data string
	reader
	of    shipper.Gap // the last gap that was found
	found string      // where
}

// file returns the path of the file that holds the lines of g.
func (f *finder) file(g *gap) (string, error) {
	if f.of.File == g.File && f.of.Inode == g.Inode && f.holds(f.found, g) == nil {
		return f.found, nil
	}
	named := g.File
	if !filepath.IsAbs(named) {
		named = filepath.Join(f.data, named)
	}
	entries, err := os.ReadDir(filepath.Dir(named))
	if err != nil {
		return "", err
	}
	var same, others []string // files of that inode, and what may be copies of it
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasPrefix(entry.Name(), filepath.Base(named)) {
			continue
		}
		path := filepath.Join(filepath.Dir(named), entry.Name())
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Ino == g.Inode {
			same = append(same, path)
		} else {
			others = append(others, path)
		}
	}
	for _, path := range append(same, others...) {
		if f.holds(path, g) == nil {
			f.of, f.found = g.Gap, path
			return path, nil
		}
	}
	return "", fmt.Errorf("they stand neither in %s nor in what it was renamed to: bring the file back beside it, or delete the line if they are gone for good", named)
}

// holds tells whether the lines of g stand in the file: as many whole lines, at that place.
func (f *finder) holds(path string, g *gap) error {
	differs := errors.New("other lines stand there")
	if err := f.seek(path, max(g.Offset-1, 0)); err != nil {
		return err
	}
	if g.Offset > 0 { // behind the end of another line
		if c, err := f.in.ReadByte(); err != nil || c != '\n' {
			return differs
		}
		f.offset++
	}
	lines, end := 0, g.Offset+g.Length
	for ; f.offset < end; lines++ {
		if _, _, err := f.next(); err != nil {
			return err
		}
	}
	if f.offset != end || lines != g.Lines {
		return differs
	}
	return nil
}

// Done writes down which gaps are done. It is safe for concurrent use.
type Done struct {
	mu   sync.Mutex
	file *os.File
}

// OpenDone opens the file in the data folder.
func OpenDone(data string) (*Done, error) {
	f, err := os.OpenFile(filepath.Join(data, DoneFile), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	last := []byte{'\n'}
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		_, _ = f.ReadAt(last, info.Size()-1)
	}
	if last[0] != '\n' { // torn by a crash
		if _, err := f.WriteString("\n"); err != nil {
			f.Close()
			return nil, err
		}
	}
	return &Done{file: f}, nil
}

// Add writes down that all lines of p, a gap, are settled.
func (d *Done) Add(p *Part) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.file.WriteString(p.gap + "\n")
	return err
}

// Close syncs and closes the file.
func (d *Done) Close() error { return errors.Join(d.file.Sync(), d.file.Close()) }

// eachLine calls with every whole line of a file, numbered from 1. A file that is not there has none.
func eachLine(file string, with func(number int, line string)) error {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil // what is no whole line is being written, or was torn by a crash
		}
		if err != nil {
			return err
		}
		with(n, strings.TrimSuffix(line, "\n"))
	}
}

package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
)

// relpWindow is how many messages a sender sends before it waits for answers: omrelp's default.
const relpWindow = 128

// sendRELP sends messages as omrelp would that never has to wait for more, and returns when each is answered.
func (l Load) sendRELP(ctx context.Context, conn net.Conn, index, messages int) error {
	const offers = "relp_version=0\nrelp_software=load\ncommands=syslog"
	if _, err := fmt.Fprintf(conn, "1 open %d %s\n", len(offers), offers); err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, 16<<10)
	var size int
	if _, err := fmt.Fscanf(in, "1 rsp %d", &size); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	if _, err := io.CopyN(io.Discard, in, int64(size+2)); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	mark := fmt.Sprintf(" #%02d", index) // else the lines of one connection look like those of another, sent again
	s := sender{Load: l, conn: conn, next: index * len(l.Lines) / l.Connections}
	for sent, answered := 0, 0; answered < messages; {
		if n := min(relpWindow-(sent-answered), messages-sent); n > 0 {
			s.buf.Reset()
			for range n {
				line := s.Lines[s.next%len(s.Lines)]
				s.next++
				sent++
				fmt.Fprintf(&s.buf, "%d syslog %d ", sent+1, len(line)+len(mark))
				s.buf.Write(line)
				s.buf.WriteString(mark)
				s.buf.WriteByte('\n')
			}
			if _, err := conn.Write(s.buf.Bytes()); err != nil {
				return cause(ctx, err)
			}
		}
		for first := true; first || in.Buffered() > 0; first = false { // each answer is one line
			if _, err := in.ReadSlice('\n'); err != nil {
				return cause(ctx, err)
			}
			answered++
		}
	}
	return nil
}

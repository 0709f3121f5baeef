package relp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// cut feeds the stream in pieces of size n, as a connection might, and lists what comes out.
func cut(stream string, limit, n int) (frames []string, err error) {
	c := NewCutter(limit)
	var data []byte
	for len(stream) > 0 {
		piece := min(n, len(stream))
		data, stream = append(data, stream[:piece]...), stream[piece:]
		for {
			f, consumed, ok, err := c.Next(data)
			if err != nil {
				return frames, err
			}
			if ok {
				frames = append(frames, fmt.Sprintf("%d %s %q %v", f.Txn, f.Command, f.Data, f.Truncated))
			}
			data = data[consumed:]
			if !ok {
				break
			}
		}
	}
	return frames, nil
}

func TestCutter(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []string
		bad    string
	}{
		"frames":            {"1 open 3 a=b\n2 syslog 5 hello\n3 close 0\n", []string{`1 open "a=b" false`, `2 syslog "hello" false`, `3 close "" false`}, ""},
		"LF in data":        {"2 syslog 4 a\nb\n\n", []string{`2 syslog "a\nb\n" false`}, ""},
		"hint":              {"0 serverclose 0\n", []string{`0 serverclose "" false`}, ""},
		"space, no data":    {"7 close 0 \n", []string{`7 close "" false`}, ""},
		"too long":          {"1 syslog 20 01234567890123456789\n2 syslog 2 ok\n", []string{`1 syslog "0123456789" true`, `2 syslog "ok" false`}, ""},
		"as long as may be": {"1 syslog 10 0123456789\n", []string{`1 syslog "0123456789" false`}, ""},
		"not RELP":          {"<13>hello\n", nil, "transaction number begins with '<'"},
		"long number":       {"1234567890 syslog 1 x\n", nil, "more than 9 digits"},
		"long length":       {"1 syslog 1234567890 x\n", nil, "more than 9 digits"},
		"long command":      {"1 " + strings.Repeat("x", 33) + " 0\n", nil, "no command"},
		"no command":        {"1  0\n", nil, "no command"},
		"no LF":             {"1 syslog 2 okX", nil, "no LF after 2 bytes"},
		"no LF, long":       {"1 syslog 11 01234567890X", []string{`1 syslog "0123456789" true`}, "no LF at its end"},
		"minus":             {"1 syslog -1 x\n", nil, "length begins with '-'"},
		"no space":          {"1 syslog 1x\n", nil, "no space after the length"},
		"half a frame":      {"1 syslog 5 he", nil, ""},
	} {
		for _, n := range []int{1, 2, 3, 7, 1000} {
			got, err := cut(c.stream, 10, n)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s in pieces of %d: got %q, want %q", name, n, got, c.want)
			}
			if c.bad == "" && err != nil || c.bad != "" && (!errors.Is(err, ErrFrame) || !strings.Contains(err.Error(), c.bad)) {
				t.Errorf("%s in pieces of %d: %v, want %q", name, n, err, c.bad)
			}
		}
	}
}

func TestSession(t *testing.T) {
	frame := func(txn int, command, data string) Frame {
		return Frame{Txn: txn, Command: []byte(command), Data: []byte(data)}
	}
	const offers = "relp_version=0\nrelp_software=librelp,1.10.0\ncommands=syslog"
	const welcome = "1 rsp 60 200 OK\nrelp_version=0\nrelp_software=millrace\ncommands=syslog\n"
	var s Session
	answers, kind, err := s.Handle(frame(1, "open", offers), nil)
	if string(answers) != welcome || kind != None || err != nil {
		t.Fatalf("open: %q %d %v", answers, kind, err)
	}
	answers, kind, err = s.Handle(frame(2, "syslog", "x"), nil)
	if len(answers) > 0 || kind != Message || err != nil {
		t.Errorf("syslog: %q %d %v", answers, kind, err)
	}
	if got := string(AppendOK(nil, 2)); got != "2 rsp 6 200 OK\n" {
		t.Errorf("AppendOK: %q", got)
	}
	if answers, kind, err = s.Handle(frame(0, "hint", ""), nil); len(answers) > 0 || kind != None || err != nil {
		t.Errorf("hint: %q %d %v", answers, kind, err)
	}
	answers, kind, err = s.Handle(frame(3, "close", ""), nil)
	if string(answers) != "3 rsp 0\n0 serverclose 0\n" || kind != Close || err != nil {
		t.Errorf("close: %q %d %v", answers, kind, err)
	}

	for name, c := range map[string]struct {
		open   bool
		f      Frame
		answer string
	}{
		"syslog before open":  {false, frame(1, "syslog", "x"), "500"},
		"second open":         {true, frame(2, "open", offers), "500"},
		"unknown command":     {true, frame(2, "rotate", ""), "500"},
		"number out of order": {true, frame(3, "syslog", "x"), ""},
		"no syslog offered":   {false, frame(1, "open", "commands=eventlog"), "500"},
		"no offers":           {false, frame(1, "open", ""), "500"},
	} {
		s := Session{}
		if c.open {
			_, _, _ = s.Handle(frame(1, "open", offers), nil)
		}
		answers, _, err := s.Handle(c.f, nil)
		if !errors.Is(err, ErrProtocol) || !strings.Contains(string(answers), c.answer) {
			t.Errorf("%s: %q, %v", name, answers, err)
		}
	}
	s = Session{open: true, last: lastTxn}
	if _, kind, err := s.Handle(frame(1, "syslog", "x"), nil); kind != Message || err != nil {
		t.Errorf("after the highest number comes 1: %v", err)
	}
}

func FuzzCutter(f *testing.F) {
	f.Add([]byte("1 open 3 a=b\n2 syslog 5 hello\n3 close 0\n"), 3)
	f.Add([]byte("1 syslog 20 01234567890123456789\n2 syslog 2 ok\n"), 7)
	f.Fuzz(func(t *testing.T, stream []byte, n int) {
		n = 1 + int(uint(n)%64)
		whole, errWhole := cut(string(stream), 10, len(stream)+1)
		pieces, errPieces := cut(string(stream), 10, n)
		if !slices.Equal(whole, pieces) || (errWhole == nil) != (errPieces == nil) {
			t.Errorf("whole: %q %v\nin pieces of %d: %q %v", whole, errWhole, n, pieces, errPieces)
		}
	})
}

func BenchmarkCutter(b *testing.B) {
	line := "<86>Nov 21 10:00:00 login-01 sshd[4711]: Accepted publickey for ada from 192.0.2.7 port 50022 ssh2: ED25519 SHA256:Zk1mBqvJ"
	stream := []byte(strings.Repeat(fmt.Sprintf("123456 syslog %d %s\n", len(line), line), 1000))
	b.ReportAllocs()
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		c := NewCutter(1 << 16)
		for data := stream; len(data) > 0; {
			_, n, _, _ := c.Next(data)
			data = data[n:]
		}
	}
}

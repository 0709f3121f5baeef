package relp

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// ErrProtocol says that a frame is well made and out of place. The answer that tells the sender is among the
// answers; then the connection must be closed.
var ErrProtocol = errors.New("RELP protocol")

// Kind is what a frame asks for.
type Kind uint8

// Kinds of frames.
const (
	None    Kind = iota // answered already, or to be ignored
	Message             // a syslog message: answer with [AppendOK] once it is safe, in the order of the frames
	Close               // write the answers, then close the connection
)

// Session is the state of one connection. The zero Session waits for the open command.
type Session struct {
	open bool
	last int // transaction number of the frame before
}

// lastTxn is the highest number; the next one is 1.
const lastTxn = 999_999_999

// Handle says what f asks for. Answers that need no line to be stored are appended to answers.
func (s *Session) Handle(f Frame, answers []byte) ([]byte, Kind, error) {
	if f.Txn == 0 {
		return answers, None, nil // a hint; we know none
	}
	if want := s.last%lastTxn + 1; f.Txn != want {
		return answers, None, fmt.Errorf("%w: transaction %d, want %d", ErrProtocol, f.Txn, want)
	}
	s.last = f.Txn
	switch command := string(f.Command); {
	case command == "open" && s.open:
		return appendResponse(answers, f.Txn, "500 session is open already"), None, fmt.Errorf("%w: a second open", ErrProtocol)
	case command == "open":
		return s.begin(f, answers)
	case command == "close":
		answers = appendResponse(answers, f.Txn, "")
		return append(answers, "0 serverclose 0\n"...), Close, nil
	case command == "syslog" && s.open:
		return answers, Message, nil
	}
	answers = appendResponse(answers, f.Txn, "500 command is not supported here")
	return answers, None, fmt.Errorf("%w: command %q where none such is expected", ErrProtocol, f.Command)
}

// begin answers the sender's offers, of which only the commands matter to us.
func (s *Session) begin(f Frame, answers []byte) ([]byte, Kind, error) {
	commands := []byte(nil)
	for line := range bytes.Lines(f.Data) {
		if value, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("commands=")); ok {
			commands = value
		}
	}
	for name := range bytes.SplitSeq(commands, []byte(",")) {
		if string(bytes.TrimSpace(name)) == "syslog" {
			s.open = true
			return appendResponse(answers, f.Txn, "200 OK\nrelp_version=0\nrelp_software=millrace\ncommands=syslog"), None, nil
		}
	}
	answers = appendResponse(answers, f.Txn, "500 the sender must offer the command syslog")
	return answers, None, fmt.Errorf("%w: offers %.100q lack commands=syslog", ErrProtocol, f.Data)
}

// TxnAfter is the transaction number n after txn.
func TxnAfter(txn, n int) int { return (txn-1+n)%lastTxn + 1 }

// AppendOK appends the answer that takes over the responsibility for message txn.
func AppendOK(dst []byte, txn int) []byte {
	return append(strconv.AppendUint(dst, uint64(txn), 10), " rsp 6 200 OK\n"...)
}

func appendResponse(dst []byte, txn int, text string) []byte {
	dst = strconv.AppendInt(dst, int64(txn), 10)
	dst = append(dst, " rsp "...)
	dst = strconv.AppendInt(dst, int64(len(text)), 10)
	if text != "" {
		dst = append(append(dst, ' '), text...)
	}
	return append(dst, '\n')
}

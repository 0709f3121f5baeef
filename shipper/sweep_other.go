//go:build !linux

package shipper

import "context"

// sweeper would read the quiet connections of a listener, all in one goroutine. Here each has its own.
type sweeper struct{}

func newSweeper(*tcpListener) (*sweeper, error) { return &sweeper{}, nil }

func (*sweeper) park(*tcpConnection) bool { return false }
func (*sweeper) run(context.Context)      {}
func (*sweeper) close()                   {}

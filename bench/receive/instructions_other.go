//go:build !linux

package main

// counter would count instructions.
type counter struct{}

func newCounter() counter     { return counter{} }
func (counter) started()      {}
func (counter) close() uint64 { return 0 }

package testbed

import "syscall"

// endWithParent has the kernel kill the server when the test binary dies without cleaning up (a panic,
// -timeout). Elsewhere it would be left behind.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

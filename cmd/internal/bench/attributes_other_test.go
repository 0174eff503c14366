//go:build !linux

package bench_test

import "syscall"

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

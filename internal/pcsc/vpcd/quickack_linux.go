package vpcd

import (
	"net"
	"syscall"
)

// acknowledge lets the kernel acknowledge at once what comes next: the driver sends lengths and messages apart, and holds each message
// back until its length is acknowledged. It is a matter of speed alone.
func acknowledge(conn net.Conn) {
	tcp, is := conn.(*net.TCPConn)
	if !is {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(descriptor uintptr) {
		_ = syscall.SetsockoptInt(int(descriptor), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
}

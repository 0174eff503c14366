package pcsc

import (
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// daemon is a scripted PC/SC daemon: for each command it knows what to answer, and it keeps what it was sent.
type daemon struct {
	socket  string
	minor   uint32 // of the version that it speaks
	strict  bool   // refuses other versions, as before pcsc-lite 2.4.1
	answers map[uint32]func(body []byte, conn net.Conn) []byte
	seen    chan uint32
}

func (d *daemon) start(t testing.TB) {
	t.Helper()
	d.socket = filepath.Join(t.TempDir(), "pcscd.comm")
	if d.seen == nil {
		d.seen = make(chan uint32, 1000)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", d.socket)
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go d.serve(conn)
		}
	}()
}

func (d *daemon) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		head := make([]byte, headerSize)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		body := make([]byte, word(head, 0))
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		d.seen <- word(head, 1)
		answer, known := d.answers[word(head, 1)]
		if !known {
			answer = d.usual(word(head, 1))
		}
		if answer == nil {
			return
		}
		if _, err := conn.Write(answer(body, conn)); err != nil {
			return
		}
	}
}

// usual is a daemon that keeps to the protocol, with one reader and a card that answers 9000.
func (d *daemon) usual(command uint32) func([]byte, net.Conn) []byte {
	return map[uint32]func([]byte, net.Conn) []byte{
		cmdVersion: func(body []byte, _ net.Conn) []byte {
			code := codeOK
			if d.strict && word(body, 1) != d.minor {
				code = codeServiceStopped
			}
			return words(nil, versionMajor, d.minor, code)
		},
		cmdEstablish: func([]byte, net.Conn) []byte { return words(nil, 2, 77, codeOK) },
		cmdRelease:   func([]byte, net.Conn) []byte { return words(nil, 77, codeOK) },
		cmdReaders:   func([]byte, net.Conn) []byte { return states(state("One", bitPresent, []byte{0x3B, 0x80})) },
		cmdAwaitChange: func([]byte, net.Conn) []byte {
			return states(state("One", bitPresent, []byte{0x3B, 0x80}))
		},
		cmdConnect: func(body []byte, _ net.Conn) []byte {
			return words(append([]byte{}, body[:4+nameSize]...), 2, 3, 99, uint32(T1), codeOK)
		},
		cmdDisconnect: func(body []byte, _ net.Conn) []byte { return words(nil, word(body, 0), word(body, 1), codeOK) },
		cmdTransmit:   respond([]byte{0x90, 0x00}),
	}[command]
}

// respond takes the command APDU that follows and gives a response.
func respond(response []byte) func([]byte, net.Conn) []byte {
	return func(body []byte, conn net.Conn) []byte {
		_, _ = io.ReadFull(conn, make([]byte, word(body, 3)))
		return append(transmitted(uint32(len(response)), codeOK), response...)
	}
}

func transmitted(length, code uint32) []byte {
	return words(nil, 99, uint32(T1), pciSize, 0, uint32(T1), pciSize, length, code)
}

func fixed(answer []byte) func([]byte, net.Conn) []byte {
	return func([]byte, net.Conn) []byte { return answer }
}

// state is one place of the table of readers.
func state(name string, bits uint32, atr []byte) []byte {
	s := make([]byte, stateSize)
	copy(s, name)
	binary.NativeEndian.PutUint32(s[4*stateBits:], bits)
	copy(s[stateATR:], atr)
	binary.NativeEndian.PutUint32(s[4*stateATRLength:], uint32(len(atr)))
	return s
}

func states(some ...[]byte) []byte {
	var all []byte
	for _, s := range some {
		all = append(all, s...)
	}
	return append(all, make([]byte, stateCount*stateSize-len(all))...)
}

// dialled is a client of the daemon.
func (d *daemon) dialled(t testing.TB) *Client {
	t.Helper()
	d.start(t)
	c, err := connect(t.Context(), Options{Socket: d.socket})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

package pcsc

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The commands of the protocol that are used here (winscard_msg.h of pcsc-lite).
const (
	cmdEstablish   uint32 = 0x01
	cmdRelease     uint32 = 0x02
	cmdConnect     uint32 = 0x04
	cmdDisconnect  uint32 = 0x06
	cmdTransmit    uint32 = 0x09
	cmdVersion     uint32 = 0x11
	cmdReaders     uint32 = 0x12
	cmdAwaitChange uint32 = 0x13
)

// Sizes of the protocol, in bytes.
const (
	headerSize   = 8
	nameSize     = 128
	atrSize      = 33
	stateSize    = nameSize + 3*4 + atrSize + 3 + 2*4 // the address and its padding included
	stateCount   = 16                                 // the daemon always tells of so many places
	pciSize      = 16                                 // of two unsigned longs
	maxExchange  = 4 + 3 + 1<<16 + 3 + 2              // the longest command or response of extended length
	versionSize  = 3 * 4
	contextSize  = 3 * 4
	releaseSize  = 2 * 4
	connectSize  = 4 + nameSize + 5*4
	endSize      = 3 * 4
	transmitSize = 8 * 4
	changeSize   = 2 * 4
)

// The versions of the protocol that are spoken: between them only commands were added that are not used here.
const (
	versionMajor  uint32 = 4
	versionOldest uint32 = 4
	versionNewest uint32 = 5
)

// words writes numbers in the order of this machine's bytes, as both ends share it.
func words(out []byte, numbers ...uint32) []byte {
	for _, n := range numbers {
		out = binary.NativeEndian.AppendUint32(out, n)
	}
	return out
}

// word is the nth number of a message made of numbers.
func word(message []byte, n int) uint32 { return binary.NativeEndian.Uint32(message[4*n:]) }

func message(command uint32, body []byte) []byte {
	return append(words(make([]byte, 0, headerSize+len(body)), uint32(len(body)), command), body...) //nolint:gosec // a body is below 64 KB
}

// nameField is a reader's name in its place of fixed size.
func nameField(name string) ([]byte, error) {
	if name == "" || len(name) >= nameSize || bytes.IndexByte([]byte(name), 0) >= 0 {
		return nil, fmt.Errorf("reader %q: expected a name of 1 to %d bytes", name, nameSize-1)
	}
	return append([]byte(name), make([]byte, nameSize-len(name))...), nil
}

package tlv

import (
	"bytes"
	"encoding/binary"
)

// Append writes an element with a definite length of as few bytes as possible behind dst. The value is given in pieces.
func Append(dst []byte, tag Tag, value ...[]byte) []byte {
	length := uint64(0)
	for _, piece := range value {
		length += uint64(len(piece))
	}
	dst = append(dst, shortest(uint64(tag))...)
	dst = appendLength(dst, length)
	for _, piece := range value {
		dst = append(dst, piece...)
	}
	return dst
}

// Write is one element on its own.
func Write(tag Tag, value ...[]byte) []byte { return Append(nil, tag, value...) }

func appendLength(dst []byte, length uint64) []byte {
	written := shortest(length)
	if length >= 0x80 {
		dst = append(dst, 0x80|byte(len(written))) //nolint:gosec // at most 8
	}
	return append(dst, written...)
}

// shortest is a number in big-endian bytes without leading zeros; zero is one byte.
func shortest(n uint64) []byte {
	whole := binary.BigEndian.AppendUint64(nil, n)
	return append(bytes.TrimLeft(whole[:7], "\x00"), whole[7])
}

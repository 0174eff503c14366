package sm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Command is a command APDU (ISO/IEC 7816-4, 5.1).
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte
	// Le is how many bytes are expected: 0 none, 256 or 65536 as many as there are.
	Le int
}

const (
	shortLe    = 256
	extendedLe = 65536
	maxShort   = 255
)

// Bytes is the command as it is sent: of extended length only where a short one does not do.
func (c Command) Bytes() []byte {
	out := []byte{c.CLA, c.INS, c.P1, c.P2}
	if len(c.Data) <= maxShort && c.Le <= shortLe {
		if len(c.Data) > 0 {
			out = append(append(out, byte(len(c.Data))), c.Data...) //nolint:gosec // bounded above
		}
		if c.Le > 0 {
			out = append(out, byte(c.Le)) //nolint:gosec // 256 is 00
		}
		return out
	}
	out = append(out, 0)
	if len(c.Data) > 0 {
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(c.Data))), c.Data...) //nolint:gosec // a command is bounded by its file
	}
	if c.Le > 0 {
		out = binary.BigEndian.AppendUint16(out, uint16(c.Le)) //nolint:gosec // 65536 is 0000
	}
	return out
}

// ParseCommand reads a command APDU.
func ParseCommand(data []byte) (Command, error) {
	if len(data) < 4 {
		return Command{}, fmt.Errorf("command of %d bytes: expected at least 4", len(data))
	}
	c := Command{CLA: data[0], INS: data[1], P1: data[2], P2: data[3]}
	rest := data[4:]
	switch {
	case len(rest) == 0:
		return c, nil
	case len(rest) == 1:
		c.Le = leOf(int(rest[0]), shortLe)
		return c, nil
	case rest[0] != 0:
		return c.short(rest)
	case len(rest) < 3:
		return c, errors.New("command of extended length is cut")
	}
	return c.extended(rest[1:])
}

func (c Command) short(rest []byte) (Command, error) {
	n := int(rest[0])
	rest = rest[1:]
	if len(rest) < n || len(rest) > n+1 {
		return c, fmt.Errorf("command with %d bytes of data: expected %d", len(rest), n)
	}
	c.Data = rest[:n]
	if len(rest) > n {
		c.Le = leOf(int(rest[n]), shortLe)
	}
	return c, nil
}

func (c Command) extended(rest []byte) (Command, error) {
	n := int(binary.BigEndian.Uint16(rest))
	if len(rest) == 2 {
		c.Le = leOf(n, extendedLe)
		return c, nil
	}
	rest = rest[2:]
	switch len(rest) - n {
	case 0:
	case 2:
		c.Le = leOf(int(binary.BigEndian.Uint16(rest[n:])), extendedLe)
	default:
		return c, fmt.Errorf("command with %d bytes of data: expected %d", len(rest), n)
	}
	c.Data = rest[:n]
	return c, nil
}

func leOf(n, all int) int {
	if n == 0 {
		return all
	}
	return n
}

// Response is the answer to a command.
type Response struct {
	Data []byte
	SW   uint16
}

// OK is the status of a command that was carried out.
const OK uint16 = 0x9000

// Bytes is the response as it is sent.
func (r Response) Bytes() []byte {
	return binary.BigEndian.AppendUint16(append([]byte{}, r.Data...), r.SW)
}

// ParseResponse reads a response APDU.
func ParseResponse(data []byte) (Response, error) {
	n := len(data) - 2
	if n < 0 {
		return Response{}, fmt.Errorf("response of %d bytes: expected at least 2", len(data))
	}
	return Response{Data: data[:n], SW: binary.BigEndian.Uint16(data[n:])}, nil
}

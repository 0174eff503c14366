package pcsc

import (
	"context"
	"errors"
	"fmt"
)

// maxParts bounds how often a card of T=0 may say that there is more: the longest response has so many parts of 255 bytes.
const maxParts = maxExchange/255 + 1

// The status bytes by which a card of T=0 asks for the response to be fetched (ISO/IEC 7816-3, 12.2).
const (
	moreBytes   = 0x61
	wrongLength = 0x6C
)

// transmitT0 maps a command to the transport T=0, where a command either gives data or takes it.
func (k *Card) transmitT0(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) > 5 && command[4] == 0 {
		return nil, errors.New("PC/SC: this card takes no commands of extended length (T=0)")
	}
	if len(command) > 6 && len(command) == 6+int(command[4]) {
		command = command[:len(command)-1] // how much is expected is asked for afterwards
	}
	var whole []byte
	for range maxParts {
		part, err := k.transmit(ctx, command)
		if err != nil {
			return nil, err
		}
		data, sw1, sw2 := part[:len(part)-2], part[len(part)-2], part[len(part)-1]
		whole = append(whole, data...)
		switch {
		case sw1 == moreBytes:
			command = []byte{command[0] & 0x03, 0xC0, 0, 0, sw2}
		case sw1 == wrongLength && len(command) == 5:
			command = append(append([]byte{}, command[:4]...), sw2)
		default:
			return append(whole, sw1, sw2), nil
		}
		if len(whole) > maxExchange {
			break
		}
	}
	return nil, fmt.Errorf("PC/SC: response of more than %d bytes", maxExchange)
}

package sm

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// ErrChannel says that a protected message is not what the other side sent: the session is over.
var ErrChannel = errors.New("protected message does not verify")

// Channel is one side of secure messaging (Doc 9303-11, 9.8).
type Channel struct {
	suite   Suite
	enc     cipher.Block
	mac     []byte
	counter []byte // send sequence counter, of a block's size
}

// NewChannel begins secure messaging under two keys. The counter is that of basic access control, 8 bytes, or nil for zero.
func NewChannel(suite Suite, enc, mac, counter []byte) (*Channel, error) {
	block, err := suite.Block(enc)
	if err != nil {
		return nil, fmt.Errorf("secure messaging: %w", err)
	}
	c := &Channel{suite: suite, enc: block, mac: mac, counter: make([]byte, suite.BlockSize())}
	copy(c.counter, counter)
	return c, nil
}

const (
	tagEncrypted    tlv.Tag = 0x87 // with the padding indicator 01
	tagEncryptedOdd tlv.Tag = 0x85 // of commands with an odd instruction
	tagLe           tlv.Tag = 0x97
	tagStatus       tlv.Tag = 0x99
	tagMAC          tlv.Tag = 0x8E
	protected       byte    = 0x0C
)

// step counts a message.
func (c *Channel) step() {
	for n := len(c.counter) - 1; n >= 0; n-- {
		if c.counter[n]++; c.counter[n] != 0 {
			return
		}
	}
}

func (c *Channel) iv() []byte {
	iv := make([]byte, c.suite.BlockSize())
	if c.suite != TripleDES {
		c.enc.Encrypt(iv, c.counter)
	}
	return iv
}

func (c *Channel) encrypt(data []byte) []byte {
	return CBC(c.enc, c.iv(), Pad(data, c.suite.BlockSize()), true) //nolint:gosec // the counter makes it new each time; zero is the standard's with 3DES
}

func (c *Channel) decrypt(data []byte) ([]byte, error) {
	if len(data) == 0 || len(data)%c.suite.BlockSize() != 0 {
		return nil, ErrChannel
	}
	plain, ok := Unpad(CBC(c.enc, c.iv(), data, false)) //nolint:gosec // as above
	if !ok {
		return nil, ErrChannel
	}
	return plain, nil
}

// sum is the code over the counter, a padded head (empty in responses) and data objects.
func (c *Channel) sum(head, objects []byte) ([]byte, error) {
	message := append([]byte{}, c.counter...)
	if len(head) > 0 {
		message = append(message, Pad(head, c.suite.BlockSize())...)
	}
	message = append(message, objects...)
	if c.suite != TripleDES && len(objects) > 0 { // the retail MAC pads by itself; CMAC is taken over what is padded
		message = Pad(message, c.suite.BlockSize())
	}
	if c.suite == TripleDES && len(objects) == 0 {
		return retail(c.mac, message)
	}
	return c.suite.MAC(c.mac, message)
}

// Wrap protects a command.
func (c *Channel) Wrap(cmd Command) (Command, error) {
	c.step()
	head := []byte{cmd.CLA | protected, cmd.INS, cmd.P1, cmd.P2}
	var objects []byte
	if len(cmd.Data) > 0 {
		if cmd.INS&1 == 1 {
			objects = tlv.Append(objects, tagEncryptedOdd, c.encrypt(cmd.Data))
		} else {
			objects = tlv.Append(objects, tagEncrypted, []byte{1}, c.encrypt(cmd.Data))
		}
	}
	if cmd.Le > 0 {
		le := []byte{byte(cmd.Le)} //nolint:gosec // 256 is 00
		if cmd.Le > shortLe {
			le = []byte{byte(cmd.Le >> 8), byte(cmd.Le)} //nolint:gosec // 65536 is 0000
		}
		objects = tlv.Append(objects, tagLe, le)
	}
	sum, err := c.sum(head, objects)
	if err != nil {
		return Command{}, err
	}
	out := Command{CLA: head[0], INS: cmd.INS, P1: cmd.P1, P2: cmd.P2, Data: tlv.Append(objects, tagMAC, sum), Le: shortLe}
	if cmd.Le > shortLe {
		out.Le = extendedLe
	}
	return out, nil
}

// Unwrap verifies a response and gives it in clear.
func (c *Channel) Unwrap(r Response) (Response, error) {
	c.step()
	objects, err := tlv.All(r.Data)
	if err != nil {
		return Response{}, fmt.Errorf("%w: %w", ErrChannel, err)
	}
	var covered []byte
	out := Response{SW: r.SW}
	var sealed, sum []byte
	for _, o := range objects {
		switch o.Tag {
		case tagEncrypted, tagEncryptedOdd, tagStatus:
			covered = append(covered, o.Raw...)
		}
		switch o.Tag {
		case tagEncrypted:
			if len(o.Value) < 1 || o.Value[0] != 1 {
				return Response{}, ErrChannel
			}
			sealed = o.Value[1:]
		case tagEncryptedOdd:
			sealed = o.Value
		case tagStatus:
			if len(o.Value) != 2 {
				return Response{}, ErrChannel
			}
			out.SW = uint16(o.Value[0])<<8 | uint16(o.Value[1])
		case tagMAC:
			sum = o.Value
		}
	}
	want, err := c.sum(nil, covered)
	if err != nil || subtle.ConstantTimeCompare(want, sum) != 1 {
		return Response{}, ErrChannel
	}
	if sealed != nil {
		if out.Data, err = c.decrypt(sealed); err != nil {
			return Response{}, err
		}
	}
	return out, nil
}

// Open verifies a protected command, on the card's side, and gives it in clear.
func (c *Channel) Open(cmd Command) (Command, error) {
	c.step()
	objects, err := tlv.All(cmd.Data)
	if err != nil {
		return Command{}, fmt.Errorf("%w: %w", ErrChannel, err)
	}
	out := Command{CLA: cmd.CLA &^ protected, INS: cmd.INS, P1: cmd.P1, P2: cmd.P2}
	var covered, sealed, sum []byte
	for _, o := range objects {
		if o.Tag != tagMAC {
			covered = append(covered, o.Raw...)
		}
		switch o.Tag {
		case tagEncrypted:
			if len(o.Value) < 1 {
				return Command{}, ErrChannel
			}
			sealed = o.Value[1:]
		case tagEncryptedOdd:
			sealed = o.Value
		case tagLe:
			out.Le = leObject(o.Value)
		case tagMAC:
			sum = o.Value
		}
	}
	want, err := c.sum([]byte{cmd.CLA, cmd.INS, cmd.P1, cmd.P2}, covered)
	if err != nil || subtle.ConstantTimeCompare(want, sum) != 1 {
		return Command{}, ErrChannel
	}
	if sealed != nil {
		if out.Data, err = c.decrypt(sealed); err != nil {
			return Command{}, err
		}
	}
	return out, nil
}

func leObject(value []byte) int {
	switch len(value) {
	case 1:
		return leOf(int(value[0]), shortLe)
	case 2:
		return leOf(int(value[0])<<8|int(value[1]), extendedLe)
	}
	return 0
}

// Close protects a response, on the card's side. odd is true of an answer to a command with an odd instruction.
func (c *Channel) Close(r Response, odd bool) (Response, error) {
	c.step()
	var objects []byte
	if len(r.Data) > 0 {
		if odd {
			objects = tlv.Append(objects, tagEncryptedOdd, c.encrypt(r.Data))
		} else {
			objects = tlv.Append(objects, tagEncrypted, []byte{1}, c.encrypt(r.Data))
		}
	}
	objects = tlv.Append(objects, tagStatus, binary.BigEndian.AppendUint16(nil, r.SW))
	sum, err := c.sum(nil, objects)
	if err != nil {
		return Response{}, err
	}
	return Response{Data: tlv.Append(objects, tagMAC, sum), SW: r.SW}, nil
}

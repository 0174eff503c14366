package card

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"io"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
)

// Config is what a card is made of.
type Config struct {
	// Files are the elementary files by their short names, "CardAccess" among them if the card does PACE.
	Files map[string][]byte
	// Zone and CAN are its passwords, as chip.Password has them.
	Zone, CAN string
	// Answer is active authentication; nil when the card has none.
	Answer func(challenge []byte) ([]byte, error)
	// Agreement is the secret key of chip authentication, of P-224, P-256 or P-384; nil when the card has none.
	Agreement *ecdsa.PrivateKey
	Random    io.Reader
	Quirks    Quirks
}

// Quirks are deviations of cards in the field.
type Quirks struct {
	NoPACE         bool // refuses PACE though EF.CardAccess offers it
	NoBasic        bool // refuses basic access control
	Plain          bool // asks for no password
	NoMasterFile   bool // refuses to select the master file
	MaxRead        int  // answers at most so many bytes; asked for more it refuses with 6700; 0: no limit
	NeedsParameter bool // refuses PACE without a reference to its parameters
}

// Card is one card in a field. It is for one reader at a time.
type Card struct {
	cfg     Config
	channel *sm.Channel
	app     bool   // the application is selected
	file    []byte // the selected elementary file
	rnd     []byte // the challenge that was given out
	pace    *paceState

	agreement *sm.Suite   // chip authentication was chosen, with this cipher
	next      *sm.Channel // holds after the answer that is being given
}

// New makes a card.
func New(cfg Config) (*Card, error) {
	if cfg.Random == nil {
		return nil, errors.New("card: expected a source of randomness")
	}
	return &Card{cfg: cfg}, nil
}

// Reset is what taking the card off and putting it on again does.
func (c *Card) Reset() { *c = Card{cfg: c.cfg} }

// emulated are the historical bytes of an emulated card: no document's are a text like this.
const emulated = "BMIS-SIM"

// ATR is the answer to reset: that of a contactless card as a reader gives it (PC/SC part 3, 3.1.3.2.3), and it says what the card is.
func (c *Card) ATR() []byte {
	atr := append([]byte{0x3B, 0x80 | byte(len(emulated)), 0x80, 0x01}, emulated...)
	var check byte
	for _, b := range atr[1:] {
		check ^= b
	}
	return append(atr, check)
}

// Emulated reports whether an answer to reset is that of such a card.
func Emulated(atr []byte) bool { return bytes.Contains(atr, []byte(emulated)) }

// The status words of the card.
const (
	wrongLength     uint16 = 0x6700
	notAllowed      uint16 = 0x6982
	authFailed      uint16 = 0x6300
	conditions      uint16 = 0x6985
	badMessage      uint16 = 0x6988
	badData         uint16 = 0x6A80
	noFile          uint16 = 0x6A82
	wrongParameters uint16 = 0x6B00
	noInstruction   uint16 = 0x6D00
	internalError   uint16 = 0x6F00
)

// Transmit answers one command APDU.
func (c *Card) Transmit(command []byte) []byte {
	cmd, err := sm.ParseCommand(command)
	if err != nil {
		return status(wrongLength).Bytes()
	}
	if cmd.CLA&0x0C != 0x0C || c.channel == nil {
		if c.channel != nil { // a command in clear ends the session
			c.channel = nil
		}
		response := c.do(cmd)
		c.renew()
		return response.Bytes()
	}
	opened, err := c.channel.Open(cmd)
	if err != nil {
		c.channel = nil
		return status(badMessage).Bytes()
	}
	closed, err := c.channel.Close(c.do(opened), opened.INS&1 == 1)
	c.renew()
	if err != nil {
		return status(internalError).Bytes()
	}
	return closed.Bytes()
}

// renew goes over to the keys that were agreed on.
func (c *Card) renew() {
	if c.next != nil {
		c.channel, c.next = c.next, nil
	}
}

func status(sw uint16) sm.Response { return sm.Response{SW: sw} }

func answer(data []byte) sm.Response { return sm.Response{Data: data, SW: sm.OK} }

func (c *Card) do(cmd sm.Command) sm.Response {
	switch cmd.INS {
	case 0xA4:
		return c.choose(cmd)
	case 0xB0, 0xB1:
		return c.read(cmd)
	case 0x84:
		return c.challenge(cmd)
	case 0x82:
		return c.external(cmd)
	case 0x22:
		if cmd.P1 == 0x41 {
			return c.setAgreement(cmd)
		}
		return c.setPACE(cmd)
	case 0x86:
		if c.agreement != nil {
			return c.generalAgreement(cmd)
		}
		return c.general(cmd)
	case 0x88:
		return c.internal(cmd)
	}
	return status(noInstruction)
}

// internal is active authentication.
func (c *Card) internal(cmd sm.Command) sm.Response {
	switch {
	case !c.open():
		return status(notAllowed)
	case c.cfg.Answer == nil:
		return status(noInstruction)
	case len(cmd.Data) != emrtd.ChallengeSize:
		return status(wrongLength)
	}
	response, err := c.cfg.Answer(cmd.Data)
	if err != nil {
		return status(internalError)
	}
	return answer(response)
}

// open reports whether the files may be read.
func (c *Card) open() bool { return c.app && (c.channel != nil || c.cfg.Quirks.Plain) }

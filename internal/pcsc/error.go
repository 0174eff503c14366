package pcsc

import (
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
)

// Errors of the way to a card. A card that is gone is chip.ErrGone, also when its reader went away with it.
var (
	// ErrNotBuilt says that this program was built without PC/SC.
	ErrNotBuilt = errors.New("built without PC/SC: build with the tag pcsc (go build -tags pcsc ./cmd/bmis)")
	// ErrNoService says that there is no daemon, or that it went away or does not let this user in.
	ErrNoService = errors.New("the PC/SC daemon does not answer: is pcscd running, and may this user use it?")
	// ErrProtocol says that the daemon did not keep to the protocol.
	ErrProtocol = errors.New("the PC/SC daemon does not keep to its protocol")
	// ErrTimeout says that an exchange took too long.
	ErrTimeout = errors.New("the PC/SC daemon took too long")
	// ErrBusy says that another program has the card for itself.
	ErrBusy = errors.New("another program has the card")
	// ErrReaderGone says that there is no reader of that name, or no longer.
	ErrReaderGone = errors.New("the reader is gone")
	// ErrClosed says that the connection was given up, by Close or after an exchange that was broken off.
	ErrClosed = errors.New("the connection to the PC/SC daemon is closed")
)

// Codes of the daemon (pcsclite.h).
const (
	codeOK             uint32 = 0
	codeUnknownReader  uint32 = 0x80100009
	codeTimeout        uint32 = 0x8010000A
	codeSharing        uint32 = 0x8010000B
	codeNoCard         uint32 = 0x8010000C
	codeNotTransacted  uint32 = 0x80100016
	codeReaderGone     uint32 = 0x80100017
	codeNoService      uint32 = 0x8010001D
	codeServiceStopped uint32 = 0x8010001E
	codeNoReaders      uint32 = 0x8010002E
	codeUnresponsive   uint32 = 0x80100066
	codeUnpowered      uint32 = 0x80100067
	codeReset          uint32 = 0x80100068
	codeRemoved        uint32 = 0x80100069
)

// Error is a code by which the daemon did not do what it was asked.
type Error struct {
	Doing string
	Code  uint32
}

// Error names what was being done and the code, as pcsclite.h has it.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: the PC/SC daemon answers %08X", e.Doing, e.Code)
}

// Unwrap tells what the code means here.
func (e *Error) Unwrap() []error {
	switch e.Code {
	case codeNoCard, codeRemoved, codeReset, codeUnpowered, codeUnresponsive, codeNotTransacted:
		return []error{chip.ErrGone}
	case codeReaderGone, codeUnknownReader, codeNoReaders:
		return []error{ErrReaderGone, chip.ErrGone}
	case codeSharing:
		return []error{ErrBusy}
	case codeTimeout:
		return []error{ErrTimeout}
	case codeNoService, codeServiceStopped:
		return []error{ErrNoService}
	}
	return nil
}

func outcome(doing string, code uint32) error {
	if code == codeOK {
		return nil
	}
	return &Error{doing, code}
}

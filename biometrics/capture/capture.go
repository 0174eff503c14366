// Package capture is how fingerprints are taken from a reader: one interface for every reader there is. Drivers fill it; the sub-package
// sbi knows the messages of MOSIP's Secure Biometric Interface 0.9.5. It exists so that the counter works with any reader that speaks a
// standard.
//
// It must never trust what it was sent before the signature and the chain of hashes are verified, and never log a print.
package capture

import (
	"context"
	"errors"
	"time"

	"github.com/openbmis/openbmis/biometrics"
)

// Reader is a fingerprint reader. It is safe for concurrent use; a reader that can take one print at a time answers ErrBusy.
type Reader interface {
	// Info is what the reader is and whether it is ready. An error when it cannot be reached.
	Info(ctx context.Context) (Info, error)
	// Capture takes prints of fingers. It returns when the reader is done, the request's time is over (ErrTimeout) or ctx ends.
	Capture(ctx context.Context, request Request) (Capture, error)
	// Preview shows what lies on the reader, frame by frame, until ctx ends or the reader stops: complete JPEG images.
	Preview(ctx context.Context, request Request, frame func(jpeg []byte) error) error
}

// State is whether a reader can work.
type State string

// The states (SBI 0.9.5, device status).
const (
	Ready         State = "ready"
	Busy          State = "busy"
	NotReady      State = "not_ready"
	NotRegistered State = "not_registered"
)

// Info is what a reader says of itself.
type Info struct {
	State           State
	Make, Model     string
	Serial          string
	Provider        string
	Slap            bool // takes several fingers at once and segments them
	Simulated       bool // no person touches it: said on every screen
	Specification   string
	FirmwareVersion string
}

// Request asks for prints.
type Request struct {
	Transaction string // of the request's maker; the answer must repeat it
	Fingers     []biometrics.Position
	Exceptions  []biometrics.Position // fingers that are known not to be there
	// MinQuality is the score from which the reader may stop by itself, 0 to 100.
	MinQuality int
	Timeout    time.Duration
}

// Print is one finger as it was taken.
type Print struct {
	Position biometrics.Position
	Image    biometrics.Image
	// Format and Record are what the reader sent, untouched: "FIR" (ISO/IEC 19794-4) with WSQ, raw or PNG inside.
	Format string
	Record []byte
	// DeviceQuality is the reader's own score, 0 to 100, and NFIQ2 a score by NFIQ 2 when it says that it is one; nil when there is none.
	DeviceQuality *int
	NFIQ2         *int
	// Problem is why this finger has no print though it was asked for; nil when it has one.
	Problem error
}

// Capture is what a reader gave for a request.
type Capture struct {
	Info   Info
	At     time.Time // the reader's own clock
	Prints []Print
}

// Errors of readers. Their texts are codes of the catalogue below "capture.".
var (
	ErrNoReader    = errors.New("no_reader")          // the lane has none
	ErrUnreachable = errors.New("reader_unreachable") // unplugged, or its agent is away
	ErrBusy        = errors.New("reader_busy")
	ErrNotReady    = errors.New("reader_not_ready")
	ErrTimeout     = errors.New("reader_timeout")
	ErrNoFinger    = errors.New("no_finger")   // nothing lay on it
	ErrWrongFinger = errors.New("wrong_count") // other fingers, or not as many, as were asked for
	ErrSignature   = errors.New("bad_signature")
	ErrChain       = errors.New("bad_hash_chain")
	ErrStale       = errors.New("not_this_request") // of another transaction or another time
	ErrUnsupported = errors.New("unsupported")
	ErrFailed      = errors.New("reader_failed")
)

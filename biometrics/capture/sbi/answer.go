package sbi

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
)

// DefaultSkew is how far a reader's clock may be from ours.
const DefaultSkew = 2 * time.Minute

// Decoded is a finger image record that was read.
type Decoded struct {
	Image    biometrics.Image
	Position biometrics.Position // UnknownFinger when the record does not say
	NFIQ2    *int                // when the record has a score that says that it is one
}

// Decoder reads a finger image record (ISO/IEC 19794-4).
type Decoder func(record []byte) (Decoded, error)

// Verifier holds answers against the requests that they are to.
type Verifier struct {
	Trust
	Skew   time.Duration // DefaultSkew when 0
	Decode Decoder
	// Open decrypts what CAPTURE gives; nil refuses it.
	Open func(b Biometric, d Data, value []byte) ([]byte, error)
}

// Answer is a verified answer.
type Answer struct {
	Prints []capture.Print
	At     time.Time // the latest of the reader's times
	Hash   string    // of the last finger: the next request's previous hash
}

// Answer verifies an answer of reader to request: signatures, chain of hashes, transaction, times, version, fingers. The answer as a whole
// fails (capture.ErrSignature, ErrChain, ErrStale, ErrWrongFinger, ErrUnsupported, or what the device told) when one of its parts does;
// a finger of which the device itself says that there is no print has a Problem instead.
func (v Verifier) Answer(reader Reader, request CaptureRequest, body []byte) (Answer, error) {
	response, err := ParseCaptureResponse(body)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", capture.ErrFailed, err)
	}
	asked, err := request.Asked()
	if err != nil {
		return Answer{}, err
	}
	chain, err := newChain(request.Bio[0].PreviousHash)
	if err != nil {
		return Answer{}, err
	}
	a := &answering{Verifier: v, reader: reader, request: request, wanted: Wanted(asked), chain: chain}
	for _, b := range response.Biometrics {
		if err := a.take(b); err != nil {
			return Answer{}, err
		}
	}
	return a.done()
}

// answering is an answer while it is verified.
type answering struct {
	Verifier
	reader  Reader
	request CaptureRequest
	wanted  []biometrics.Position
	chain   *chain
	out     Answer
	failed  []error // of fingers that are not named
}

func (a *answering) take(b Biometric) error {
	if err := b.Error.Err(); err != nil {
		a.failed = append(a.failed, err)
		return nil
	}
	if b.SpecVersion != SpecVersion {
		return fmt.Errorf("%w: answer of another version than %s", capture.ErrUnsupported, SpecVersion)
	}
	payload, signer, err := a.Verify(b.Data)
	if err != nil {
		return err
	}
	if !bytes.Equal(signer.RawSubjectPublicKeyInfo, a.reader.Key) {
		return fmt.Errorf("%w: not the key of this device", capture.ErrSignature)
	}
	var d Data
	if err := decode(payload, &d); err != nil {
		return fmt.Errorf("%w: %w", capture.ErrFailed, err)
	}
	at, err := a.belongs(d)
	if err != nil {
		return err
	}
	record, err := a.record(b, d)
	if err != nil {
		return err
	}
	if err := a.chain.follow(b.Hash, part{payload: payload, record: record}); err != nil {
		return err
	}
	position, err := a.position(d)
	if err != nil {
		return err
	}
	taken, err := a.print(d, position, record)
	if err != nil {
		return err
	}
	a.out.Prints, a.out.Hash = append(a.out.Prints, taken), b.Hash
	if at.After(a.out.At) {
		a.out.At = at
	}
	return nil
}

// belongs says whether what was signed is of this request, this device and this time.
func (a *answering) belongs(d Data) (time.Time, error) {
	at, err := ParseTime(d.Timestamp)
	if err != nil {
		return at, fmt.Errorf("%w: %w", capture.ErrStale, err)
	}
	asked, err := ParseTime(a.request.CaptureTime)
	if err != nil {
		return at, err
	}
	skew := a.Skew
	if skew == 0 {
		skew = DefaultSkew
	}
	identity, own, err := a.identity(d.DigitalID)
	switch {
	case err != nil:
		return at, err
	case !bytes.Equal(own.RawSubjectPublicKeyInfo, a.reader.IdentityKey):
		return at, fmt.Errorf("%w: not the identity's key of this device", capture.ErrSignature)
	case d.TransactionID != a.request.TransactionID:
		return at, fmt.Errorf("%w: another transaction", capture.ErrStale)
	case at.Before(asked.Add(-skew)) || at.After(a.Now().Add(skew)):
		return at, fmt.Errorf("%w: taken at another time", capture.ErrStale)
	case identity.SerialNo != a.reader.Serial || identity.Make != a.reader.Make || identity.Model != a.reader.Model:
		return at, fmt.Errorf("%w: another device", capture.ErrStale)
	case !strings.EqualFold(d.Purpose, a.request.Purpose) || !strings.EqualFold(d.Env, a.request.Env):
		return at, fmt.Errorf("%w: another purpose or environment", capture.ErrStale)
	case !strings.EqualFold(d.BioType, TypeFinger):
		return at, fmt.Errorf("%w: no finger", capture.ErrWrongFinger)
	}
	return at, nil
}

func (a *answering) record(b Biometric, d Data) ([]byte, error) {
	value, err := unbase64(d.BioValue)
	if err != nil || len(value) == 0 {
		return nil, fmt.Errorf("%w: bioValue is no base64url", capture.ErrFailed)
	}
	if b.SessionKey == "" {
		return value, nil
	}
	if a.Open == nil {
		return nil, fmt.Errorf("%w: print is encrypted for somebody else", capture.ErrUnsupported)
	}
	return a.Open(b, d, value)
}

// position is the finger that a print is of: one that was asked for, and not given yet.
func (a *answering) position(d Data) (biometrics.Position, error) {
	p, err := ParseFinger(d.BioSubType)
	if err != nil {
		return p, fmt.Errorf("%w: %w", capture.ErrWrongFinger, err)
	}
	if p == biometrics.UnknownFinger && len(a.wanted) == 1 { // a reader of one finger cannot know which
		p = a.wanted[0]
	}
	given := slices.ContainsFunc(a.out.Prints, func(g capture.Print) bool { return g.Position == p })
	if given || !slices.Contains(a.wanted, p) {
		return p, capture.ErrWrongFinger
	}
	return p, nil
}

func (a *answering) print(d Data, position biometrics.Position, record []byte) (capture.Print, error) {
	taken := capture.Print{Position: position, Format: "FIR", Record: record}
	if score, ok := d.QualityScore.Score(); ok {
		taken.DeviceQuality = &score
	}
	decoded, err := a.Decode(record)
	if err == nil {
		err = decoded.Image.Check()
	}
	if err != nil {
		return taken, fmt.Errorf("%w: record: %w", capture.ErrUnsupported, err)
	}
	if decoded.Position != biometrics.UnknownFinger && decoded.Position != position {
		return taken, fmt.Errorf("%w: record is of another finger than its answer", capture.ErrWrongFinger)
	}
	taken.Image, taken.NFIQ2 = decoded.Image, decoded.NFIQ2
	return taken, nil
}

// done gives each finger without a print what the device told, in order. An answer without any print is a failure of the whole.
func (a *answering) done() (Answer, error) {
	if len(a.out.Prints) == 0 {
		return Answer{}, a.failed[0] // an answer has at least one part
	}
	if len(a.out.Prints)+len(a.failed) != len(a.wanted) {
		return Answer{}, fmt.Errorf("%w: not as many fingers as were asked for", capture.ErrWrongFinger)
	}
	for _, p := range a.wanted {
		if slices.ContainsFunc(a.out.Prints, func(g capture.Print) bool { return g.Position == p }) {
			continue
		}
		a.out.Prints = append(a.out.Prints, capture.Print{Position: p, Problem: a.failed[0]})
		a.failed = a.failed[1:]
	}
	return a.out, nil
}

// Check says what a Verifier lacks.
func (v Verifier) Check() error {
	if v.Decode == nil {
		return errors.New("sbi: expected a decoder of finger image records")
	}
	if v.Now == nil {
		return errors.New("sbi: expected a clock")
	}
	return nil
}

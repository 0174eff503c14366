package sbi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
)

// NewRequest is the body of a CAPTURE or RCAPTURE that asks reader for the request's fingers without its exceptions. previous is the hash of
// the capture before it, "" for none. Fingers that reader cannot take at once are the caller's to split (Split).
func NewRequest(reader Reader, request capture.Request, previous string, now time.Time) CaptureRequest {
	wanted := Wanted(request)
	if previous == "" {
		previous = FirstHash()
	}
	bio := BioRequest{
		Type: TypeFinger, Count: Number(len(wanted)), SubTypes: namesOf(wanted), Exceptions: namesOf(request.Exceptions),
		RequestedScore: Number(request.MinQuality), DeviceID: reader.DeviceID, PreviousHash: previous,
	}
	if sub := SubDevice(wanted); slices.Contains(reader.SubIDs, sub) {
		bio.SubID = Number(sub)
	}
	return CaptureRequest{
		Env: orElse(reader.Env, "Production"), Purpose: orElse(reader.Purpose, PurposeRegister), SpecVersion: SpecVersion,
		Timeout: Number(request.Timeout.Milliseconds()), CaptureTime: FormatTime(now), TransactionID: request.Transaction, Bio: []BioRequest{bio},
	}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func namesOf(fingers []biometrics.Position) []string {
	names := make([]string, len(fingers))
	for i, p := range fingers {
		names[i] = FingerName(p)
	}
	return names
}

// Wanted are the fingers of a request that are thought to be there.
func Wanted(r capture.Request) []biometrics.Position {
	return slices.DeleteFunc(slices.Clone(r.Fingers), func(p biometrics.Position) bool { return slices.Contains(r.Exceptions, p) })
}

// CheckRequest says what is wrong with a request before it is sent.
func CheckRequest(r capture.Request) error {
	wanted := Wanted(r)
	switch {
	case r.Transaction == "" || len(r.Transaction) > maxText:
		return fmt.Errorf("capture: transaction: expected 1 to %d bytes", maxText)
	case len(wanted) == 0 || len(wanted) > 10:
		return fmt.Errorf("capture: fingers: expected 1 to 10 that are not exceptions")
	case r.MinQuality < 0 || r.MinQuality > 100:
		return fmt.Errorf("capture: quality: expected 0 to 100")
	case r.Timeout < 0:
		return fmt.Errorf("capture: timeout: expected no less than 0")
	}
	for i, p := range wanted {
		if !p.Finger() || slices.Contains(wanted[:i], p) {
			return fmt.Errorf("capture: fingers: expected each of the ten at most once")
		}
	}
	return nil
}

// Split parts the wanted fingers into what the reader takes at once: a slap of one hand, two thumbs, or one finger.
func Split(reader Reader, wanted []biometrics.Position) [][]biometrics.Position {
	var parts [][]biometrics.Position
	if !reader.Slap {
		for _, p := range wanted {
			parts = append(parts, []biometrics.Position{p})
		}
		return parts
	}
	for _, sub := range []int{SubRightSlap, SubLeftSlap, SubThumbs} {
		var of []biometrics.Position
		for _, p := range wanted {
			if slices.Contains(FingersOf(sub), p) {
				of = append(of, p)
			}
		}
		if len(of) > 0 {
			parts = append(parts, of)
		}
	}
	return parts
}

// Asked reads a request as a service does: what a driver is to take. An error is an *DeviceError with the code to answer, or says what
// could not be read.
func (r CaptureRequest) Asked() (capture.Request, error) {
	if len(r.Bio) != 1 {
		return capture.Request{}, &DeviceError{Code: CodeCount, Err: capture.ErrUnsupported}
	}
	bio := r.Bio[0]
	out := capture.Request{
		Transaction: r.TransactionID, MinQuality: min(bio.RequestedScore.Int(), 100), Timeout: time.Duration(r.Timeout.Int()) * time.Millisecond,
	}
	switch {
	case r.SpecVersion != SpecVersion:
		return out, &DeviceError{Code: CodeInvalid, Err: capture.ErrUnsupported}
	case !strings.EqualFold(bio.Type, TypeFinger):
		return out, &DeviceError{Code: CodeNoDevice, Err: capture.ErrUnsupported}
	case r.TransactionID == "":
		return out, &DeviceError{Code: CodeInvalid, Err: capture.ErrUnsupported}
	}
	var err error
	if out.Exceptions, err = positions(bio.Exceptions); err != nil {
		return out, &DeviceError{Code: CodeInvalid, Err: capture.ErrUnsupported}
	}
	if out.Fingers, err = positions(bio.SubTypes); err != nil {
		return out, &DeviceError{Code: CodeInvalid, Err: capture.ErrUnsupported}
	}
	if len(out.Fingers) == 0 {
		out.Fingers = implied(bio)
	}
	if n := len(Wanted(out)); n == 0 || bio.Count.Int() != n {
		return out, &DeviceError{Code: CodeCount, Err: capture.ErrWrongFinger}
	}
	return out, nil
}

// implied are the fingers of a request that names none: those of a slap reader's part, else the first ones of the usual order.
func implied(bio BioRequest) []biometrics.Position {
	if of := FingersOf(bio.SubID.Int()); of != nil {
		return of
	}
	usual := slices.Concat(FingersOf(SubRightSlap), FingersOf(SubLeftSlap), FingersOf(SubThumbs))
	return first(usual, bio.Count.Int())
}

// positions reads names; Unknown stands for no particular finger and is left out.
func positions(names []string) ([]biometrics.Position, error) {
	var all []biometrics.Position
	for _, name := range names {
		p, err := ParseFinger(name)
		if err != nil {
			return nil, err
		}
		if p != biometrics.UnknownFinger {
			all = append(all, p)
		}
	}
	return all, nil
}

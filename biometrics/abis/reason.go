package abis

import (
	"errors"
	"fmt"
)

// Reason is why an ABIS could not do what it was asked for: the failureReason of MOSIP's ABIS API 0.9.
type Reason int

// The reasons, by their numbers.
const (
	InternalError      Reason = 1
	Aborted            Reason = 2
	UnexpectedError    Reason = 3
	InvalidStructure   Reason = 4
	MissingReference   Reason = 5
	MissingRequest     Reason = 6
	CannotFetch        Reason = 7
	MissingURL         Reason = 8
	MissingTime        Reason = 9
	ReferenceExists    Reason = 10
	NoData             Reason = 11
	ReferenceNotFound  Reason = 12
	InvalidVersion     Reason = 13
	InvalidID          Reason = 14
	InvalidTime        Reason = 15
	InvalidCBEFF       Reason = 16
	ShareExpired       Reason = 17
	QualityCheckFailed Reason = 18
)

// Reasons are all reasons in the order of their numbers.
func Reasons() []Reason {
	all := make([]Reason, QualityCheckFailed)
	for i := range all {
		all[i] = Reason(i + 1)
	}
	return all
}

// String is the reason in words.
func (r Reason) String() string {
	words := [...]string{"", "internal error", "aborted", "unexpected error", "invalid structure of the request", "no referenceId", "no requestId",
		"the biometrics could not be fetched", "no referenceURL", "no requesttime", "the reference is held already", "the CBEFF holds no data",
		"the reference is not held", "invalid version", "invalid id", "invalid requesttime", "invalid CBEFF", "the biometrics' time is over",
		"the biometrics are too poor"}
	if r < 1 || int(r) >= len(words) {
		return fmt.Sprintf("reason %d", int(r))
	}
	return words[r]
}

// Temporary reports whether the same request may succeed later.
func (r Reason) Temporary() bool {
	return r == InternalError || r == Aborted || r == UnexpectedError || r == CannotFetch || r == ShareExpired
}

// ErrAway says that an outside system did not answer in time, or cannot be reached. What was asked may still be done: ask again later, an
// identification by the same Options.Request.
var ErrAway = errors.New("abis: the outside system is away")

// Failure is an ABIS's answer that it could not do what it was asked for.
type Failure struct {
	Reason Reason
	// Detail is where and what was expected; it never leaves this side: the message has the number alone.
	Detail string
}

func (f *Failure) Error() string {
	if f.Detail == "" {
		return fmt.Sprintf("abis: failure reason %d: %s", int(f.Reason), f.Reason)
	}
	return fmt.Sprintf("abis: failure reason %d: %s: %s", int(f.Reason), f.Reason, f.Detail)
}

// fail makes a failure.
func fail(reason Reason, format string, args ...any) *Failure {
	return &Failure{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// FailedFor reports whether err is the failure of a reason.
func FailedFor(err error, reason Reason) bool {
	var f *Failure
	return errors.As(err, &f) && f.Reason == reason
}

package sbi

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// The codes of failures: 100 to 109 are the standard's; 110, 111, 801 and 803 are what MOSIP's own device service and those modelled on it
// say of a device that is not ready, is busy, or saw nothing in time.
const (
	CodeSuccess       = 0
	CodeNotRegistered = 100
	CodeNoBiometric   = 101 // unable to detect a biometric object
	CodeExtraction    = 102 // technical error during extraction
	CodeTamper        = 103 // device tamper detected
	CodeNoManagement  = 104 // unable to connect to the management server
	CodeOrientation   = 105 // image orientation error
	CodeNoDevice      = 106 // device not found
	CodeKeyExpired    = 107 // device public key expired
	CodeNoDomainKey   = 108 // domain public key missing
	CodeCount         = 109 // requested number of fingers not supported
	CodeNotReady      = 110
	CodeBusy          = 111
	CodeNoStream      = 202 // no device connected: of streams
	CodeInvalid       = 500 // ours for a request that cannot be read
	CodeTimeout       = 801
	CodeTaking        = 803 // a capture is under way
)

// DeviceError is a failure that a device told. errors.Is finds the error of package capture that it means.
type DeviceError struct {
	Code int
	Err  error
}

// Error is the meaning and the code. What the device wrote beside it is not repeated: it is not ours, and nobody signed it.
func (e *DeviceError) Error() string { return fmt.Sprintf("%v (SBI %d)", e.Err, e.Code) }

// Unwrap is the error of package capture.
func (e *DeviceError) Unwrap() error { return e.Err }

// ErrorOf is the error of a failure's code; nil for success.
func ErrorOf(code int) error {
	var means error
	switch code {
	case CodeSuccess:
		return nil
	case CodeNotRegistered, CodeNoManagement, CodeKeyExpired, CodeNoDomainKey, CodeNotReady:
		means = capture.ErrNotReady
	case CodeNoBiometric:
		means = capture.ErrNoFinger
	case CodeNoDevice, CodeNoStream:
		means = capture.ErrUnreachable
	case CodeCount:
		means = capture.ErrWrongFinger
	case CodeBusy, CodeTaking:
		means = capture.ErrBusy
	case CodeTimeout:
		means = capture.ErrTimeout
	default: // 102, 103, 105, and whatever a maker made up
		means = capture.ErrFailed
	}
	return &DeviceError{Code: code, Err: means}
}

// CodeOf is the code by which a service tells of an error.
func CodeOf(err error) int {
	var told *DeviceError
	if errors.As(err, &told) {
		return told.Code
	}
	for _, m := range []struct {
		err  error
		code int
	}{
		{nil, CodeSuccess}, {capture.ErrNoFinger, CodeNoBiometric}, {capture.ErrUnreachable, CodeNoDevice}, {capture.ErrWrongFinger, CodeCount},
		{capture.ErrBusy, CodeBusy}, {capture.ErrTimeout, CodeTimeout}, {capture.ErrNotReady, CodeNotReady}, {capture.ErrUnsupported, CodeCount},
	} {
		if errors.Is(err, m.err) {
			return m.code
		}
	}
	return CodeExtraction
}

// FailureOf is the error member of a message about err; code 0 when err is nil.
func FailureOf(err error) *Failure {
	code := CodeOf(err)
	return &Failure{Code: Text(strconv.Itoa(code)), Info: words(code)}
}

// Err is what a message's error member means; nil when there is none.
func (f *Failure) Err() error {
	if f == nil || f.Code == "" {
		return nil
	}
	code, err := strconv.Atoi(string(f.Code))
	if err != nil || code < 0 || code > 9999 {
		return &DeviceError{Code: -1, Err: capture.ErrFailed}
	}
	return ErrorOf(code)
}

func words(code int) string {
	known := map[int]string{
		CodeSuccess: "Success", CodeNotRegistered: "Device not registered", CodeNoBiometric: "Unable to detect a biometric object",
		CodeExtraction: "Technical error during extraction", CodeTamper: "Device tamper detected",
		CodeNoManagement: "Unable to connect to management server", CodeOrientation: "Image orientation error", CodeNoDevice: "Device not found",
		CodeKeyExpired: "Device public key expired", CodeNoDomainKey: "Domain public key missing",
		CodeCount: "Requested number of fingers not supported", CodeNotReady: "Device not ready", CodeBusy: "Device is busy",
		CodeNoStream: "No device connected", CodeInvalid: "Request could not be read", CodeTimeout: "Nothing was taken in time",
	}
	if text, ok := known[code]; ok {
		return text
	}
	return "Failure of the device"
}

package sbi

import (
	"encoding/json"
	"fmt"
	"time"
)

// Failure is the error member of every message: code and words. Code "0" or "" is none.
type Failure struct {
	Code Text   `json:"errorCode"`
	Info string `json:"errorInfo"`
}

// DiscoverRequest asks which devices there are: TypeAny or TypeFinger.
type DiscoverRequest struct {
	Type string `json:"type"`
}

// Device is a device as discovery names it. Nothing of it is signed, so nothing of it is trusted.
type Device struct {
	DeviceID       Text     `json:"deviceId"`
	Status         string   `json:"deviceStatus"`
	Certification  string   `json:"certification"`
	ServiceVersion string   `json:"serviceVersion"`
	SubIDs         []Number `json:"deviceSubId"`
	CallbackID     string   `json:"callbackId"`
	DigitalID      string   `json:"digitalId"` // base64url of a DigitalID, unsigned
	DeviceCode     string   `json:"deviceCode"`
	SpecVersions   []string `json:"specVersion"`
	Purpose        string   `json:"purpose"`
	Error          *Failure `json:"error,omitempty"`
}

// InfoItem is one device of the answer to the question for information.
type InfoItem struct {
	// DeviceInfo is a DeviceInfo as JSON Web Signature; only the base64url of it while the device is not registered.
	DeviceInfo string   `json:"deviceInfo"`
	Error      *Failure `json:"error,omitempty"`
}

// DeviceInfo is what a device says of itself, signed.
type DeviceInfo struct {
	Status         string   `json:"deviceStatus"`
	DeviceID       Text     `json:"deviceId"`
	Firmware       string   `json:"firmware"`
	Certification  string   `json:"certification"`
	ServiceVersion string   `json:"serviceVersion"`
	SubIDs         []Number `json:"deviceSubId"`
	CallbackID     string   `json:"callbackId"`
	DigitalID      string   `json:"digitalId"` // a DigitalID as JSON Web Signature
	DeviceCode     string   `json:"deviceCode"`
	Env            string   `json:"env"`
	Purpose        string   `json:"purpose"`
	SpecVersions   []string `json:"specVersion"`
}

// DigitalID is the identity of a device, signed with its key.
type DigitalID struct {
	SerialNo         string `json:"serialNo"`
	Make             string `json:"make"`
	Model            string `json:"model"`
	Type             string `json:"type"`
	SubType          string `json:"deviceSubType"`
	DeviceProvider   string `json:"deviceProvider"`
	DeviceProviderID string `json:"deviceProviderId"`
	DateTime         string `json:"dateTime"`
	// Simulated is an addition of OpenBMIS: no person touches this device. Other services leave it out.
	Simulated bool `json:"simulated,omitempty"`
}

// StreamRequest asks for the live pictures of a device.
type StreamRequest struct {
	DeviceID Text   `json:"deviceId"`
	SubID    Number `json:"deviceSubId"`
	Timeout  Number `json:"timeout,omitempty"` // milliseconds
}

// CaptureRequest asks for prints: the body of CAPTURE and RCAPTURE.
type CaptureRequest struct {
	Env           string       `json:"env"`
	Purpose       string       `json:"purpose"`
	SpecVersion   string       `json:"specVersion"`
	Timeout       Number       `json:"timeout"`     // milliseconds
	CaptureTime   string       `json:"captureTime"` // of the application
	DomainURI     string       `json:"domainUri,omitempty"`
	TransactionID string       `json:"transactionId"`
	Bio           []BioRequest `json:"bio"`
}

// BioRequest is what is asked of one device.
type BioRequest struct {
	Type           string   `json:"type"`
	Count          Number   `json:"count"`
	SubTypes       []string `json:"bioSubType"`
	Exceptions     []string `json:"exception"`
	RequestedScore Number   `json:"requestedScore"`
	DeviceID       Text     `json:"deviceId"`
	SubID          Number   `json:"deviceSubId"`
	PreviousHash   string   `json:"previousHash"`
}

// CaptureResponse is the answer to CAPTURE and RCAPTURE.
type CaptureResponse struct {
	Biometrics []Biometric `json:"biometrics"`
}

// Biometric is one finger of the answer.
type Biometric struct {
	SpecVersion string `json:"specVersion"`
	// Data is a Data as JSON Web Signature.
	Data string `json:"data"`
	Hash string `json:"hash"`
	// SessionKey and Thumbprint belong to CAPTURE: the wrapped key of the encrypted print, and the SHA-256 of the certificate it is wrapped for.
	SessionKey string   `json:"sessionKey,omitempty"`
	Thumbprint string   `json:"thumbprint,omitempty"`
	Error      *Failure `json:"error,omitempty"`
}

// Data is what is signed of a finger.
type Data struct {
	DigitalID            string `json:"digitalId"`
	DeviceCode           string `json:"deviceCode"`
	DeviceServiceVersion string `json:"deviceServiceVersion"`
	BioType              string `json:"bioType"`
	BioSubType           string `json:"bioSubType"`
	Purpose              string `json:"purpose"`
	Env                  string `json:"env"`
	DomainURI            string `json:"domainUri,omitempty"`
	// BioValue is the base64url of an ISO/IEC 19794-4 record; of its encryption in an answer to CAPTURE.
	BioValue       string `json:"bioValue"`
	TransactionID  string `json:"transactionId"`
	Timestamp      string `json:"timestamp"` // of the device
	RequestedScore Number `json:"requestedScore"`
	QualityScore   Number `json:"qualityScore"`
}

// timeLayouts are the forms of ISO 8601 that devices write, with a zone; a time without one cannot be held against another clock.
func timeLayouts() []string {
	return []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999Z07:00"}
}

// FormatTime writes an instant as the interface wants it: milliseconds, and the zone, which is UTC.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// ParseTime reads an instant.
func ParseTime(text string) (time.Time, error) {
	if len(text) > 64 {
		return time.Time{}, fmt.Errorf("time: expected ISO 8601 with a zone")
	}
	for _, layout := range timeLayouts() {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("time: expected ISO 8601 with a zone")
}

// ParseCaptureRequest reads the body of a CAPTURE or RCAPTURE.
func ParseCaptureRequest(body []byte) (CaptureRequest, error) {
	var r CaptureRequest
	if err := decode(body, &r); err != nil {
		return r, err
	}
	for _, b := range r.Bio {
		if len(b.SubTypes) > MaxBiometrics || len(b.Exceptions) > MaxBiometrics {
			return r, fmt.Errorf("bio: expected at most %d sub-types and exceptions", MaxBiometrics)
		}
	}
	switch {
	case len(r.Bio) == 0 || len(r.Bio) > MaxBiometrics:
		return r, fmt.Errorf("bio: expected 1 to %d devices", MaxBiometrics)
	case len(r.TransactionID) > maxText || len(r.Env) > maxText || len(r.Purpose) > maxText || len(r.DomainURI) > maxText:
		return r, fmt.Errorf("expected texts of at most %d bytes", maxText)
	}
	return r, nil
}

// ParseCaptureResponse reads an answer; nothing of it is verified yet.
func ParseCaptureResponse(body []byte) (CaptureResponse, error) {
	var r CaptureResponse
	if err := decode(body, &r); err != nil {
		return r, err
	}
	if len(r.Biometrics) == 0 || len(r.Biometrics) > MaxBiometrics {
		return r, fmt.Errorf("biometrics: expected 1 to %d", MaxBiometrics)
	}
	return r, nil
}

// ParseDevices reads the answer to discovery. Some services answer with one device where the standard has an array.
func ParseDevices(body []byte) ([]Device, error) { return oneOrMore[Device](body) }

// ParseInfo reads the answer to the question for information; nothing of it is verified yet.
func ParseInfo(body []byte) ([]InfoItem, error) { return oneOrMore[InfoItem](body) }

func oneOrMore[T any](body []byte) ([]T, error) {
	var all []T
	if err := decode(body, &all); err != nil {
		var one T
		if json.Unmarshal(body, &one) != nil {
			return nil, err
		}
		all = []T{one}
	}
	if len(all) > MaxDevices {
		return nil, fmt.Errorf("expected at most %d devices", MaxDevices)
	}
	return all, nil
}

// ParseStreamRequest reads the body of a STREAM.
func ParseStreamRequest(body []byte) (StreamRequest, error) {
	var r StreamRequest
	return r, decode(body, &r)
}

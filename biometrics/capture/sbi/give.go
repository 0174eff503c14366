package sbi

import (
	"encoding/json"
	"time"

	"github.com/openbmis/openbmis/biometrics"
)

// Given is a finger that a service gives: a record, or why there is none.
type Given struct {
	Position biometrics.Position
	Record   []byte // ISO/IEC 19794-4
	Quality  int    // 0 to 100
	At       time.Time
	Err      error
}

// Service is what a service says of itself in each answer.
type Service struct {
	Signer   Signer
	Identity DigitalID
	Version  string
	// Seal encrypts the record for CAPTURE and fills session key and thumbprint; nil for RCAPTURE.
	Seal func(b *Biometric, d *Data, record []byte) error
}

// Respond is the answer to a request: each finger signed and chained to the one before.
func (s Service) Respond(request CaptureRequest, given []Given) (CaptureResponse, error) {
	var out CaptureResponse
	previous := request.Bio[0].PreviousHash
	for _, g := range given {
		if g.Err != nil {
			out.Biometrics = append(out.Biometrics, Refuse(g.Err).Biometrics...)
			continue
		}
		b, err := s.biometric(request, g, &previous)
		if err != nil {
			return out, err
		}
		out.Biometrics = append(out.Biometrics, b)
	}
	return out, nil
}

// Refuse is the answer of a service that has nothing to give.
func Refuse(err error) CaptureResponse {
	return CaptureResponse{Biometrics: []Biometric{{SpecVersion: SpecVersion, Error: FailureOf(err)}}}
}

func (s Service) biometric(request CaptureRequest, g Given, previous *string) (Biometric, error) {
	identity, err := s.Signer.SignJSON(s.Identity)
	if err != nil {
		return Biometric{}, err
	}
	d := Data{
		DigitalID: identity, DeviceCode: s.Identity.SerialNo, DeviceServiceVersion: s.Version,
		BioType: TypeFinger, BioSubType: FingerName(g.Position), BioValue: encode(g.Record),
		Purpose: request.Purpose, Env: request.Env, DomainURI: request.DomainURI, TransactionID: request.TransactionID,
		Timestamp: FormatTime(g.At), RequestedScore: request.Bio[0].RequestedScore, QualityScore: Number(g.Quality),
	}
	block, err := json.Marshal(d)
	if err != nil {
		return Biometric{}, err
	}
	if s.Seal != nil { // the chain covers what is in clear, and of an encrypted answer the other side has only the record in clear
		block = g.Record
	}
	b := Biometric{SpecVersion: SpecVersion, Error: FailureOf(nil)}
	if b.Hash, err = NextHash(*previous, block); err != nil {
		return Biometric{}, err
	}
	*previous = b.Hash
	if s.Seal != nil {
		if err := s.Seal(&b, &d, g.Record); err != nil {
			return Biometric{}, err
		}
	}
	b.Data, err = s.Signer.SignJSON(d) // of the same bytes as block, as d has not changed unless it was sealed
	return b, err
}

package border

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Post is the crossing point that a desk belongs to.
type Post struct {
	Station string         // the station's id, such as "FNA-AIR"
	Zone    *time.Location // the calendar date of a crossing is the date here
	Mode    Mode           // the usual mode of transport
}

// Scan is a document presented at a counter, kept from the moment it was read, whether or not it leads to a decision.
type Scan struct {
	ID        uuid.UUID
	At        time.Time
	Station   string
	Lane      string
	Officer   string
	Direction Direction
	Mode      Mode
	Transport string
	Purpose   string
	// MRZ is what the reader sent, untouched; empty when Identity and Document were typed from the visual zone.
	MRZ      string
	Identity traveldoc.Identity
	Document traveldoc.Document
	// Reading is what a document reader gave beside the zone; nil when there was none, or when the scan comes from a store's list
	// (see Store.Reading).
	Reading *reader.Reading
	// Replaces is the annulled crossing whose scan this is again; nil for a new one.
	Replaces *uuid.UUID
	Circumstances
}

// sameDocument: the same zone to the letter, which the officer may have put right since, or the same number and bearer.
func (s Scan) sameDocument(other Scan) bool {
	if s.MRZ != "" && s.MRZ == other.MRZ {
		return true
	}
	return s.Document.Number == other.Document.Number && s.Document.IssuingState == other.Document.IssuingState && s.Identity == other.Identity
}

// MaxScan is the longest text taken from a reader, in bytes: several times the longest MRZ.
const MaxScan = 1024

const maxField = 100

// ScanInput is what arrives from the counter: the MRZ as the reader sent it, or the fields typed by hand, and the circumstances. A Reading
// alone gives the MRZ too.
type ScanInput struct {
	MRZ       string
	Identity  traveldoc.Identity
	Document  traveldoc.Document
	Reading   *reader.Reading
	Direction Direction
	Mode      Mode
	Transport string
	Purpose   string
	Circumstances
}

// normal gives the input trimmed and in capitals where that is how it is kept, or says what is wrong with it.
func (in ScanInput) normal() (ScanInput, error) {
	if in.MRZ == "" && in.Reading != nil && in.Identity == (traveldoc.Identity{}) && in.Document == (traveldoc.Document{}) {
		in.MRZ = in.Reading.MRZ
	}
	if err := in.check(); err != nil {
		return in, err
	}
	in.Transport = strings.TrimSpace(in.Transport)
	var err error
	if in.Circumstances, err = in.Circumstances.normal(in.Mode); err != nil {
		return in, err
	}
	in.Transport, in.Particulars = transport(in.Mode, in.Transport, in.Particulars)
	return in, nil
}

func (in ScanInput) check() error {
	switch {
	case len(in.MRZ) > MaxScan:
		return problem.New(problem.Invalid, "scan.too_long").At("mrz").With("max", MaxScan)
	case !in.Direction.Valid():
		return problem.New(problem.Invalid, "scan.direction").At("direction")
	case !in.Mode.Valid():
		return problem.New(problem.Invalid, "scan.mode").At("mode")
	case len(in.Transport) > maxField:
		return problem.New(problem.Invalid, "scan.field_too_long").At("transport").With("max", maxField)
	case in.Purpose != "" && !contains(Purposes(), in.Purpose):
		return problem.New(problem.Invalid, "scan.purpose").At("purpose")
	case strings.TrimSpace(in.MRZ) == "":
		return in.checkTyped()
	}
	return nil
}

func (in ScanInput) checkTyped() error {
	required := []struct{ field, value string }{
		{"document_number", in.Document.Number},
		{"issuing_state", in.Document.IssuingState},
		{"surname", in.Identity.Surname + in.Identity.GivenNames},
		{"nationality", in.Identity.Nationality},
	}
	for _, r := range required {
		if strings.TrimSpace(r.value) == "" {
			return problem.New(problem.Invalid, "scan.field_missing").At(r.field)
		}
	}
	bounded := []struct{ field, value string }{
		{"document_code", in.Document.Code}, {"document_number", in.Document.Number}, {"issuing_state", in.Document.IssuingState},
		{"surname", in.Identity.Surname}, {"given_names", in.Identity.GivenNames}, {"nationality", in.Identity.Nationality},
		{"sex", in.Identity.Sex},
	}
	for _, b := range bounded {
		if len(b.value) > maxField {
			return problem.New(problem.Invalid, "scan.field_too_long").At(b.field).With("max", maxField)
		}
	}
	return nil
}

func contains(codes []string, code string) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

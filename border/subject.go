package border

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// SubjectOf is what the checks look at of a scan, on the calendar date of scan.At in zone: the desk and whoever checks again make it
// here alone, so that both ask the same. A zone is parsed with the officer's repairs and the device's doubts; Identity and Document are
// then the zone's. training accepts the codes of specimens (see DeskConfig). An error says that the zone cannot be read.
func SubjectOf(scan Scan, zone *time.Location, training bool) (Subject, error) {
	s := Subject{
		Identity: scan.Identity, Document: scan.Document, Reading: scan.Reading, Direction: scan.Direction, Mode: scan.Mode, Purpose: scan.Purpose,
		At: scan.At, Today: traveldoc.DateOf(scan.At.In(zone)), Scan: scan.ID, Lane: scan.Lane, Circumstances: scan.Circumstances,
	}
	if strings.TrimSpace(scan.MRZ) == "" {
		return s, nil
	}
	var options []mrz.Option
	if training {
		options = append(options, mrz.Training)
	}
	parsed, err := mrz.ParseRepaired(scan.MRZ, s.Today, scan.Repairs, options...)
	if err != nil {
		return Subject{}, problem.New(problem.Invalid, "scan.unreadable").At("mrz").Because(err)
	}
	if r := scan.Reading; r != nil && r.Zone != nil && r.MRZ == scan.MRZ {
		parsed.Doubt(r.Zone.Doubts...)
	}
	s.Identity, s.Document, s.MRZ = parsed.Identity(), parsed.TravelDocument(), parsed
	return s, nil
}

// ErrReadingGone says that a document was read and that its reading, or a part of it, can be had no more: its key was destroyed, or its
// bytes have left the station.
var ErrReadingGone = errors.New("what was read of the document is here no more")

// ReadingChecks are the checks that rest on what a document reader gave. They cannot be made again without it.
func ReadingChecks() []string {
	return []string{"document.page", "document.chip", "document.seal", "document.image"}
}

// RestsOnReading reports whether a check is one of ReadingChecks.
func RestsOnReading(check string) bool { return slices.Contains(ReadingChecks(), check) }

// WithoutReading is the part of a plan that can be asked when the reading is gone.
func WithoutReading(plan []Planned) []Planned {
	return slices.DeleteFunc(slices.Clone(plan), func(p Planned) bool { return RestsOnReading(p.Check.Name()) })
}

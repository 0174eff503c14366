package border

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Check is one question about a traveller. The same checks serve the counter, the screening of passengers before arrival and the
// re-screening at the centre. An error means that the question has no answer: Inspect turns it into "not checked".
type Check interface {
	// Name is the check's stable name, such as "document" or "alerts.national"; it is a key of the text catalogue.
	Name() string
	// Check answers for one subject. It must return soon after ctx ends.
	Check(ctx context.Context, subject Subject) (Finding, error)
}

// Subject is what a check looks at: who the document says its bearer is, the document, and the circumstances.
type Subject struct {
	Identity traveldoc.Identity
	Document traveldoc.Document
	// MRZ is the parsed machine readable zone; nil when the document was typed from its visual zone.
	MRZ *mrz.Document
	// Reading is what a document reader gave beside the zone; nil when there was none.
	Reading   *reader.Reading
	Direction Direction
	Mode      Mode
	// Purpose is the coded purpose of travel (Purposes); empty when nobody asked.
	Purpose string
	// At is the instant of the crossing; Today is the calendar date then at the crossing point.
	At    time.Time
	Today traveldoc.Date
	// Again says that a decision made then is checked again: its own crossing, and what followed it, count for nothing against it.
	Again bool
	// Scan and Lane are the inspection that is looked at, for the audit entries of checks that ask outside; zero when there is none.
	Scan uuid.UUID
	Lane string
	Circumstances
}

// Direction is the way a traveller goes.
type Direction string

// The directions.
const (
	Entry Direction = "entry"
	Exit  Direction = "exit"
)

// Valid reports whether d is one of the directions.
func (d Direction) Valid() bool { return d == Entry || d == Exit }

// Mode is the mode of transport at the border (an open enumeration; see Modes).
type Mode string

// The modes of transport.
const (
	Air   Mode = "air"
	Land  Mode = "land"
	Sea   Mode = "sea"
	Rail  Mode = "rail"
	River Mode = "river"
	Foot  Mode = "foot"
)

// Modes are all modes of transport, in the order shown to officers.
func Modes() []Mode { return []Mode{Air, Land, Sea, Rail, River, Foot} }

// Valid reports whether m is one of the modes.
func (m Mode) Valid() bool {
	for _, known := range Modes() {
		if m == known {
			return true
		}
	}
	return false
}

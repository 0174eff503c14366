package mrz

// FieldID names a field of the machine readable zone.
type FieldID uint8

// The fields. A format that lacks a field gives it an empty range.
const (
	NoField FieldID = iota
	DocumentCode
	IssuingState
	Name
	DocumentNumber
	Nationality
	BirthDate
	Sex
	ExpiryDate
	OptionalData  // the first optional field (TD1: line 1)
	OptionalData2 // TD1: line 2
	GivenNames    // where they stand apart from the surname (French identity card)
	IssueDate     // where it is printed (French identity card: the first cells of the number)
	Language      // of a Swiss licence: D, F, I or R
	Composite     // no field of its own: the check digit over several
)

const fieldCount = int(Composite) + 1

// String is the field's name in JSON and in the text catalogue.
func (f FieldID) String() string {
	switch f {
	case NoField:
	case DocumentCode:
		return "document_code"
	case IssuingState:
		return "issuing_state"
	case Name:
		return "name"
	case DocumentNumber:
		return "document_number"
	case Nationality:
		return "nationality"
	case BirthDate:
		return "birth_date"
	case Sex:
		return "sex"
	case ExpiryDate:
		return "expiry_date"
	case OptionalData, OptionalData2:
		return "optional_data"
	case GivenNames:
		return "given_names"
	case IssueDate:
		return "issue_date"
	case Language:
		return "language"
	case Composite:
		return "composite"
	}
	return ""
}

// MarshalText writes the field's name.
func (f FieldID) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Range is a run of cells on one line; lines and positions count from 1, both ends belong to it. The zero value is no place.
type Range struct {
	Line uint8 `json:"line"`
	From uint8 `json:"from"`
	To   uint8 `json:"to"`
}

// Len is the number of cells.
func (r Range) Len() int {
	if r.Line == 0 {
		return 0
	}
	return int(r.To-r.From) + 1
}

// Verdict is what the zone itself says about a field.
type Verdict uint8

// The verdicts.
const (
	// NoCheck: no check digit protects the field and nothing is wrong with its syntax.
	NoCheck Verdict = iota
	// OK: the check digits that protect the field agree with it.
	OK
	// Suspect: the field's own digit is right but a composite digit is wrong that no wrong field explains, or the line is cut.
	Suspect
	// Failed: the field's check digit or its syntax is wrong.
	Failed
)

// String is the verdict's name in JSON: "no_check", "ok", "suspect" or "failed".
func (v Verdict) String() string { return [...]string{"no_check", "ok", "suspect", "failed"}[v&3] }

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Field is one field as it was read.
type Field struct {
	Raw     string  `json:"raw"`   // the cells with their fillers; shorter than At when the line was cut
	Value   string  `json:"value"` // without fillers; dates in ISO 8601 as far as known
	At      Range   `json:"at"`
	Verdict Verdict `json:"verdict"`
	Derived bool    `json:"derived,omitempty"` // not printed: computed from what is
}

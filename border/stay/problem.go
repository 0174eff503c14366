package stay

import "github.com/google/uuid"

// Problem codes say what is missing or contradicts itself in a history. They are keys of the text catalogue below "evidence.".
const (
	ExitMissing        = "stay.exit_missing"        // an entry follows an entry: when he left in between is not known
	EntryMissing       = "stay.entry_missing"       // an exit without an entry before it: since when he was here is not known
	DirectionUnknown   = "stay.direction_unknown"   // neither entry nor exit: kept, but of no effect
	DateMissing        = "stay.date_missing"        // neither a date nor an event time: kept, but of no effect
	DatePartial        = "stay.date_partial"        // the day is not known
	DateContradicts    = "stay.date_contradicts"    // date and event time lie further apart than zones explain
	VersionsDiffer     = "stay.versions_differ"     // the same movement is told in two ways
	SameCrossing       = "stay.same_crossing"       // two records of one crossing, such as a stamp and the electronic record
	BasisUnknown       = "stay.basis_unknown"       // a basis that this release does not know: it may count or not
	CategoryUnknown    = "stay.category_unknown"    // a category that this release does not know
	OriginUnknown      = "stay.origin_unknown"      // a provenance that this release does not know
	UntilPartial       = "stay.until_partial"       // the end of the authorised stay is no full date: taken as its last day
	UntilBeforeEntry   = "stay.until_before_entry"  // the authorised stay ended before it began
	ChangeWithoutStay  = "stay.change_without_stay" // a change of authorisation at a time when no stay is known: of no effect
	ChangeUnknown      = "stay.change_unknown"      // a change of a kind that this release does not know: of no effect
	ChangeDateMissing  = "stay.change_date_missing" // a change without its date, or an extension without its end: of no effect
	ExtensionBackwards = "stay.extension_backwards" // an extension that ends before it was decided: of no effect
	OverlappingStays   = "stay.overlap"             // two stays share more than the day on which one ends and the next begins
)

// ProblemCodes are all codes of problems.
func ProblemCodes() []string {
	return []string{
		ExitMissing, EntryMissing, DirectionUnknown, DateMissing, DatePartial, DateContradicts, VersionsDiffer, SameCrossing, BasisUnknown,
		CategoryUnknown, OriginUnknown, UntilPartial, UntilBeforeEntry, ChangeWithoutStay, ChangeUnknown, ChangeDateMissing,
		ExtensionBackwards, OverlappingStays,
	}
}

// Problem is something missing or contradictory in a history. Nothing is left out because of it.
type Problem struct {
	Code string `json:"code"`
	// Records are the movements or changes of authorisation it is about.
	Records  []uuid.UUID `json:"records,omitempty"`
	Found    string      `json:"found,omitempty"`
	Expected string      `json:"expected,omitempty"`
	// Doubt says that days depend on it: the answers are then bounds.
	Doubt bool `json:"doubt,omitempty"`
}

package central

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Alert is an entry of the national alert list with its record: who made it, and who withdrew it and why.
type Alert struct {
	alerts.Flat
	ID               uuid.UUID
	CreatedBy        string
	CreatedAt        time.Time
	Version          int64 // of the list, when it was made
	WithdrawnBy      string
	WithdrawnAt      *time.Time
	WithdrawnWhy     string
	WithdrawnVersion int64
}

// AlertActions are the codes of what an officer is to do, in the order shown.
func AlertActions() []string {
	return []string{"refer", "seize_document", "detain", "protect", "observe", "inform"}
}

// WithdrawalReasons are the codes for taking an alert off the list.
func WithdrawalReasons() []string { return []string{"settled", "mistaken", "expired", "replaced"} }

// AlertPage is one page of the list in force, with the list's version and the count of all, from one snapshot.
type AlertPage struct {
	Rows    []Alert
	Total   int
	Version int64
	Next    Cursor
}

// MaxReason is the longest reason of an alert, in bytes.
const MaxReason = 500

// maxPlate is the longest plate, in bytes, as at a counter (border.Vehicle).
const maxPlate = 20

// CheckAlert says what is wrong with a new alert. It names a person, a document or a vehicle, or several of them.
func CheckAlert(a alerts.Flat) error {
	invalid := func(code, field string) error { return problem.New(problem.Invalid, code).At(field) }
	name, number := traveldoc.FoldName(a.Surname+a.GivenNames), traveldoc.FoldNumber(a.DocumentNumber)
	switch {
	case a.Plate != "" && (len(a.Plate) > maxPlate || border.FoldPlate(a.Plate) == ""):
		return invalid("scan.plate", "plate")
	case name == "" && number == "" && a.Plate == "":
		return invalid("alert_nobody", "surname")
	case name != "" && a.Surname == "":
		return invalid("alert_surname", "surname")
	case name != "" && number == "" && a.BirthDate.IsZero():
		return invalid("alert_birth_date", "birth_date")
	case len(a.Surname) > MaxTerm || len(a.GivenNames) > MaxTerm:
		return invalid("term_too_long", "surname")
	case len(a.DocumentNumber) > MaxTerm:
		return invalid("term_too_long", "document_number")
	case !country(a.Nationality):
		return invalid("country_code", "nationality")
	case !country(a.IssuingState):
		return invalid("country_code", "issuing_state")
	case !country(a.PlateCountry):
		return invalid("scan.plate_country", "plate_country")
	case a.Sex != "" && a.Sex != "M" && a.Sex != "F" && a.Sex != "X":
		return invalid("sex_unknown", "sex")
	case a.Reason == "" || len(a.Reason) > MaxReason:
		return problem.New(problem.Invalid, "alert_reason").At("reason").With("max", MaxReason)
	case !slices.Contains(AlertActions(), a.Action):
		return invalid("alert_action", "action")
	case a.ValidFrom.Precision() != traveldoc.PrecisionDay:
		return invalid("day_incomplete", "valid_from")
	case !a.ValidUntil.IsZero() && a.ValidUntil.Precision() != traveldoc.PrecisionDay:
		return invalid("day_incomplete", "valid_until")
	case a.ValidUntil.Before(a.ValidFrom):
		return invalid("range_reversed", "valid_until")
	}
	return nil
}

// country is an ICAO Doc 9303-3 code (one to three capital letters) or empty: not known.
func country(code string) bool {
	outside := func(r rune) bool { return r < 'A' || r > 'Z' }
	return len(code) <= 3 && !strings.ContainsFunc(code, outside)
}

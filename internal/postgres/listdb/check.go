package listdb

import (
	"slices"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// The bounds of an alert, in bytes and pieces. An alert is one row of the dataset besides (replication.MaxRowBytes).
const (
	MaxID    = 100
	MaxWords = 4000 // of a text that people write
	MaxName  = 500
	MaxCode  = 40
	MaxItems = 1000 // names, documents, ... of one subject
)

// CheckAlert says what is wrong with an alert, whoever made it: of a file, of a form. What a file leaves open stays open.
func CheckAlert(a alerts.Alert) error {
	for field, words := range everyWord(a) {
		if slices.ContainsFunc(words, func(w string) bool { return !text(w, replication.MaxRowBytes) }) {
			return invalid("lists.words", field).With("max", MaxWords)
		}
	}
	if err := checkWords(a); err != nil {
		return err
	}
	if err := checkDates(a); err != nil {
		return err
	}
	return checkSubject(a.Subject)
}

func invalid(code, field string) *problem.Error { return problem.New(problem.Invalid, code).At(field) }

// idText is an id that can stand in a key and in an address.
func idText(id string) bool {
	outside := func(r rune) bool { return r <= ' ' || r == '/' || unicode.IsControl(r) || unicode.IsSpace(r) }
	return id != "" && text(id, MaxID) && !strings.ContainsFunc(id, outside)
}

// everyWord is all text of an alert that the other checks do not look at letter by letter: nothing in it may be what a database, or the
// reader of a station, cannot hold.
func everyWord(a alerts.Alert) map[string][]string {
	words := map[string][]string{"geo_scope": a.GeoScope, "remarks": a.Remarks, "owner": {a.Owner}}
	for _, n := range a.Subject.Names {
		words["names"] = append(words["names"], n.Script)
		for _, p := range n.Parts {
			words["names"] = append(words["names"], p.Text, string(p.Role))
		}
	}
	for _, b := range a.Subject.Births {
		words["births"] = append(words["births"], b.Raw, b.Calendar)
	}
	for _, d := range a.Subject.Documents {
		words["documents"] = append(words["documents"], d.Type, d.Number, d.Until, d.Issuer, d.Status, d.Note)
	}
	for _, v := range a.Subject.Vehicles {
		words["vehicles"] = append(words["vehicles"], v.Plate, v.Country, v.VIN, v.Make, v.Colour)
	}
	for _, p := range slices.Concat(a.Subject.BirthPlaces, a.Subject.Addresses) {
		words["addresses"] = append(words["addresses"], p.Text, p.Country)
	}
	for _, l := range a.Links {
		words["links"] = append(words["links"], l.Key, l.Relation)
	}
	return words
}

func checkWords(a alerts.Alert) error {
	switch {
	case !listID.MatchString(a.List):
		return invalid("lists.list_id", "list")
	case !idText(a.ID):
		return invalid("lists.id", "id").With("max", MaxID)
	case !a.Category.Valid():
		return invalid("lists.category", "category")
	case !a.Action.Valid():
		return invalid("lists.action", "action")
	case a.Secrecy != "" && a.Secrecy != alerts.Open && a.Secrecy != alerts.Discreet:
		return invalid("lists.secrecy", "secrecy")
	case !slices.Contains([]alerts.Status{"", alerts.Active, alerts.Suspended, alerts.Withdrawn}, a.Status):
		return invalid("lists.status", "status")
	case a.Priority < 0 || a.Priority > 9:
		return invalid("lists.priority", "priority")
	}
	long := []struct{ field, value string }{
		{"owner", a.Owner}, {"legal_basis", a.LegalBasis}, {"reason", a.Reason}, {"instructions", a.Instructions}, {"contact", a.Contact},
		{"description", a.Subject.Description},
	}
	for _, w := range long {
		if !text(w.value, MaxWords) {
			return invalid("lists.words", w.field).With("max", MaxWords)
		}
	}
	if len(a.Owner) > MaxAgency {
		return invalid("lists.owner", "owner").With("max", MaxAgency)
	}
	for _, mark := range a.Safety {
		if !slices.Contains(safeties(), mark) {
			return invalid("lists.safety", "safety")
		}
	}
	return nil
}

func checkDates(a alerts.Alert) error {
	for _, d := range []struct {
		field string
		date  traveldoc.Date
	}{{"valid_from", a.ValidFrom}, {"valid_until", a.ValidUntil}, {"review_by", a.ReviewBy}} {
		if !d.date.IsZero() && d.date.Precision() != traveldoc.PrecisionDay {
			return invalid("day_incomplete", d.field)
		}
	}
	if !a.ValidFrom.IsZero() && !a.ValidUntil.IsZero() && a.ValidUntil.Before(a.ValidFrom) {
		return invalid("range_reversed", "valid_until")
	}
	return nil
}

func checkSubject(s alerts.Subject) error {
	if len(s.Names)+len(s.Births)+len(s.Documents)+len(s.Vehicles)+len(s.Nationalities)+len(s.Pictures) > MaxItems {
		return invalid("lists.items", "names").With("max", MaxItems)
	}
	if err := checkPerson(s); err != nil {
		return err
	}
	for _, d := range s.Documents {
		switch {
		case traveldoc.FoldNumber(d.Number) == "" || len(d.Number) > MaxName:
			return invalid("lists.document_number", "documents")
		case !country(d.Issuer):
			return invalid("country_code", "documents")
		case d.Until != "" && !rangeOf(d.Number, d.Until):
			return invalid("lists.document_range", "documents")
		}
	}
	for _, v := range s.Vehicles {
		if border.FoldPlate(v.Plate) == "" && traveldoc.FoldNumber(v.VIN) == "" {
			return invalid("lists.vehicle", "vehicles")
		}
	}
	return checkKind(s)
}

// checkKind holds a subject to what its kind needs to be found by.
func checkKind(s alerts.Subject) error {
	switch s.Kind {
	case alerts.Person:
		if len(s.Names)+len(s.Documents)+len(s.Prints) == 0 {
			return invalid("lists.nobody", "names")
		}
	case alerts.DocumentOnly:
		if len(s.Documents) == 0 {
			return invalid("lists.document_number", "documents")
		}
	case alerts.VehicleOnly:
		if len(s.Vehicles) == 0 {
			return invalid("lists.vehicle", "vehicles")
		}
	case alerts.Organisation, alerts.Vessel, alerts.Aircraft:
		if len(s.Names)+len(s.Vehicles)+len(s.Documents) == 0 {
			return invalid("lists.nobody", "names")
		}
	default:
		return invalid("lists.kind", "kind")
	}
	return nil
}

func checkPerson(s alerts.Subject) error {
	kinds := []alerts.NameKind{alerts.Primary, alerts.Strong, alerts.Weak, alerts.Former, alerts.MRZName}
	for _, n := range s.Names {
		if strings.TrimSpace(n.Raw) == "" || !text(n.Raw, MaxName) || !slices.Contains(kinds, n.Kind) {
			return invalid("lists.name", "names").With("max", MaxName)
		}
	}
	for _, b := range s.Births {
		if b.From.IsZero() || b.To.IsZero() || b.To.Last().Before(b.From.First()) {
			return invalid("lists.birth", "births")
		}
	}
	for _, sex := range s.Sexes {
		if sex != "M" && sex != "F" && sex != "X" {
			return invalid("sex_unknown", "sexes")
		}
	}
	for _, code := range s.Nationalities {
		if !country(code) || code == "" {
			return invalid("country_code", "nationalities")
		}
	}
	return nil
}

// rangeOf says whether two numbers bound a range of blanks: of one form, the second not before the first.
func rangeOf(from, until string) bool {
	a, b := traveldoc.FoldNumber(from), traveldoc.FoldNumber(until)
	if len(a) != len(b) || b < a {
		return false
	}
	for i := range len(a) {
		if (a[i] >= '0' && a[i] <= '9') != (b[i] >= '0' && b[i] <= '9') {
			return false
		}
	}
	return true
}

// country is an ICAO Doc 9303-3 code (one to three capital letters) or empty: not known.
func country(code string) bool {
	outside := func(r rune) bool { return r < 'A' || r > 'Z' }
	return len(code) <= 3 && !strings.ContainsFunc(code, outside)
}

package listfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// DocumentTypes are the kinds of documents of alerts.Document.
func DocumentTypes() []string { return []string{"P", "I", "V", "R", "D", "O"} }

// DocumentStatuses are what can be the matter with a document of a list.
func DocumentStatuses() []string {
	return []string{"lost", "stolen", "stolen_blank", "revoked", "false", "held"}
}

// Relations are what a link of an alert can say.
func Relations() []string {
	return []string{"same_person", "companion", "family", "vehicle", "document", "organisation", "other"}
}

// The codes of the fields of an alert that are lists of codes.
var (
	kinds     = []alerts.Kind{alerts.Person, alerts.DocumentOnly, alerts.VehicleOnly, alerts.Organisation, alerts.Vessel, alerts.Aircraft}
	secrecies = []alerts.Secrecy{"", alerts.Open, alerts.Discreet}
	statuses  = []alerts.Status{"", alerts.Draft, alerts.Active, alerts.Suspended, alerts.Withdrawn, alerts.Expired}
	nameKinds = []alerts.NameKind{alerts.Primary, alerts.Strong, alerts.Weak, alerts.Former, alerts.MRZName}
	nameRoles = []alerts.NameRole{alerts.Given, alerts.Family, alerts.Patronymic, alerts.Unknown}
	sexes     = []string{"M", "F", "X"}
)

// fault is what is wrong with an alert.
type fault struct{ where, code, detail string }

// codes tells which codes of an alert are none of ours. An alert of a foreign list never has any.
func codes(a alerts.Alert) []fault {
	var f faults
	if !a.Category.Valid() {
		f.add("category", RefusedNoCategory, "expected one of "+list(alerts.Categories()))
	}
	if !a.Action.Valid() {
		f.add("action", RefusedNoCategory, "expected one of "+list(alerts.Actions()))
	}
	among(&f, "secrecy", a.Secrecy, secrecies)
	among(&f, "status", a.Status, statuses)
	among(&f, "subject.kind", a.Subject.Kind, kinds)
	for i, l := range a.Links {
		among(&f, at("links", i, "relation"), l.Relation, Relations())
	}
	for i, n := range a.Subject.Names {
		among(&f, at("subject.names", i, "kind"), n.Kind, nameKinds)
		if squeeze(n.Raw) == "" {
			f.add(at("subject.names", i, "raw"), RefusedValue, "expected a name")
		}
		for j, p := range n.Parts {
			among(&f, at(at("subject.names", i, "parts"), j, "role"), p.Role, nameRoles)
		}
	}
	for i, s := range a.Subject.Sexes {
		among(&f, at("subject.sexes", i, ""), s, sexes)
	}
	f.states(a.Subject)
	f.dates(a)
	return f
}

type faults []fault

func (f *faults) add(where, code, detail string) { *f = append(*f, fault{where, code, detail}) }

func at(where string, i int, field string) string {
	where += "[" + strconv.Itoa(i) + "]"
	if field != "" {
		where += "." + field
	}
	return where
}

func among[T ~string](f *faults, where string, value T, allowed []T) {
	if !slices.Contains(allowed, value) {
		f.add(where, RefusedValue, "expected one of "+list(allowed))
	}
}

func list[T ~string](values []T) string {
	words := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			words = append(words, string(v))
		}
	}
	return strings.Join(words, ", ")
}

// states tells which codes of countries and kinds of documents are not known.
func (f *faults) states(s alerts.Subject) {
	known := func(where, code string) {
		if _, is := mrz.LookupState(code); code != "" && !is {
			f.add(where, RefusedValue, "expected a code of ICAO Doc 9303-3, such as FRA or D")
		}
	}
	for i, code := range s.Nationalities {
		known(at("subject.nationalities", i, ""), or(code, "-"))
	}
	for i, d := range s.Documents {
		known(at("subject.documents", i, "issuer"), d.Issuer)
		among(f, at("subject.documents", i, "type"), d.Type, append(DocumentTypes(), ""))
		among(f, at("subject.documents", i, "status"), d.Status, append(DocumentStatuses(), ""))
		if squeeze(d.Number) == "" {
			f.add(at("subject.documents", i, "number"), RefusedValue, "expected a number")
		}
		if d.Until != "" && len(d.Until) != len(d.Number) {
			f.add(at("subject.documents", i, "until"), RefusedValue, "expected as many characters as the first number of the range has")
		}
	}
	for i, p := range s.BirthPlaces {
		known(at("subject.birth_places", i, "country"), p.Country)
	}
	for i, p := range s.Addresses {
		known(at("subject.addresses", i, "country"), p.Country)
	}
}

// dates tells which intervals end before they begin.
func (f *faults) dates(a alerts.Alert) {
	for i, b := range a.Subject.Births {
		if b.From.IsZero() || b.To.IsZero() || b.To.Before(b.From) {
			f.add(at("subject.births", i, ""), RefusedDate, "expected a beginning and an end that does not lie before it")
		}
	}
	if a.ValidUntil.Before(a.ValidFrom) {
		f.add("valid_until", RefusedDate, "expected a day that does not lie before valid_from")
	}
}

// Package alerts is what lists hold: alerts on persons, documents and vehicles, why they are looked for and what is to be done, and the
// lists with their policies. It says how they travel as rows of a reference dataset, and nothing of how they are found (alerts/match) or
// answered with (alerts/listcheck). It must never lose a field that a list gave, nor let a discreet alert become a row.
package alerts

import "github.com/openbmis/openbmis/traveldoc"

// CheckName is the name of the check that asks the lists about a traveller.
const CheckName = "alerts.national"

// Flat is an alert in one row: one name, one document, one plate. It is the short way to write one (see Alert).
type Flat struct {
	ID             string         `json:"id"`
	Surname        string         `json:"surname,omitempty"`
	GivenNames     string         `json:"given_names,omitempty"`
	BirthDate      traveldoc.Date `json:"birth_date"` // empty when not known: it then disagrees with nobody
	Sex            string         `json:"sex,omitempty"`
	Nationality    string         `json:"nationality,omitempty"`
	DocumentNumber string         `json:"document_number,omitempty"`
	IssuingState   string         `json:"issuing_state,omitempty"` // of the document; empty when not known
	Plate          string         `json:"plate,omitempty"`         // of a vehicle
	PlateCountry   string         `json:"plate_country,omitempty"` // letters of the State that issued the plate; empty when not known
	Reason         string         `json:"reason"`
	Action         string         `json:"action"` // what the officer is to do
	ValidFrom      traveldoc.Date `json:"valid_from"`
	ValidUntil     traveldoc.Date `json:"valid_until"`
}

// Package alerts is the national alert list at a crossing point: its entries, an index over them, and the check that asks it. It
// must never answer "no hit" when it does not hold the list.
package alerts

import (
	"encoding/json"
	"fmt"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Dataset is the reference dataset that carries the list from the centre to the stations; CheckName is the check that asks it.
const (
	Dataset   = "alerts_national"
	CheckName = "alerts.national"
)

// Flat is an alert in one row: one name, one document, one plate. It is the old form of the national list, and the short way to write an alert (see Alert).
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

// Parse reads an entry as the centre publishes it. An entry that names no person, document or vehicle is an error.
func Parse(key string, row json.RawMessage) (Flat, error) {
	var a Flat
	if err := json.Unmarshal(row, &a); err != nil {
		return Flat{}, fmt.Errorf("alert %s: %w", key, err)
	}
	a.ID = key
	if traveldoc.FoldName(a.Surname+a.GivenNames) == "" && traveldoc.FoldNumber(a.DocumentNumber) == "" && border.FoldPlate(a.Plate) == "" {
		return Flat{}, fmt.Errorf("alert %s: expected a name, a document number or a plate", key)
	}
	return a, nil
}

// inForce reports whether the alert is valid on a day.
func (a Flat) inForce(today traveldoc.Date) bool {
	return !today.Before(a.ValidFrom) && !a.ValidUntil.Before(today)
}

package alerts

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ListsDataset is the reference dataset of all lists: one row for each list (ListKey), each open alert (RowKey) and each picture
// (PictureKey). A change of alerts and the new version of their list are one version of the dataset. Discreet alerts are never in it.
const ListsDataset = "alerts"

// The beginnings of the dataset's keys.
const (
	listPrefix    = "l:"
	alertPrefix   = "a:"
	picturePrefix = "p:"
)

// ListKey is the key of a list's row, a ListInfo.
func ListKey(list string) string { return listPrefix + list }

// RowKey is the key of an alert's row, an Alert.
func RowKey(key string) string { return alertPrefix + key }

// PictureKey is the key of a picture's row, a Picture, by the digest of its bytes in hex.
func PictureKey(digest string) string { return picturePrefix + digest }

// Picture is the picture of a subject, as a JPEG small enough for a row.
type Picture struct {
	JPEG []byte `json:"jpeg"`
}

// SplitKey tells a row's kind ('l', 'a', 'p'; 0 when it is none) and its name.
func SplitKey(key string) (kind byte, name string) {
	if len(key) > 2 && key[1] == ':' && strings.IndexByte("lap", key[0]) >= 0 {
		return key[0], key[2:]
	}
	return 0, key
}

// ParseRow reads an alert's row.
func ParseRow(row json.RawMessage) (Alert, error) {
	var a Alert
	if err := json.Unmarshal(row, &a); err != nil {
		return Alert{}, fmt.Errorf("alert: %w", err)
	}
	if a.List == "" || a.ID == "" {
		return Alert{}, fmt.Errorf("alert: expected a list and an id")
	}
	return a, nil
}

// Alert is the flat alert as an alert of a list.
func (f Flat) Alert(list string) Alert {
	a := Alert{
		List: list, ID: f.ID, Version: 1, Category: CategoryOther, Reason: f.Reason, Action: Action(f.Action),
		ValidFrom: f.ValidFrom, ValidUntil: f.ValidUntil, Subject: Subject{Kind: Person},
	}
	if f.Surname != "" || f.GivenNames != "" {
		n := Name{Raw: strings.TrimSpace(f.GivenNames + " " + f.Surname), Kind: Primary}
		for _, p := range []NamePart{{f.GivenNames, Given}, {f.Surname, Family}} {
			if p.Text != "" {
				n.Parts = append(n.Parts, p)
			}
		}
		a.Subject.Names = []Name{n}
	}
	if !f.BirthDate.IsZero() {
		a.Subject.Births = []Birth{{From: f.BirthDate, To: f.BirthDate}}
	}
	if f.Sex != "" {
		a.Subject.Sexes = []string{f.Sex}
	}
	if f.Nationality != "" {
		a.Subject.Nationalities = []string{f.Nationality}
	}
	if f.DocumentNumber != "" {
		a.Subject.Documents = []Document{{Number: f.DocumentNumber, Issuer: f.IssuingState}}
	}
	if f.Plate != "" {
		a.Subject.Vehicles = []Vehicle{{Plate: f.Plate, Country: f.PlateCountry}}
	}
	switch {
	case len(a.Subject.Names) > 0:
	case len(a.Subject.Documents) > 0:
		a.Subject.Kind, a.Category = DocumentOnly, CategoryObject
	default:
		a.Subject.Kind, a.Category = VehicleOnly, CategoryObject
	}
	return a
}

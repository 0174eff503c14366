package alerts

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc"
)

// Alert is an entry of a list: who or what is looked for, why, and what is to be done. All three are always there (Regulation (EU)
// 2018/1861, article 20).
type Alert struct {
	// List and ID name it: ID is the owner's own, such as "CDi.001", and unique in its list. Key is both.
	List string `json:"list"`
	ID   string `json:"id"`
	// Version counts the changes of this alert, from 1. What was said of version 1 does not stand for version 2.
	Version int `json:"version"`

	Owner      string   `json:"owner,omitempty"`       // agency that owns it; empty: the list's owner
	LegalBasis string   `json:"legal_basis,omitempty"` // act and article
	Category   Category `json:"category"`              // why, coded
	Reason     string   `json:"reason,omitempty"`      // why, in the owner's words; shown as the list's policy says
	Action     Action   `json:"action"`                // what is to be done
	// Instructions are the owner's words on the action; Contact is whom to call.
	Instructions string  `json:"instructions,omitempty"`
	Contact      string  `json:"contact,omitempty"`
	Secrecy      Secrecy `json:"secrecy,omitempty"`
	Priority     int     `json:"priority,omitempty"` // 1 is the most urgent; 0: as its action
	Status       Status  `json:"status,omitempty"`   // empty: active

	ValidFrom  traveldoc.Date `json:"valid_from,omitzero"`
	ValidUntil traveldoc.Date `json:"valid_until,omitzero"` // the last day; zero: no end
	ReviewBy   traveldoc.Date `json:"review_by,omitzero"`
	// ListedOn and UpdatedOn are the owner's dates.
	ListedOn  traveldoc.Date `json:"listed_on,omitzero"`
	UpdatedOn traveldoc.Date `json:"updated_on,omitzero"`

	// Flagged says that this State does not carry the action out (validity flag); the alert is then told, not acted on.
	Flagged bool `json:"flagged,omitempty"`
	// Safety are marks that everybody who meets the person must know: "armed", "violent", "escaped", "contagious", "suicide_risk".
	Safety []string `json:"safety,omitempty"`
	// GeoScope are the crossing points (station ids) or States where it applies; empty: everywhere.
	GeoScope []string `json:"geo_scope,omitempty"`
	Links    []Link   `json:"links,omitempty"`

	Subject Subject `json:"subject"`
	// Remarks are what the owner wrote beside the fields, one each: nothing that a list says is dropped.
	Remarks []string `json:"remarks,omitempty"`
}

// Key names the alert among all lists: "LIST/ID".
func (a Alert) Key() string { return a.List + "/" + a.ID }

// Link is another alert that this one has to do with.
type Link struct {
	Key      string `json:"key"`
	Relation string `json:"relation"` // "same_person", "companion", "family", "vehicle", "document", "organisation", "other"
}

// Subject is who or what is looked for: a person, documents, vehicles, or several of them.
type Subject struct {
	Kind          Kind       `json:"kind"`
	Names         []Name     `json:"names,omitempty"`
	Births        []Birth    `json:"births,omitempty"`
	Sexes         []string   `json:"sexes,omitempty"`         // "M", "F", "X"
	Nationalities []string   `json:"nationalities,omitempty"` // ICAO Doc 9303-3 three-letter codes
	BirthPlaces   []Place    `json:"birth_places,omitempty"`
	Documents     []Document `json:"documents,omitempty"`
	Vehicles      []Vehicle  `json:"vehicles,omitempty"`
	Addresses     []Place    `json:"addresses,omitempty"`
	// Pictures and Prints name what is kept of the person: digests of rows of the dataset (PictureKey).
	Pictures    []string `json:"pictures,omitempty"`
	Prints      []string `json:"prints,omitempty"`
	Description string   `json:"description,omitempty"` // height, eyes, marks
}

// Kind is what a subject is. Only persons, documents and vehicles meet a traveller; the others are kept and shown.
type Kind string

// The kinds.
const (
	Person       Kind = "person"
	DocumentOnly Kind = "document"
	VehicleOnly  Kind = "vehicle"
	Organisation Kind = "organisation"
	Vessel       Kind = "vessel"
	Aircraft     Kind = "aircraft"
)

// Name is one name of a person.
type Name struct {
	// Raw is the name as the list writes it, in Script; Parts are its parts where the list tells them apart, in the list's order.
	Raw    string     `json:"raw"`
	Script string     `json:"script,omitempty"` // ISO 15924: "Latn", "Cyrl", "Arab", "Hani", ...; empty: to be seen from the letters
	Kind   NameKind   `json:"kind"`
	Parts  []NamePart `json:"parts,omitempty"`
}

// NamePart is a part of a name with its role.
type NamePart struct {
	Text string   `json:"text"`
	Role NameRole `json:"role"`
}

// NameKind says how far a name is the person's.
type NameKind string

// The kinds of names.
const (
	Primary NameKind = "primary"
	Strong  NameKind = "strong" // good quality alias
	Weak    NameKind = "weak"   // low quality alias: never alerts alone
	Former  NameKind = "former"
	MRZName NameKind = "mrz" // as written in a document's zone
)

// NameRole is what a part of a name is.
type NameRole string

// The roles of parts.
const (
	Given      NameRole = "given"
	Family     NameRole = "family"
	Patronymic NameRole = "patronymic"
	Unknown    NameRole = "unknown" // the list gives an order and no roles
)

// Birth is when somebody was born, as an interval of days.
type Birth struct {
	From traveldoc.Date `json:"from"` // "1965", "1965-03" or "1965-03-14"
	To   traveldoc.Date `json:"to"`   // equal to From unless it is a range
	// Circa says that the list calls it approximate. Calendar is the calendar it was given in, when that is not the Gregorian.
	Circa    bool   `json:"circa,omitempty"`
	Calendar string `json:"calendar,omitempty"`
	Raw      string `json:"raw,omitempty"` // as given, where it is more than the interval
}

// Document is a travel document, or a range of blanks.
type Document struct {
	Type   string `json:"type,omitempty"`   // "P", "I", "V", "R", "D" (driving licence), "O"; empty: not known
	Number string `json:"number"`           // as the list writes it
	Until  string `json:"until,omitempty"`  // the last number of a range of blanks, of the same form as Number
	Issuer string `json:"issuer,omitempty"` // ICAO code; empty: not known
	// Status is what is the matter with it: "lost", "stolen", "stolen_blank", "revoked", "false", "held" (the person uses it).
	Status string         `json:"status,omitempty"`
	Issued traveldoc.Date `json:"issued,omitzero"`
	Expiry traveldoc.Date `json:"expiry,omitzero"`
	Note   string         `json:"note,omitempty"`
}

// Vehicle is a vehicle that is looked for.
type Vehicle struct {
	Plate   string `json:"plate,omitempty"`
	Country string `json:"country,omitempty"` // letters of the State that issued the plate; empty: not known
	VIN     string `json:"vin,omitempty"`
	Make    string `json:"make,omitempty"`
	Colour  string `json:"colour,omitempty"`
}

// Place is a place as a list gives it.
type Place struct {
	Text    string `json:"text"`
	Country string `json:"country,omitempty"`
}

// Secrecy says who may know that somebody is listed.
type Secrecy string

// The degrees of secrecy.
const (
	Open     Secrecy = "open"
	Discreet Secrecy = "discreet" // nobody but the owner: it never leaves the centre
)

// Status is how far an alert is.
type Status string

// The states of an alert.
const (
	Draft     Status = "draft"
	Active    Status = "active"
	Suspended Status = "suspended"
	Withdrawn Status = "withdrawn"
	Expired   Status = "expired" // by its dates
)

// State is how far the alert is on a day.
func (a Alert) State(today traveldoc.Date) Status {
	switch {
	case a.Status != "" && a.Status != Active:
		return a.Status
	case !a.ValidUntil.IsZero() && a.ValidUntil.Before(today):
		return Expired
	case !a.ValidFrom.IsZero() && today.Before(a.ValidFrom):
		return Draft
	}
	return Active
}

// ListInfo is a list as stations know it: row ListKey(ID) of the dataset.
type ListInfo struct {
	ID    string `json:"id"` // "national", "un", "ofac", "eu", "uk", ...: a-z, 0-9 and "-"
	Title string `json:"title"`
	Owner string `json:"owner"` // agency
	// Version counts what was published of the list; Published is when; AsOf is the list's own date (of the file it came from).
	Version   int64          `json:"version"`
	Published time.Time      `json:"published"`
	AsOf      traveldoc.Date `json:"as_of,omitzero"`
	Entries   int            `json:"entries"` // open alerts in it, for the station to hold against what it has
	Policy    Policy         `json:"policy"`
}

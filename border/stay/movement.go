package stay

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Movement is one standing entry or exit of a person, however it became known.
type Movement struct {
	ID        uuid.UUID        `json:"id"` // the crossing, or the record that supplied it
	Direction border.Direction `json:"direction"`
	At        time.Time        `json:"at"`   // event time
	Date      traveldoc.Date   `json:"date"` // calendar date at the post
	Station   string           `json:"station"`
	Origin    border.Origin    `json:"origin,omitempty"` // empty: live
	Category  border.Category  `json:"category,omitempty"`
	Basis     border.Basis     `json:"basis,omitempty"` // of the stay that an entry begins
	// Until is the last day of the stay that was granted at entry, or bounded by a visa; zero when none was.
	Until       traveldoc.Date `json:"until,omitzero"`
	Nationality string         `json:"nationality,omitempty"` // as the document showed it
}

// AuthorisationKind is what became of an authorisation of stay (Regulation (EU) 2017/2226, article 19).
type AuthorisationKind string

// The kinds.
const (
	Extended AuthorisationKind = "extended"
	Revoked  AuthorisationKind = "revoked"
	Annulled AuthorisationKind = "annulled"
)

// Authorisation is one change of the authorisation of a person's stay.
type Authorisation struct {
	ID    uuid.UUID         `json:"id"`
	Kind  AuthorisationKind `json:"kind"`
	On    traveldoc.Date    `json:"on"`             // date of the decision
	Until traveldoc.Date    `json:"until,omitzero"` // the new last day; of a revocation the last lawful day
	At    time.Time         `json:"at"`             // event time
}

// History is everything standing that is known of one person's stays, over all his documents and identities.
type History struct {
	Movements      []Movement      `json:"movements"`
	Authorisations []Authorisation `json:"authorisations,omitempty"`
	// AsOf is when the records of other crossing points were last known to be whole; zero when they were never.
	AsOf time.Time `json:"as_of,omitzero"`
}

// Package pass is the register of border passes: cards without a machine readable zone by which residents of the border zone cross
// (local border traffic). A pass is known by its number, printed and as a code that a reader scans. The register answers for the
// holder; the card alone proves nothing. No pass is ever deleted: one that does not hold any more is revoked.
package pass

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// GuardianAge is the age in years below which a pass names the adult who answers for the holder.
const GuardianAge = 12

// Problems of the register.
var (
	ErrNone    = problem.New(problem.NotFound, "pass.none")
	ErrRevoked = problem.New(problem.Conflict, "pass.revoked")
)

// Pass is one border pass.
type Pass struct {
	ID     uuid.UUID          `json:"id"`
	Number string             `json:"number"`
	Holder traveldoc.Identity `json:"holder"`
	// Guardian is the adult who answers for a holder under GuardianAge.
	Guardian *border.Guardian `json:"guardian,omitempty"`
	Zone     string           `json:"zone"`            // the border zone, in words
	Posts    []string         `json:"posts,omitempty"` // crossing points where it holds; empty: all
	// ValidFrom and ValidUntil are its first and last day.
	ValidFrom  traveldoc.Date `json:"valid_from"`
	ValidUntil traveldoc.Date `json:"valid_until"`
	Authority  string         `json:"authority"` // that issued it
	IssuedAt   time.Time      `json:"issued_at"`
	IssuedBy   string         `json:"issued_by"` // log-in name
	Revoked    *Revocation    `json:"revoked,omitempty"`
}

// Revocation says that a pass holds no more.
type Revocation struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"` // coded, of RevocationReasons
}

// RevocationReasons are the codes of why a pass is revoked, in the order shown.
func RevocationReasons() []string {
	return []string{"lost", "stolen", "moved_away", "misused", "issued_wrongly", "replaced"}
}

// Check says what is wrong with a revocation.
func (r Revocation) Check() error {
	for _, code := range RevocationReasons() {
		if code == r.Reason {
			return nil
		}
	}
	return problem.New(problem.Invalid, "pass.reason").At("reason")
}

// Event is the body of a border.PassEvent record: the pass as it then was.
type Event struct {
	Kind string `json:"kind"` // "issued" or "revoked"
	Pass Pass   `json:"pass"`
}

// Document is the pass as a travel document.
func (p Pass) Document() traveldoc.Document {
	return traveldoc.Document{Code: border.DocumentPass, Number: p.Number, IssuingState: State(p.Number), ExpiryDate: p.ValidUntil}
}

const (
	maxText  = 100
	maxPosts = 20
	maxYears = 10 // that a pass may be valid
)

// Check says what is wrong with a pass that is to be issued on a day.
func (p Pass) Check(today traveldoc.Date) error {
	least, _, known := border.AgeOn(p.Holder.BirthDate, today)
	missing := func(field string) error { return problem.New(problem.Invalid, "scan.field_missing").At(field) }
	for _, f := range []struct{ field, value string }{
		{"surname", p.Holder.Surname}, {"given_names", p.Holder.GivenNames}, {"nationality", p.Holder.Nationality},
		{"zone", p.Zone}, {"authority", p.Authority},
	} {
		switch {
		case strings.TrimSpace(f.value) == "" && f.field != "given_names":
			return missing(f.field)
		case len(f.value) > maxText:
			return problem.New(problem.Invalid, "scan.field_too_long").At(f.field).With("max", maxText)
		}
	}
	switch {
	case !known:
		return missing("birth_date")
	case today.Before(p.Holder.BirthDate):
		return problem.New(problem.Invalid, "pass.born").At("birth_date")
	case len(p.Posts) > maxPosts:
		return problem.New(problem.Invalid, "pass.posts").At("posts").With("max", maxPosts)
	case p.ValidFrom.Precision() != traveldoc.PrecisionDay || p.ValidUntil.Precision() != traveldoc.PrecisionDay:
		return missing("valid_until")
	case p.ValidUntil.Before(p.ValidFrom) || p.ValidUntil.Before(today) || p.ValidUntil.Year()-p.ValidFrom.Year() > maxYears:
		return problem.New(problem.Invalid, "pass.valid").At("valid_until").With("years", maxYears)
	case least < GuardianAge && p.Guardian == nil:
		return problem.New(problem.Invalid, "pass.guardian").At("guardian_surname").With("age", GuardianAge)
	}
	return nil
}

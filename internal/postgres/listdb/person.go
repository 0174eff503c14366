package listdb

import (
	"strings"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

// Person is who reads or acts, with the agency that he works for.
type Person struct {
	audit.Actor
	Agency string
}

// errNotAllowed refuses whoever has not the permission. The screens ask for the same; so does every other way in.
var errNotAllowed = problem.New(problem.Forbidden, "lists.not_allowed")

func (p Person) may(permission auth.Permission) bool {
	return p.ID != "" && auth.Allowed(auth.Role(p.Role), permission)
}

func (p Person) must(permission auth.Permission) error {
	if !p.may(permission) {
		return errNotAllowed
	}
	return nil
}

// Desk is the agency whose discreet alerts the person may know of; empty: none.
func (p Person) Desk() string {
	if !p.may(auth.AlertDiscreet) {
		return ""
	}
	return p.Agency
}

// is compares by account, and by log-in name besides: an account made anew is no second person.
func (p Person) is(id, login string) bool {
	return p.ID == id || login != "" && strings.EqualFold(p.Name, login)
}

// kindOf is the audit log's word for an alert, a proposal or a list: that of a discreet alert names its agency, since only the agency's
// auditors read it.
func kindOf(kind, agency string) string {
	if agency == "" {
		return kind
	}
	return DiscreetKind(agency)
}

// DiscreetKind is the kind of audit entries about an agency's discreet alerts.
func DiscreetKind(agency string) string { return "discreet:" + agency }

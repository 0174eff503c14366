package listdb

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

// errOtherAgency refuses to propose or approve for a list of another agency.
var errOtherAgency = problem.New(problem.Forbidden, "lists.other_agency")

// Keeps says whether the person may propose and approve for a list of open alerts whose owner is that agency: whoever works for an agency
// for its own lists alone, supervisors of no agency for every list, since most owners (UN, OFAC, other States) have nobody here.
func (p Person) Keeps(owner string) bool {
	if p.Agency == "" {
		return auth.Role(p.Role) != auth.RoleListOwner
	}
	return p.Agency == owner
}

// keeps refuses who may not act on a proposal's list. A discreet alert's proposal is its agency's, on whichever list it stands, and not there
// for anybody else. A list's settings are held against its owner as it is and as it shall be: nobody gives a list to another agency, or
// takes one, but supervisors.
func keeps(ctx context.Context, tx pgx.Tx, by Person, p *Proposal) error {
	if p.Agency != "" {
		return nil
	}
	l, err := list(ctx, tx, p.List)
	switch {
	case errors.Is(err, ErrUnknown) && p.Settings != nil:
		l = *p.Settings
	case err != nil:
		return err
	}
	if !by.Keeps(l.Owner) || p.Settings != nil && !by.Keeps(p.Settings.Owner) {
		return errOtherAgency
	}
	return nil
}

package station

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/replication"
)

// lendTimeout is how long somebody waits before a page that says that the centre is out of reach.
const lendTimeout = 8 * time.Second

// lender asks the centre for prints of other stations' candidates. It keeps nothing of them.
type lender struct {
	line    func() *bus.Conn // nil while there is none
	station string
}

var _ fingers.Evidence = lender{}

// Evidence gives the prints of a candidate, in clear.
func (l lender) Evidence(ctx context.Context, actor audit.Actor, task uuid.UUID, c fingers.Candidacy) ([]fingers.Print, error) {
	conn := l.line()
	if conn == nil {
		return nil, fingers.ErrNotWithinReach
	}
	ctx, cancel := context.WithTimeout(ctx, lendTimeout)
	defer cancel()
	lent, err := replication.AskPrints(ctx, conn, l.station, replication.PrintRequest{Task: task, Candidate: c.CandidateLink, Actor: actor})
	switch {
	case errors.Is(err, replication.ErrNoLoan):
		return nil, fingers.ErrEvidenceRefused
	case errors.Is(err, replication.ErrNoCentre):
		return nil, fingers.ErrNotWithinReach
	case err != nil:
		return nil, fmt.Errorf("prints for task %s: %w", task, err)
	}
	prints := make([]fingers.Print, 0, len(lent))
	for _, one := range lent {
		p, err := printOf(one)
		if err != nil {
			return nil, fmt.Errorf("prints for task %s: %w", task, err)
		}
		p.Link = c.CandidateLink
		prints = append(prints, p)
	}
	return prints, nil
}

func printOf(one replication.LentPrint) (p fingers.Print, err error) {
	if one.Position < 0 || one.Position > math.MaxUint8 || !biometrics.Position(one.Position).Finger() {
		return p, errors.New("lent print: expected a finger")
	}
	p = fingers.Print{ID: one.ID, Position: biometrics.Position(one.Position), TakenAt: one.TakenAt, Station: one.Station}
	if p.Template, err = fingerdb.DecodeTemplate(one.Template); err != nil || one.Image == nil {
		return p, err
	}
	m, err := fingerdb.DecodeImage(one.Image)
	p.Image = &m
	return p, err
}

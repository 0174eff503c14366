package border

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// ErrRepairStale answers a repair that is none of those that the zone suggests.
var ErrRepairStale = problem.New(problem.Conflict, "repair.stale").At("proposal")

// Repair carries out one of the readings that the zone of a waiting traveller suggests (mrz.Document.Suggestions), because the officer
// saw it on the page, and runs the checks again. The zone stays as it was read; that it was repaired stays among the findings.
func (d *Desk) Repair(ctx context.Context, actor audit.Actor, id uuid.UUID, edits []mrz.Edit) (*Inspection, error) {
	lane := d.lane(actor.Lane)
	lane.Lock()
	defer lane.Unlock()
	i, err := d.Inspection(ctx, actor.Lane, id)
	if err != nil {
		return nil, err
	}
	if i.Subject.MRZ == nil || len(edits) == 0 {
		return nil, ErrRepairStale
	}
	suggested := slices.ContainsFunc(i.Subject.MRZ.Suggestions(), func(s mrz.Suggestion) bool { return slices.Equal(s.Edits, edits) })
	if !suggested {
		return nil, ErrRepairStale
	}
	scan := i.Scan
	scan.Reading = i.Subject.Reading
	scan.Repairs = append(slices.Clone(i.Scan.Repairs), edits...)
	return d.amended(ctx, actor, scan, "repair")
}

package hitdb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
)

// FoundAgain raises, in the transaction of a case's step, the hits of checks that were run again.
func (s *Store) FoundAgain(ctx context.Context, tx pgx.Tx, scan border.Scan, findings []border.Finding) error {
	matches := hit.Raises(findings)
	if len(matches) == 0 {
		return nil
	}
	_, err := s.raiseAll(ctx, tx, raiseOfScan(scan), matches)
	return err
}

// JudgedInCase writes a case's word on an entry into the way of its hit: there is one word, wherever it is said. Whoever says it takes
// the hit, if nobody has it; somebody else's hit he does not judge.
func (s *Store) JudgedInCase(
	ctx context.Context, tx pgx.Tx, inspection uuid.UUID, j secondline.Judgement, by string, entry audit.Entry,
) error {
	alert, _ := hit.RefOf(j.Check, j.Ref)
	err := s.change(ctx, tx, hit.ID(inspection, alert), func(h *hit.Hit) ([]hit.Step, error) {
		var events []hit.Event
		if h.Outcome == nil && h.Owner == "" {
			events = append(events, hit.Event{Kind: hit.Claimed})
		}
		events = append(events, hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Same: j.Same, Compared: j.Compared, Remark: j.Remark}})
		if !j.Same {
			events = append(events, hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}})
		}
		return s.steps(author(entry, by), h, events)
	})
	if errors.Is(err, hit.ErrNoSuchHit) {
		return nil // a check that knows no alerts, or one that was cleared
	}
	return err
}

package stationdb

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
)

// sparing keeps what is left of a full disk for reading: decisions are refused first, so that travellers can still be scanned and
// their checks read; at last scans are refused too.
type sparing struct {
	border.Store
	space func() pgcluster.Space
}

// Sparing is the store, but refuses with postgres.ErrFull what the disk has no room for, before the database itself runs out of it.
func Sparing(store border.Store, space func() pgcluster.Space) border.Store {
	return sparing{store, space}
}

// OpenScan keeps a scan as undecided.
func (s sparing) OpenScan(ctx context.Context, scan border.Scan, entry audit.Entry) error {
	if s.space() == pgcluster.Spent {
		return postgres.ErrFull
	}
	return s.Store.OpenScan(ctx, scan, entry)
}

// AmendScan keeps what an officer changed about an undecided scan.
func (s sparing) AmendScan(ctx context.Context, scan border.Scan, entry audit.Entry) error {
	if s.space() == pgcluster.Spent {
		return postgres.ErrFull
	}
	return s.Store.AmendScan(ctx, scan, entry)
}

// Attach keeps a further reading of an undecided scan.
func (s sparing) Attach(ctx context.Context, scan border.Scan, entry audit.Entry) error {
	if s.space() == pgcluster.Spent {
		return postgres.ErrFull
	}
	return s.Store.Attach(ctx, scan, entry)
}

// Dismiss closes a scan without a decision: who cannot be decided must not stand in the way of the next.
func (s sparing) Dismiss(ctx context.Context, d border.DismissalEvent, entry audit.Entry) error {
	if s.space() == pgcluster.Spent {
		return postgres.ErrFull
	}
	return s.Store.Dismiss(ctx, d, entry)
}

// Record writes the decision on an open scan.
func (s sparing) Record(ctx context.Context, scanID uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error) {
	if s.space() != pgcluster.Ample {
		return border.CrossingEvent{}, postgres.ErrFull
	}
	return s.Store.Record(ctx, scanID, e, entry)
}

// Annul writes a correction.
func (s sparing) Annul(ctx context.Context, c border.CorrectionEvent, notBefore time.Time, entry audit.Entry) (border.Scan, error) {
	if s.space() != pgcluster.Ample {
		return border.Scan{}, postgres.ErrFull
	}
	return s.Store.Annul(ctx, c, notBefore, entry)
}

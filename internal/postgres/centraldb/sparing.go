package centraldb

import (
	"context"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

// sparing keeps what is left of a full disk for reading: events wait at their stations until there is room.
type sparing struct {
	replication.Applier
	space func() pgcluster.Space
}

// Sparing is the applier, but refuses with postgres.ErrFull what the disk has no room for, before the database itself runs out of it.
func Sparing(applier replication.Applier, space func() pgcluster.Space) replication.Applier {
	return sparing{applier, space}
}

// Apply commits events of a station, or nothing.
func (s sparing) Apply(ctx context.Context, station string, epoch uuid.UUID, events []replication.Event) (replication.Reply, error) {
	if s.space() != pgcluster.Ample {
		return replication.Reply{}, postgres.ErrFull
	}
	return s.Applier.Apply(ctx, station, epoch, events)
}

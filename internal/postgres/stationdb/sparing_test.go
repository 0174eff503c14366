package stationdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
)

func TestAFullDiskIsSparedForReading(t *testing.T) {
	for _, c := range []struct {
		space         pgcluster.Space
		scans, writes error
	}{{pgcluster.Ample, nil, nil}, {pgcluster.Scarce, nil, postgres.ErrFull}, {pgcluster.Spent, postgres.ErrFull, postgres.ErrFull}} {
		space := pgcluster.Ample
		store := stationdb.Sparing(&bordertest.Memory{}, func() pgcluster.Space { return space })
		waiting, decided := bordertest.Scan("1"), bordertest.Scan("1")
		for _, s := range []border.Scan{waiting, decided} {
			require.NoError(t, store.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
		}
		event := bordertest.Event(decided, bordertest.Noon)
		entry := bordertest.Entry(audit.Collection, "crossing", event.CrossingID)

		space = c.space
		_, err := store.Record(t.Context(), decided.ID, event, entry)
		require.ErrorIs(t, err, c.writes)
		another := bordertest.Scan("1")
		require.ErrorIs(t, store.OpenScan(t.Context(), another, entry), c.scans)
		require.ErrorIs(t, store.Dismiss(t.Context(), border.DismissalEvent{InspectionID: waiting.ID, Lane: "1", Reason: "misread"}, entry), c.scans)
		_, err = store.Annul(t.Context(), border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: event.CrossingID, Lane: "1"}, time.Time{}, entry)
		require.ErrorIs(t, err, c.writes)
		_, err = store.Look(t.Context(), "1", 5, nil)
		require.NoError(t, err, "reading goes on")
	}
}

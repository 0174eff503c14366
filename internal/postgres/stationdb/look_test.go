package stationdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
)

func TestWhoWasPutAsideAtTheEnd(t *testing.T) {
	store := stationdb.New(pgtest.New(t, migrations.Station), uuid.New, func() {})
	put := func(number string, at time.Time, dismissed time.Duration) border.Scan {
		scan := bordertest.Scan(number)
		scan.ID, scan.At = uuid.New(), at
		require.NoError(t, store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
		if dismissed > 0 {
			require.NoError(t, store.Dismiss(t.Context(), border.DismissalEvent{
				InspectionID: scan.ID, Station: scan.Station, Lane: scan.Lane, Officer: "o", Reason: "stepped_back", DismissedAt: at.Add(dismissed),
			}, bordertest.Entry(audit.Alteration, "inspection", scan.ID)))
		}
		return scan
	}
	none, err := store.LastDismissed(t.Context(), time.Minute, 9)
	require.NoError(t, err)
	require.Empty(t, none)
	put("A1", bordertest.Noon.Add(-time.Hour), time.Second)
	long := put("A2", bordertest.Noon.Add(-time.Hour), time.Hour)
	short := put("A3", bordertest.Noon.Add(-30*time.Second), time.Second)
	put("A4", bordertest.Noon, 0) // it still waits
	last, err := store.LastDismissed(t.Context(), time.Minute, 9)
	require.NoError(t, err)
	require.Len(t, last, 2)
	require.Equal(t, []uuid.UUID{long.ID, short.ID}, []uuid.UUID{last[0].ID, last[1].ID})
}

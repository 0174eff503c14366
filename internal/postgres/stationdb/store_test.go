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
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
)

func TestStore(t *testing.T) {
	bordertest.RunStore(t, func(t *testing.T) border.Store {
		return stationdb.New(pgtest.New(t, migrations.Station), uuid.New, func() {})
	})
}

func count(t *testing.T, db *postgres.DB, table string) int {
	t.Helper()
	var n int
	require.NoError(t, db.Pool.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

func TestRecordWritesEverythingOrNothing(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	store := stationdb.New(db, uuid.New, func() {})
	scan := bordertest.Scan("L898902C3")
	require.NoError(t, store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event := bordertest.Event(scan, bordertest.Noon)

	broken := event
	broken.Findings = append(broken.Findings, broken.Findings[0]) // the same check twice breaks the findings' key
	_, err := store.Record(t.Context(), scan.ID, broken, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
	require.Error(t, err)
	for _, table := range []string{"traveller", "inspection", "finding", "decision", "crossing", "outbox"} {
		require.Zero(t, count(t, db, table), table)
	}
	require.Equal(t, 1, count(t, db, "audit"), "only the scan's entry")

	_, err = store.Record(t.Context(), scan.ID, event, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
	require.NoError(t, err)
	for table, rows := range map[string]int{
		"traveller": 1, "traveller_document": 1, "inspection": 1, "finding": 2, "decision": 1, "crossing": 1, "outbox": 1, "audit": 2,
	} {
		require.Equal(t, rows, count(t, db, table), table)
	}
}

func TestPast(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	store, history := stationdb.New(db, uuid.New, func() {}), stationdb.NewHistory(db)
	scan := bordertest.Scan("L898902C3")
	past, err := history.Past(t.Context(), scan.Identity, scan.Document, time.Time{})
	require.NoError(t, err)
	require.Nil(t, past.Last)
	require.Empty(t, past.Others)

	require.NoError(t, store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event := bordertest.Event(scan, bordertest.Noon)
	_, err = store.Record(t.Context(), scan.ID, event, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
	require.NoError(t, err)

	misread := scan.Document
	misread.Number = "l898902c3"
	past, err = history.Past(t.Context(), scan.Identity, misread, time.Time{})
	require.NoError(t, err)
	require.Equal(t, border.Entry, past.Last.Direction)
	require.True(t, past.Last.At.Equal(bordertest.Noon))

	other := scan.Identity
	other.BirthDate = bordertest.Scan("").Document.ExpiryDate
	past, err = history.Past(t.Context(), other, scan.Document, time.Time{})
	require.NoError(t, err)
	require.Nil(t, past.Last)
	require.Len(t, past.Others, 1)
	require.Equal(t, "ERIKSSON", past.Others[0].Surname)

	correction := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: event.CrossingID, Lane: "1", Reason: "wrong_key", CorrectedAt: bordertest.Noon}
	_, err = store.Annul(t.Context(), correction, bordertest.Noon, bordertest.Entry(audit.Alteration, "crossing", event.CrossingID))
	require.NoError(t, err)
	past, err = history.Past(t.Context(), scan.Identity, scan.Document, time.Time{})
	require.NoError(t, err)
	require.Nil(t, past.Last, "an annulled crossing did not happen")
}

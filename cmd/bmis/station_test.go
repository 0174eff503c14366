package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
)

func TestStationOutboxAndNewEpoch(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	at := time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)
	require.NoError(t, relaydb.Append(t.Context(), db.Pool, "act", 1, json.RawMessage(`{}`), at, uuid.New()))
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(t, db)}
	code, before, problems := bmis(t, variables, "station outbox")
	require.Equal(t, exitDone, code, problems)
	require.Regexp(t, `waiting +1\noldest +2026-11-20T01:02:03Z\n`, before)
	code, after, problems := bmis(t, variables, "station new-epoch --reason restored")
	require.Equal(t, exitDone, code, problems)
	require.NotEqual(t, before[:48], after[:48], "another epoch")
	require.Contains(t, after, "numbered   0\nconfirmed  0\nwaiting    1\n")
	code, _, problems = bmis(t, variables, "station new-epoch")
	require.Equal(t, exitUsage, code)
	require.Contains(t, problems, "--reason")
}

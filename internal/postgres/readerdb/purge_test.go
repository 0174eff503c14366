package readerdb_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
	"github.com/openbmis/openbmis/migrations"
)

func TestWhatNobodyTookGoesAndIsSaid(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	store, err := readerdb.New(db, bytes.Repeat([]byte{3}, 32), rand.Reader)
	require.NoError(t, err)
	d, _ := device(t, store, "Desk 1")
	var ids []uuid.UUID
	for n, name := range []string{"old", "new"} {
		a := arrival.Arrival{
			ID: uuid.New(), Device: d.ID, DeviceName: d.Name, Reading: name, Lane: "1", At: bordertest.Noon.Add(time.Duration(n) * time.Hour),
			State: arrival.Arrived, Content: bordertest.Reading("ERIKSSON"),
		}
		_, _, err := store.Begin(t.Context(), a, entry(audit.Collection))
		require.NoError(t, err)
		ids = append(ids, a.ID)
	}
	actor := audit.Actor{ID: "station", Name: "test-air", Role: "service", Post: "test-air"}
	at := bordertest.Noon.Add(24 * time.Hour)
	for _, want := range []int{1, 0} {
		n, err := store.Purge(t.Context(), bordertest.Noon.Add(time.Minute), at, actor)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	waiting, err := store.Waiting(t.Context(), "1")
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	require.Equal(t, ids[1], waiting[0].ID)
	count := func(sql string, args ...any) (n int) {
		require.NoError(t, db.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
		return n
	}
	require.Equal(t, 1, count(`reader_arrival where id = $1 and state = 'put_aside' and why = 'expired' and content is null and settled_at = $2`, ids[0], at))
	require.Equal(t, 1, count(`audit where object_kind = 'reading' and object_id = $1 and verb = 'erasure' and decision = 'expired'`, ids[0].String()))
}

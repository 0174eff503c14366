package readerdb_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
)

// The store of a station with its evidence keeps what readers gave as the one in memory does.
func TestTheStationsStoreKeepsReadings(t *testing.T) {
	now := func() time.Time { return bordertest.Noon }
	bordertest.RunReadings(t, func(t *testing.T) border.Store {
		db := pgtest.New(t, migrations.Station)
		keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, now)
		require.NoError(t, err)
		evidence := evidencedb.New(evidencedb.Options{DB: db, Wrapping: keys, Random: rand.Reader, Now: now, NewID: uuid.New})
		return stationdb.New(db, uuid.New, func() {}).Keeping(evidence)
	})
}

func fresh(t *testing.T) *readerdb.Store {
	t.Helper()
	store, err := readerdb.New(pgtest.New(t, migrations.Station), bytes.Repeat([]byte{3}, 32), rand.Reader)
	require.NoError(t, err)
	return store
}

func entry(verb audit.Verb) audit.Entry { return bordertest.Entry(verb, "reading", uuid.New()) }

func device(t *testing.T, store *readerdb.Store, name string) (arrival.Device, arrival.TokenHash) {
	t.Helper()
	token, err := arrival.NewToken(rand.Reader)
	require.NoError(t, err)
	hash, ok := token.Hash()
	require.True(t, ok)
	d := arrival.Device{ID: uuid.New(), Name: name, Lane: "1", IssuedAt: bordertest.Noon, IssuedBy: "super"}
	require.NoError(t, store.AddDevice(t.Context(), d, hash, entry(audit.Administration)))
	return d, hash
}

func TestDevicesComeAndGo(t *testing.T) {
	store := fresh(t)
	d, hash := device(t, store, "Desk 1")
	other := d
	other.ID, other.Name = uuid.New(), "desk 1"
	require.ErrorIs(t, store.AddDevice(t.Context(), other, arrival.TokenHash{1}, entry(audit.Administration)), arrival.ErrNameTaken)

	found, err := store.DeviceByToken(t.Context(), hash, bordertest.Noon.Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, bordertest.Noon.Add(time.Minute), found.LastSeen)
	found, err = store.DeviceByToken(t.Context(), hash, bordertest.Noon)
	require.NoError(t, err)
	require.Equal(t, bordertest.Noon.Add(time.Minute), found.LastSeen, "never backwards")
	_, err = store.DeviceByToken(t.Context(), arrival.TokenHash{9}, bordertest.Noon)
	require.ErrorIs(t, err, arrival.ErrToken)

	require.NoError(t, store.RevokeDevice(t.Context(), d.ID, "super", bordertest.Noon, entry(audit.Administration)))
	require.ErrorIs(t, store.RevokeDevice(t.Context(), d.ID, "super", bordertest.Noon, entry(audit.Administration)), arrival.ErrNoDevice)
	_, err = store.DeviceByToken(t.Context(), hash, bordertest.Noon)
	require.ErrorIs(t, err, arrival.ErrToken)
	device(t, store, "Desk 1") // the name is free again
	all, err := store.Devices(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.True(t, all[0].RevokedAt.IsZero(), "those that may post come first")
}

func TestAReadingWaitsSealedUntilItIsSettled(t *testing.T) {
	store := fresh(t)
	d, _ := device(t, store, "Desk 1")
	a := arrival.Arrival{
		ID: uuid.New(), Device: d.ID, DeviceName: d.Name, Reading: "r1", Lane: "1", At: bordertest.Noon, State: arrival.Arrived,
		Content: bordertest.Reading("ERIKSSON"),
	}
	kept, first, err := store.Begin(t.Context(), a, entry(audit.Collection))
	require.NoError(t, err)
	require.True(t, first)
	require.Equal(t, a, kept)
	twin := a
	twin.ID = uuid.New()
	kept, first, err = store.Begin(t.Context(), twin, entry(audit.Collection))
	require.NoError(t, err)
	require.False(t, first)
	require.Equal(t, a, kept, "the same reading of the same device is one, with its content while it waits")

	a.State, a.Why = arrival.Kept, arrival.Nobody
	require.NoError(t, store.Settle(t.Context(), a, nil))
	waiting, err := store.Waiting(t.Context(), "1")
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	require.Nil(t, waiting[0].Content, "a list holds nobody's data")
	none, err := store.Waiting(t.Context(), "2")
	require.NoError(t, err)
	require.Empty(t, none)

	_, err = store.Content(t.Context(), "2", a.ID, entry(audit.Consultation))
	require.ErrorIs(t, err, arrival.ErrNone, "not from another lane")
	whole, err := store.Content(t.Context(), "1", a.ID, entry(audit.Consultation))
	require.NoError(t, err)
	require.Equal(t, a.Content, whole.Content)

	a.State, a.Inspection, a.Officer, a.SettledAt = arrival.Taken, uuid.New(), "amira", bordertest.Noon
	e := entry(audit.Alteration)
	require.NoError(t, store.Settle(t.Context(), a, &e))
	require.ErrorIs(t, store.Settle(t.Context(), a, nil), arrival.ErrNone)
	_, err = store.Content(t.Context(), "1", a.ID, entry(audit.Consultation))
	require.ErrorIs(t, err, arrival.ErrNone, "its content is the inspection's now")
	kept, first, err = store.Begin(t.Context(), twin, entry(audit.Collection))
	require.NoError(t, err)
	require.False(t, first)
	require.Equal(t, arrival.Taken, kept.State)
	require.Nil(t, kept.Content)
}

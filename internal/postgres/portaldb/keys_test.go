package portaldb_test

import (
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

const day24 = 24 * time.Hour

func keysOf(t testing.TB, c *portaldb.Centre) []portaldb.CentreKey {
	t.Helper()
	list, err := c.Keys(t.Context())
	require.NoError(t, err)
	return list
}

// sealedFor are the versions of the keys that what waits is sealed for, in the order in which it was sent.
func sealedFor(t testing.TB, w *portaldbtest.World) (list []int) {
	t.Helper()
	rows, err := w.DB.Pool.Query(t.Context(), `SELECT k.version FROM portal.parcel p JOIN portal.centre_key k ON k.id = p.centre_key WHERE p.taken_at IS NULL ORDER BY p.seq`)
	require.NoError(t, err)
	list, err = pgx.CollectRows(rows, pgx.RowTo[int])
	require.NoError(t, err)
	return list
}

func deeds(t testing.TB, w *portaldbtest.World) (list []string) {
	t.Helper()
	rows, err := pgtest.Admin(t, w.DB).Pool.Query(t.Context(), `SELECT verb || ' ' || decision || ' ' || actor FROM audit WHERE object_kind = 'portal_key' ORDER BY at, decision`)
	require.NoError(t, err)
	list, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// A draft that was begun before the key changed is sealed for the new one when it is sent; what was sent before opens with the old one,
// whenever it is taken.
func TestKeysChangeBetweenDraftSendingAndTaking(t *testing.T) {
	w := portaldbtest.New(t)
	begun := w.Begin(t)
	w.Fill(t, begun, "H", nil)
	_, early := w.Sent(t, "H")
	require.NoError(t, w.Centre.KeepKeys(t.Context()))
	require.Len(t, keysOf(t, w.Centre), 1, "its time is not over")
	w.Clock.Add(30 * day24)
	require.NoError(t, w.Centre.KeepKeys(t.Context()))
	require.NoError(t, w.Centre.KeepKeys(t.Context()))
	keys := keysOf(t, w.Centre)
	require.Len(t, keys, 2)
	require.True(t, keys[0].InForce)
	require.Equal(t, 2, keys[0].Version)
	require.Equal(t, w.Clock.Now(), keys[1].RetiredAt.UTC())
	require.Equal(t, 1, keys[1].Waiting)

	_, late := w.Sent(t, "H")
	require.Equal(t, []int{1, 2}, sealedFor(t, w))
	made, err := w.Centre.RotateKey(t.Context(), audit.Actor{ID: "console:ada", Role: "installation"})
	require.NoError(t, err)
	require.Equal(t, 3, made.Version)
	taken := w.Take(t)
	require.Len(t, taken, 2)
	require.Equal(t, early.Applications[0].ID, taken[0].Application)
	require.Equal(t, late.Applications[0].ID, taken[1].Application)
	require.Equal(t, []string{
		"administration made_first portal-centre", "administration made_age portal-centre", "administration made_asked console:ada",
	}, deeds(t, w))
}

// A portal that was away while keys changed, and one of them ended, goes on with a draft of its own.
func TestAPortalThatWasAwaySendsADraft(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	w.Fill(t, token, "H", nil)
	for range 3 { // days pass for the centre alone
		centre := w.Centre.CentreConfig
		ahead := w.Clock.Now().Add(time.Duration(len(keysOf(t, w.Centre))) * 60 * day24)
		centre.Now = func() time.Time { return ahead }
		require.NoError(t, portaldb.NewCentre(centre).KeepKeys(t.Context()))
		ahead = ahead.Add(2 * time.Hour)
		require.NoError(t, portaldb.NewCentre(centre).KeepKeys(t.Context()))
	}
	keys := keysOf(t, w.Centre)
	require.Len(t, keys, 4)
	require.False(t, keys[3].DestroyedAt.IsZero())
	back, err := apply.New(w.Options) // another process: it remembers nothing
	require.NoError(t, err)
	require.NoError(t, back.Prepare(t.Context()))
	_, problems, err := back.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, []int{4}, sealedFor(t, w))
	require.Len(t, w.Take(t), 1)
}

// Two processes whose hour comes at once make one key.
func TestTwoProcessesMakeOneKey(t *testing.T) {
	w := portaldbtest.New(t)
	w.Clock.Add(31 * day24)
	var all sync.WaitGroup
	errs := make(chan error, 4)
	for range 4 {
		all.Go(func() { errs <- portaldb.NewCentre(w.Centre.CentreConfig).KeepKeys(t.Context()) })
	}
	all.Wait()
	for range 4 {
		require.NoError(t, <-errs)
	}
	require.Len(t, keysOf(t, w.Centre), 2)
	require.Len(t, deeds(t, w), 2)
}

// A key is destroyed when nothing that waits is sealed for it, and that is longer ago than backups are kept: not when only one of both is so.
func TestAKeyIsDestroyedWhenNothingNeedsIt(t *testing.T) {
	w := portaldbtest.New(t)
	w.Sent(t, "H")
	_, err := w.Centre.RotateKey(t.Context(), audit.Actor{ID: "x"})
	require.NoError(t, err)
	first := func() portaldb.CentreKey {
		require.NoError(t, w.Centre.KeepKeys(t.Context()))
		list := keysOf(t, w.Centre)
		return list[len(list)-1]
	}
	require.True(t, first().IdleAt.IsZero())
	w.Clock.Add(100 * day24)
	require.True(t, first().IdleAt.IsZero(), "a parcel waits for it, however long")
	require.Len(t, w.Take(t), 1)
	idle := first()
	require.Equal(t, w.Clock.Now(), idle.IdleAt.UTC())
	w.Clock.Add(35*day24 - time.Second)
	require.True(t, first().DestroyedAt.IsZero(), "a backup may hold the parcel")

	insert := `INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, centre_key, sealed, held) VALUES ($1, 'reply', $1, $1, now(), $1, $2, '', true)`
	waits := uuid.New()
	_, err = w.Portal.Pool.Exec(t.Context(), insert, waits, idle.ID)
	require.NoError(t, err)
	w.Clock.Add(time.Minute)
	require.True(t, first().IdleAt.IsZero(), "one that waits for its fee needs it again")
	_, err = w.Portal.Pool.Exec(t.Context(), `DELETE FROM portal.parcel WHERE id = $1`, waits)
	require.NoError(t, err)
	require.False(t, first().IdleAt.IsZero())
	w.Clock.Add(35 * day24)
	require.False(t, first().DestroyedAt.IsZero())
	var wrapped int
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM visa_parcel_key s JOIN portal.centre_key k ON k.id = s.centre_key
		WHERE k.version = 1 AND s.wrapped IS NULL`).Scan(&wrapped))
	require.Equal(t, 1, wrapped)
	require.Contains(t, deeds(t, w), "erasure destroyed portal-centre")
	for _, statement := range []string{
		`UPDATE portal.centre_key SET destroyed_at = NULL, idle_at = NULL WHERE version = 1`, `UPDATE portal.centre_key SET retired_at = NULL WHERE version = 1`,
		`UPDATE visa_parcel_key SET wrapped = '' WHERE wrapped IS NULL`, `UPDATE portal.centre_key SET point = '' WHERE version = 1`, `DELETE FROM portal.centre_key`,
		`DELETE FROM visa_parcel_key`,
	} {
		_, err := w.DB.Pool.Exec(t.Context(), statement)
		require.Error(t, err, statement)
	}

	_, err = w.Portal.Pool.Exec(t.Context(), `INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, centre_key, sealed, held)
		VALUES ($1, 'reply', $1, $1, now(), $1, $2, '', false)`, waits, idle.ID)
	require.NoError(t, err)
	_, err = w.Centre.Take(t.Context(), keepNothing)
	require.ErrorIs(t, err, portaldb.ErrNoKey)
	var reason string
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT reason FROM visa_parcel_quarantine WHERE parcel_id = $1`, waits).Scan(&reason))
	require.Equal(t, "other_key", reason)
}

// A database that was brought back from a backup, taken when a parcel waited, opens it with the keys that stand beside the database now, as
// long as backups are kept.
func TestABackupOpensWhatWaitedInIt(t *testing.T) {
	w := portaldbtest.New(t)
	w.Sent(t, "H")
	admin := pgtest.Admin(t, w.DB)
	_, err := admin.Pool.Exec(t.Context(), `CREATE SCHEMA backup; CREATE TABLE backup.parcel AS SELECT * FROM portal.parcel;
		CREATE TABLE backup.parcel_file AS SELECT * FROM portal.parcel_file; CREATE TABLE backup.centre_key AS SELECT * FROM portal.centre_key;
		CREATE TABLE backup.visa_parcel_key AS SELECT * FROM visa_parcel_key; CREATE TABLE backup.blind_key AS SELECT * FROM portal.blind_key`)
	require.NoError(t, err)
	require.Len(t, w.Take(t), 1)
	for range 34 {
		w.Clock.Add(day24)
		require.NoError(t, w.Centre.KeepKeys(t.Context()))
	}
	require.NotEqual(t, 1, keysOf(t, w.Centre)[0].Version)
	_, err = admin.Pool.Exec(t.Context(), `DELETE FROM portal.parcel; DELETE FROM visa_parcel_key; DELETE FROM portal.centre_key; DELETE FROM portal.blind_key;
		INSERT INTO portal.centre_key OVERRIDING SYSTEM VALUE SELECT * FROM backup.centre_key; INSERT INTO visa_parcel_key SELECT * FROM backup.visa_parcel_key;
		INSERT INTO portal.blind_key SELECT * FROM backup.blind_key; INSERT INTO portal.parcel OVERRIDING SYSTEM VALUE SELECT * FROM backup.parcel;
		INSERT INTO portal.parcel_file SELECT * FROM backup.parcel_file`)
	require.NoError(t, err)
	require.NoError(t, w.Centre.Announce(t.Context()))
	require.Len(t, w.Take(t), 1)
}

// The key of marks is sealed for the newest key, by the centre alone: what was confirmed before is confirmed after the first key has ended.
func TestMarksOutliveTheKeyTheyWereSealedFor(t *testing.T) {
	w := portaldbtest.New(t)
	visa := portaldb.Verifiable{
		Visa: "E23456789", Document: "X123",
		From: traveldoc.DateOf(w.Clock.Now()), Until: traveldoc.DateOf(w.Clock.Now().AddDate(3, 0, 0)),
	}
	put := func() {
		require.NoError(t, w.DB.InTx(t.Context(), func(tx pgx.Tx) error { return w.Centre.PutVerify(t.Context(), tx, visa) }))
	}
	put()
	_, err := pgtest.Admin(t, w.DB).Pool.Exec(t.Context(), `UPDATE portal.blind_key SET for_centre_key = ''`) // as the release before leaves it
	require.NoError(t, err)
	put()
	for range 3 {
		w.Clock.Add(31 * day24)
		require.NoError(t, w.Centre.KeepKeys(t.Context()))
		w.Clock.Add(2 * time.Hour)
		require.NoError(t, w.Centre.KeepKeys(t.Context()))
	}
	keys := keysOf(t, w.Centre)
	require.False(t, keys[len(keys)-1].DestroyedAt.IsZero())
	var named string
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT for_centre_key FROM portal.blind_key`).Scan(&named))
	require.Equal(t, keys[0].ID, named)
	put()
	var marks int
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.verify`).Scan(&marks))
	require.Equal(t, 1, marks, "the same mark each time")
}

// A key that cannot be opened is replaced at the start, so that what is sent from then on can be read; nobody replaces it by asking from a
// machine that has not the keys.
func TestALostKeyIsReplaced(t *testing.T) {
	w := portaldbtest.New(t)
	config := w.Centre.CentreConfig
	var err error
	config.Wrapping, err = vault.OpenFiles(t.TempDir(), rand.Reader, w.Clock.Now)
	require.NoError(t, err)
	elsewhere := portaldb.NewCentre(config)
	_, err = elsewhere.RotateKey(t.Context(), audit.Actor{ID: "x"})
	require.ErrorIs(t, err, portaldb.ErrNoKey)
	require.Len(t, keysOf(t, w.Centre), 1)
	require.NoError(t, elsewhere.Announce(t.Context()))
	require.Len(t, keysOf(t, w.Centre), 2)
	require.Contains(t, w.Log.String(), "is lost")
	w.Sent(t, "H")
	n, err := elsewhere.Take(t.Context(), keepNothing)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// A centre that ran before keys changed has one key, in a file: it becomes the first version and opens what waits, is followed by another a while
// after the upgrade, and its file is destroyed with it.
func TestAnUpgradedCentresKeyIsTheFirst(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	admin := pgtest.Admin(t, db)
	text, err := os.ReadFile("../../../migrations/central/00880_portal_keys.sql")
	require.NoError(t, err)
	up, down, _ := strings.Cut(string(text), "-- +goose Down")
	_, err = admin.Pool.Exec(t.Context(), down)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "applicants.key")
	own, err := vault.OpenPrivateKey(file, rand.Reader)
	require.NoError(t, err)
	public := own.Public()
	_, err = admin.Pool.Exec(t.Context(), `INSERT INTO portal.centre_key (id, point, at) VALUES ('lost', '', now() - interval '4 years'),
		($1, $2, now() - interval '3 years')`, public.ID, public.Bytes)
	require.NoError(t, err)
	data, err := vault.NewDataKey(uuid.New(), rand.Reader)
	require.NoError(t, err)
	row := apply.ParcelRow{ID: uuid.New(), Kind: evisa.ParcelWithdrawal, Group: uuid.New(), Application: uuid.New(), At: time.Now()}
	row, err = apply.ParcelFor(apply.Sealer{For: public, Random: rand.Reader, NewID: uuid.New}, data, row, evisa.Said{Text: "please"})
	require.NoError(t, err)
	_, err = admin.Pool.Exec(t.Context(), `INSERT INTO portal.parcel (id, kind, group_id, application_id, at, key_id, envelope, centre_key, sealed, held)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, false)`, row.ID, row.Kind, row.Group, row.Application, row.At, row.Key, row.Envelope, row.CentreKey, row.Sealed)
	require.NoError(t, err)
	_, err = admin.Pool.Exec(t.Context(), up)
	require.NoError(t, err)

	at := time.Now() // for the migration goes by the database's clock
	now := func() time.Time { return at }
	wrapping, err := vault.OpenFiles(t.TempDir(), rand.Reader, now)
	require.NoError(t, err)
	centre := portaldb.NewCentre(portaldb.CentreConfig{
		DB: db, Wrapping: wrapping, First: file, KeyAge: 30 * day24, Backups: 35 * day24, Now: now, Random: rand.Reader, NewID: uuid.New,
		Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, centre.KeepKeys(t.Context()))
	keys := keysOf(t, centre)
	require.Len(t, keys, 2, "old as it is, it is in force from the upgrade on")
	require.Equal(t, public.ID, keys[0].ID)
	require.Equal(t, 2, keys[0].Version)
	require.True(t, keys[0].InForce)
	require.False(t, keys[1].RetiredAt.IsZero())
	at = at.Add(31 * day24)
	require.NoError(t, centre.KeepKeys(t.Context()))
	require.Equal(t, 3, keysOf(t, centre)[0].Version)
	at = at.Add(100 * day24)
	require.NoError(t, centre.KeepKeys(t.Context()))
	require.FileExists(t, file)
	n, err := centre.Take(t.Context(), keepNothing)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NoError(t, centre.KeepKeys(t.Context()))
	require.FileExists(t, file)
	at = at.Add(36 * day24)
	require.NoError(t, centre.KeepKeys(t.Context()))
	require.NoFileExists(t, file)
}

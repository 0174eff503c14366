package receiptdb_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/receiptdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

type post struct {
	db     *postgres.DB
	facts  *stationdb.Store
	store  *receiptdb.Store
	office *receipt.Office
	key    receipt.PublicKey
}

func newPost(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station)}
	p.facts = stationdb.New(p.db, uuid.New, func() {})
	p.store = receiptdb.New(p.db, "test-air", func() {})
	p.office = &receipt.Office{Store: p.store, State: "UTO", Zone: time.UTC, Now: func() time.Time { return bordertest.Noon }, NewID: uuid.New}
	signer, err := receipt.NewSigner(rand.Reader, "test-air", bordertest.Noon.Add(-time.Hour))
	require.NoError(t, err)
	require.NoError(t, p.store.KeepOwn(t.Context(), signer.PublicKey))
	p.office.SignWith(signer)
	p.key = signer.PublicKey
	return p
}

func (p *post) cross(t testing.TB, number string, verdict border.Verdict, status border.Status) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(number)
	require.NoError(t, p.facts.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, bordertest.Noon)
	e.Decision, e.Status, e.Findings = border.Decision{Verdict: verdict, Reason: "hit"}, status, e.Findings[:1]
	e, err := p.facts.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

func (p *post) annul(t testing.TB, e border.CrossingEvent) {
	t.Helper()
	_, err := p.facts.Annul(t.Context(), border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: "test-air", Lane: "1", Officer: "o", Reason: "wrong_key", CorrectedAt: bordertest.Noon,
	}, time.Time{}, bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
}

func (p *post) count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

func officer() audit.Actor {
	return audit.Actor{ID: "o-1", Name: "olga", Role: "officer", Post: "test-air", Lane: "1"}
}

func TestEveryCopyIsCountedRecordedAndAudited(t *testing.T) {
	p := newPost(t)
	e := p.cross(t, "L898902C3", border.Admit, border.Confirmed)
	first, err := p.office.Issue(t.Context(), officer(), e.CrossingID, "fr")
	require.NoError(t, err)
	second, err := p.office.Issue(t.Context(), officer(), e.CrossingID, "ar")
	require.NoError(t, err)
	require.Equal(t, "test-air-000001", first.Number)
	require.Equal(t, first.Number, second.Number)
	require.Equal(t, []int{1, 2}, []int{first.Copy, second.Copy})
	require.Equal(t, 2, p.count(t, `select copies from receipt`))
	require.Equal(t, 2, p.count(t, `select count(*) from record where kind = 'receipt.issued' and subject = $1 and file_id = $2`, e.CrossingID, e.TravellerID))
	require.Equal(t, 2, p.count(t, `select count(*) from outbox where kind = 'receipt.issued'`))
	require.Equal(t, 2, p.count(t, `select count(*) from audit where verb = 'disclosure' and decision = 'issue' and object_id = $1`, e.CrossingID.String()))

	shown, err := p.office.Copy(t.Context(), officer(), e.CrossingID, 2)
	require.NoError(t, err)
	require.Equal(t, second, shown.Issued)
	require.Equal(t, "ERIKSSON", shown.Event.Identity.Surname)
	require.Equal(t, 1, p.count(t, `select count(*) from audit where object_kind = 'receipt' and verb = 'consultation'`))
	_, err = p.office.Copy(t.Context(), officer(), e.CrossingID, 3)
	require.ErrorIs(t, err, receipt.ErrNoCopy)
	_, err = p.office.Issue(t.Context(), officer(), e.CrossingID, "de")
	require.ErrorContains(t, err, "receipt.language")
}

func TestTwoWhoPrintAtOnceGetTwoCopies(t *testing.T) {
	p := newPost(t)
	e := p.cross(t, "L898902C3", border.Admit, border.Confirmed)
	var all sync.WaitGroup
	errs := make(chan error, 8)
	for range 8 {
		all.Go(func() {
			_, err := p.office.Issue(context.WithoutCancel(t.Context()), officer(), e.CrossingID, "en")
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 8, p.count(t, `select count(distinct (body->>'copy')::int) from record where kind = 'receipt.issued'`))
	require.Equal(t, 1, p.count(t, `select count(distinct body->>'number') from record where kind = 'receipt.issued'`))
	require.Equal(t, 8, p.count(t, `select copies from receipt`))
}

func TestOnlyWhoWasAdmittedGetsAReceipt(t *testing.T) {
	p := newPost(t)
	referred := p.cross(t, "P1", border.Refer, border.Confirmed)
	undone := p.cross(t, "P2", border.Admit, border.Confirmed)
	p.annul(t, undone)
	for id, want := range map[uuid.UUID]error{referred.CrossingID: receipt.ErrNotAdmitted, undone.CrossingID: receipt.ErrAnnulled, uuid.New(): receipt.ErrNoCrossing} {
		_, err := p.office.Issue(t.Context(), officer(), id, "en")
		require.ErrorIs(t, err, want)
		_, err = p.office.Show(t.Context(), officer(), id)
		require.ErrorIs(t, err, want)
	}
	require.Zero(t, p.count(t, `select count(*) from receipt`))
	require.Zero(t, p.count(t, `select count(*) from record`))
}

func TestVerifyingSaysWhatBecameOfTheCrossing(t *testing.T) {
	p := newPost(t)
	e := p.cross(t, "P1", border.Admit, border.Provisional)
	issued, err := p.office.Issue(t.Context(), officer(), e.CrossingID, "en")
	require.NoError(t, err)
	require.Equal(t, border.Provisional, issued.Status)
	code := []byte(receipt.Code(issued.Seal))
	v, err := p.office.Verify(t.Context(), officer(), code, "P1")
	require.NoError(t, err)
	require.Equal(t, receipt.Genuine, v.Verdict, v.Detail)
	require.Equal(t, receipt.Known{Copies: 1}, *v.Known)

	_, err = p.db.Pool.Exec(t.Context(), `update recheck set state = 'confirmed'`)
	require.NoError(t, err)
	v, err = p.office.Verify(t.Context(), officer(), code, "")
	require.NoError(t, err)
	require.True(t, v.Known.Cleared)
	next, err := p.office.Issue(t.Context(), officer(), e.CrossingID, "en")
	require.NoError(t, err)
	require.Equal(t, border.Confirmed, next.Status, "no longer provisional")

	p.annul(t, e)
	v, err = p.office.Verify(t.Context(), officer(), code, "")
	require.NoError(t, err)
	require.Equal(t, receipt.Genuine, v.Verdict, "the paper is what was printed")
	require.True(t, v.Known.Annulled, "and the crossing stands no longer")

	elsewhere := newPost(t)
	v, err = elsewhere.office.Verify(t.Context(), officer(), code, "")
	require.NoError(t, err)
	require.Equal(t, receipt.CannotSay, v.Verdict, "another station does not know the key yet")
	elsewhere.sink(t, p.key)
	v, err = elsewhere.office.Verify(t.Context(), officer(), code, "")
	require.NoError(t, err)
	require.Equal(t, receipt.Genuine, v.Verdict)
	require.Nil(t, v.Known, "another station knows nothing of the crossing")
}

// sink takes keys as the centre sends them.
func (p *post) sink(t testing.TB, keys ...receipt.PublicKey) {
	t.Helper()
	var changes []replication.Change
	for _, k := range keys {
		data, err := json.Marshal(k)
		require.NoError(t, err)
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: k.ID, Data: data})
	}
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return receiptdb.Sink{}.Apply(t.Context(), tx, changes) }))
}

func TestTheCentreNeverTouchesTheStationsOwnKeys(t *testing.T) {
	p, other := newPost(t), newPost(t)
	forged := p.key
	forged.Station = "elsewhere"
	p.sink(t, forged, other.key)
	broken := other.key
	broken.Key = []byte{1}
	p.sink(t, broken)
	keys, err := p.store.Keys(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []receipt.PublicKey{p.key, other.key}, keys)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return receiptdb.Sink{}.Apply(t.Context(), tx, []replication.Change{{Op: replication.OpDelete, Key: p.key.ID}, {Op: replication.OpDelete, Key: other.key.ID}})
	}))
	keys, err = p.store.Keys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []receipt.PublicKey{p.key}, keys)
	p.sink(t, other.key)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return receiptdb.Sink{}.Clear(t.Context(), tx) }))
	keys, err = p.store.Keys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []receipt.PublicKey{p.key}, keys)
}

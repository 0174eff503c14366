package trustdb_test

import (
	"context"
	"math/big"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// quiet takes no alert: none is to be raised.
type quiet struct{ t *testing.T }

func (q quiet) Raise(_ context.Context, a replication.Alert) { q.t.Errorf("alert %+v", a) }

// station pulls what the world's centre publishes, over a real bus.
type station struct {
	held   trustdb.Held
	puller *replication.Puller
}

func (w *world) station(t *testing.T) station {
	t.Helper()
	bus := bustest.New(t)
	signer, seals := bus.Seals(t)
	receiver, err := replication.NewReceiver(bus.Centre(t), replication.Parts{
		Applier:      centraldb.NewApplier(centraldb.ApplierConfig{DB: w.db, Now: time.Now, NewID: uuid.New, Alerts: quiet{t}, Log: bustest.Log(t)}),
		Completeness: centraldb.NewCompleteness(w.db, time.Now), Status: centraldb.NewStatus(w.db), Source: centraldb.NewReference(w.db),
		Signer: signer,
		Alerts: quiet{t}, Now: time.Now, Log: bustest.Log(t),
	})
	require.NoError(t, err)
	t.Cleanup(receiver.Close)
	db := pgtest.New(t, migrations.Station)
	store := relaydb.NewReferences(db, map[string]relaydb.Sink{trust.Dataset: trustdb.Sink{}}, time.Now)
	return station{trustdb.NewHeld(db), replication.NewPuller(replication.PullerConfig{
		Station: "land", Datasets: store.Datasets(), Conn: bus.Station(t, "land", ""), Store: store, Trust: seals, Alerts: quiet{t},
		Log: bustest.Log(t), Every: time.Hour, Timeout: time.Minute,
	})}
}

// store pulls and gives what the station judges by.
func (s station) store(t *testing.T) (*trust.Store, trustdb.State) {
	t.Helper()
	require.NoError(t, s.puller.PullAll(t.Context()))
	items, state, broken, err := s.held.Load(t.Context())
	require.NoError(t, err)
	require.Empty(t, broken)
	store, refused := trust.NewStore(items, state.Version, state.CurrentAt)
	require.Empty(t, refused)
	return store, state
}

// largeCRL revokes so many certificates that it takes rows beyond what one message carries.
func largeCRL(s state, entries int) []byte {
	c := pkitest.CRL{ThisUpdate: noon.AddDate(0, -1, 0), NextUpdate: noon.AddDate(0, 2, 0)}
	for n := range entries {
		c.Revoked = append(c.Revoked, pkitest.Revoked{Serial: big.NewInt(int64(n + 2)), At: signedAt, Reason: 1})
	}
	return s.csca.CRL(seeded(78), c)
}

// What was approved reaches a station whole, list after list and with a CRL in parts; what is withdrawn goes there too.
func TestStationsTakeWhatIsApproved(t *testing.T) {
	w := newWorld(t)
	s := newState("AA", 1)
	at := w.station(t)
	dsc, err := pki.ParseCertificate(s.dsc.DER)
	require.NoError(t, err)

	store, state := at.store(t)
	require.Zero(t, state.Version)
	require.Equal(t, traveldoc.Inconclusive, store.Chain(dsc, nil, noon).Verdict)
	p := w.propose(first, "csca.cer", s.csca.DER)
	store, _ = at.store(t)
	require.Equal(t, traveldoc.Inconclusive, store.Chain(dsc, nil, noon).Verdict, "what is only proposed reaches nobody")
	w.approve(p.ID)
	store, state = at.store(t)
	require.EqualValues(t, 1, state.Version)
	require.Equal(t, traveldoc.Pass, store.Chain(dsc, nil, noon).Verdict)
	require.Equal(t, traveldoc.Inconclusive, store.Revocation(dsc, noon).Verdict)

	list := largeCRL(s, 30_000)
	require.Greater(t, len(list), 900_000)
	w.publish("aa.crl", list)
	require.Greater(t, w.count(`select count(*) from ref_row where key like $1`, idOf(list)+"/%"), 20, "in parts")
	store, _ = at.store(t)
	require.Equal(t, traveldoc.Fail, store.Revocation(dsc, noon).Verdict, "its serial number stands on the list")

	newer := s.crl(noon.AddDate(0, 0, -1))
	w.publish("aa-2.crl", newer)
	store, state = at.store(t)
	require.Equal(t, traveldoc.Pass, store.Revocation(dsc, noon).Verdict)
	require.Zero(t, w.count(`select count(*) from ref_row where key like $1`, idOf(list)+"%"), "no part of the old list stays")

	out, err := w.centre.ProposeWithdrawal(t.Context(), first, []string{idOf(s.csca.DER)}, "key compromised")
	require.NoError(t, err)
	w.approve(out.ID)
	store, after := at.store(t)
	require.Equal(t, state.Version+1, after.Version)
	require.Equal(t, traveldoc.Inconclusive, store.Chain(dsc, nil, noon).Verdict)
}

func TestShelf(t *testing.T) {
	w := newWorld(t)
	s, u := newState("AA", 1), newState("UT", 40)
	w.publish("aa.cer", s.csca.DER)
	w.publish("ut.cer", u.csca.DER)
	w.publish("ut.crl", u.crl(noon.AddDate(0, -1, 0), 5))
	at := w.station(t)
	at.store(t)

	shelf, err := at.held.Shelf(t.Context(), "PRT")
	require.NoError(t, err)
	require.Equal(t, 2, shelf.Withheld, "nothing of the training country at a post of a real State")
	o, err := shelf.Overview(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, o.Items)
	require.EqualValues(t, 3, o.Version)
	_, err = shelf.Entry(t.Context(), idOf(u.csca.DER))
	requireCode(t, err, "trust.unknown")

	shelf, err = at.held.Shelf(t.Context(), "UTO")
	require.NoError(t, err)
	require.Zero(t, shelf.Withheld)
	o, err = shelf.Overview(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, o.Items)
	require.Len(t, o.CRLs, 1)
	e, err := shelf.Entry(t.Context(), idOf(u.csca.DER))
	require.NoError(t, err)
	require.Equal(t, "secp256r1", e.Key)
	for _, q := range []trustdb.Query{{Country: "ut"}, {Words: "csca ut"}, {Words: idOf(u.csca.DER)[:8]}, {Kind: trust.CRL}, {}} {
		q.Limit = 10
		there, total, err := shelf.Find(t.Context(), q)
		require.NoError(t, err)
		here, same, err := w.centre.Find(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, same, total, "%+v", q)
		require.Len(t, there, len(here))
	}
}

// The load of a station's trust store of the size of today's lists, from its database to the index.
func BenchmarkStationLoad(b *testing.B) {
	const count = 1200
	db := pgtest.New(b, migrations.Station)
	fillStation(b, db, count)
	held := trustdb.NewHeld(db)
	b.ReportAllocs()
	for b.Loop() {
		items, state, _, err := held.Load(b.Context())
		if err != nil || len(items) != count {
			b.Fatal(err, len(items))
		}
		items, _ = trustdb.Admissible(items, "PRT")
		if _, refused := trust.NewStore(items, state.Version, state.CurrentAt); len(refused) > 0 {
			b.Fatal(refused)
		}
	}
}

func fillStation(b *testing.B, db *postgres.DB, count int) {
	b.Helper()
	var items []trust.Item
	k := key(5)
	for n := range count {
		p := pkitest.CSCA(seeded(byte(n)), pkitest.NameOf("A"+string(rune('A'+n%26)), "CSCA "+uuid.NewString()), k)
		items = append(items, trust.Import("csca.cer", p.DER, trust.Options{Now: noon, Origin: trust.Listed}).Items...)
	}
	rows, err := trust.Rows(items)
	require.NoError(b, err)
	for _, r := range rows {
		_, err := db.Pool.Exec(b.Context(), `insert into ref_row (dataset, key, data) values ('trust', $1, $2)`, r.Key, []byte(r.Data))
		require.NoError(b, err)
	}
	_, err = db.Pool.Exec(b.Context(), `insert into ref_cursor (dataset, version, digest, digest_state, applied_at, confirmed_at) values ('trust', 1, '', '', now(), now())`)
	require.NoError(b, err)
}

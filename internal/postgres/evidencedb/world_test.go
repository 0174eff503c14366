package evidencedb_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// post is a station that keeps evidence.
type post struct {
	testing.TB
	db       *postgres.DB
	keys     *vault.Files
	clock    *clock
	evidence *evidencedb.Store
	store    *stationdb.Store
}

func newPost(t testing.TB) *post {
	t.Helper()
	return openPost(t, pgtest.New(t, migrations.Station), &clock{at: bordertest.Noon})
}

func openPost(t testing.TB, db *postgres.DB, c *clock) *post {
	t.Helper()
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, c.now)
	require.NoError(t, err)
	p := &post{TB: t, db: db, keys: keys, clock: c}
	p.evidence = evidencedb.New(evidencedb.Options{DB: db, Wrapping: keys, Random: rand.Reader, Now: c.now, NewID: uuid.New})
	p.store = stationdb.New(db, uuid.New, func() {}).Keeping(p.evidence)
	return p
}

// reading is what a reader gives of a passport; n makes its page and its time its own, the chip is always the same.
func reading(n int) *reader.Reading {
	return &reader.Reading{
		Device: reader.Device{Vendor: "Utopia Devices", Model: "R1", Simulated: true}, At: bordertest.Noon.Add(time.Duration(n) * time.Second),
		MRZ:    "P<UTOERIKSSON<<ANNA<MARIA",
		Values: []reader.Value{{Field: "surname", Source: reader.VIZ, Text: "ERIKSSON"}},
		Images: []reader.Image{
			{Light: reader.White, MediaType: "image/jpeg", DPI: 400, Data: fmt.Appendf(nil, "white page %d ERIKSSON", n)},
			{Light: reader.Ultraviolet, MediaType: "image/jpeg", Data: fmt.Appendf(nil, "uv page %d", n)},
			{Light: reader.PortraitCut, MediaType: "image/png", Data: fmt.Appendf(nil, "portrait %d", n)},
		},
		Chip: &reader.Chip{
			Access: "pace-mrz", Files: map[string][]byte{"DG1": []byte("DG1 ERIKSSON"), "DG2": []byte("DG2 face"), "SOD": []byte("SOD signed")},
			Unread: map[string]string{"DG3": "6982"}, Active: &reader.ActiveAuthentication{Challenge: []byte("12345678"), Response: []byte("r")},
		},
		Barcodes: []reader.Barcode{{Symbology: "qr", Data: []byte("seal")}, {Symbology: "qr", Data: []byte("other seal")}},
	}
}

// parts is how many exhibits a reading makes, itself included.
const parts = 3 + 3 + 2 + 1

func (p *post) open(number string, r *reader.Reading) border.Scan {
	p.Helper()
	scan := bordertest.Scan(number)
	scan.Reading = r
	require.NoError(p, p.store.OpenScan(p.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	return scan
}

func (p *post) decide(scan border.Scan) border.CrossingEvent {
	p.Helper()
	e, err := p.store.Record(p.Context(), scan.ID, bordertest.Event(scan, p.clock.now()), bordertest.Entry(audit.Collection, "crossing", scan.ID))
	require.NoError(p, err)
	return e
}

func (p *post) count(from string, args ...any) (n int) {
	p.Helper()
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n))
	return n
}

func (p *post) destroy(whose evidencedb.Whose) int {
	p.Helper()
	var n int
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) (err error) {
		n, err = p.evidence.Destroy(p.Context(), tx, whose, "retention", bordertest.Entry(audit.Erasure, "evidence_key", whose.File))
		return err
	}))
	return n
}

// learn gives the station the centre's key as the centre's dataset does.
func (p *post) learn(public vault.PublicKey) {
	p.Helper()
	data, err := json.Marshal(evidencedb.CentreKey{ID: public.ID, Point: public.Bytes, Since: p.clock.now()})
	require.NoError(p, err)
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) error {
		return evidencedb.Sink{}.Apply(p.Context(), tx, []replication.Change{{Version: 1, Op: replication.OpPut, Key: public.ID, Data: data}})
	}))
}

func entry(id uuid.UUID) audit.Entry {
	e := bordertest.Entry(audit.Consultation, "exhibit", id)
	e.Purpose = "document_examination"
	return e
}

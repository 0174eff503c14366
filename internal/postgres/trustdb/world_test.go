package trustdb_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

var (
	noon     = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	signedAt = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

	first   = audit.Actor{ID: "11111111-0000-0000-0000-000000000000", Name: "first", Role: "administrator", Post: "central"}
	second  = audit.Actor{ID: "22222222-0000-0000-0000-000000000000", Name: "second", Role: "administrator", Post: "central"}
	third   = audit.Actor{ID: "33333333-0000-0000-0000-000000000000", Name: "third", Role: "administrator", Post: "central"}
	analyst = audit.Actor{ID: "44444444-0000-0000-0000-000000000000", Name: "analyst", Role: "analyst", Post: "central"}
)

// world is a centre with a database of its own.
type world struct {
	testing.TB
	db     *postgres.DB
	centre *trustdb.Centre
	now    time.Time
	told   int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: pgtest.New(t, migrations.Central), now: noon}
	w.centre = trustdb.NewCentre(trustdb.CentreConfig{
		DB: w.db, Now: func() time.Time { return w.now }, NewID: uuid.New, Published: func(string) { w.told++ },
	})
	return w
}

func seeded(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

func key(n byte) *pkitest.Key { return pkitest.NewKey(seeded(n), "secp256r1") }

// state is a made-up state that signs lists.
type state struct{ csca, other, listSigner, dsc *pkitest.Party }

func newState(code string, n byte) state {
	s := state{
		csca:  pkitest.CSCA(seeded(n), pkitest.NameOf(code, "CSCA "+code), key(n)),
		other: pkitest.CSCA(seeded(n+1), pkitest.NameOf("XY", "CSCA Elsewhere"), key(n+1)),
	}
	s.listSigner = s.csca.ListSigner(seeded(n+2), 7, key(n+2))
	s.dsc = s.csca.DSC(seeded(n+3), "DSC", 5, key(n+3))
	return s
}

func (s state) list(at time.Time, certificates ...[]byte) []byte {
	return pkitest.SignedData{
		ContentType: pki.OIDMasterList, Content: pkitest.MasterList(certificates...), Certificates: [][]byte{s.listSigner.DER},
		Signer: s.listSigner, SigningTime: at, BySKI: true,
	}.DER(seeded(77))
}

func (s state) crl(this time.Time, serials ...int64) []byte {
	c := pkitest.CRL{ThisUpdate: this, NextUpdate: this.AddDate(0, 3, 0)}
	for _, n := range serials {
		c.Revoked = append(c.Revoked, pkitest.Revoked{Serial: big.NewInt(n), At: signedAt, Reason: 1})
	}
	return s.csca.CRL(seeded(78), c)
}

func idOf(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

func (w *world) propose(actor audit.Actor, name string, data []byte) trustdb.Proposal {
	w.Helper()
	p, err := w.centre.Propose(w.Context(), actor, trustdb.Submission{File: name, Data: data, Origin: trust.Bilateral})
	require.NoError(w, err)
	return p
}

// see shows the actor every page.
func (w *world) see(actor audit.Actor, id uuid.UUID) (r trustdb.Review) {
	w.Helper()
	for from := 0; ; from += trustdb.PageSize {
		var err error
		r, err = w.centre.Review(w.Context(), actor, id, from)
		require.NoError(w, err)
		if r.From+len(r.Items) >= r.Total {
			return r
		}
	}
}

// publish lets first propose and second approve.
func (w *world) publish(name string, data []byte) trustdb.Proposal {
	w.Helper()
	p := w.propose(first, name, data)
	return w.approve(p.ID)
}

func (w *world) approve(id uuid.UUID) trustdb.Proposal {
	w.Helper()
	require.True(w, w.see(second, id).MayApprove)
	p, err := w.centre.Approve(w.Context(), second, id)
	require.NoError(w, err)
	return p
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}

// items are what is published, as a station reads it.
func (w *world) items() map[string]trust.Item {
	w.Helper()
	rows, err := w.db.Pool.Query(w.Context(), `select key, row::text from ref_row where dataset = 'trust'`)
	require.NoError(w, err)
	var list []trust.Row
	for rows.Next() {
		var r trust.Row
		var text string
		require.NoError(w, rows.Scan(&r.Key, &text))
		r.Data = []byte(text)
		list = append(list, r)
	}
	require.NoError(w, rows.Err())
	items, broken := trust.FromRows(list)
	require.Empty(w, broken)
	out := map[string]trust.Item{}
	for _, i := range items {
		out[i.ID] = i
	}
	return out
}

func requireCode(t testing.TB, err error, code string) {
	t.Helper()
	var known *problem.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, code, known.Code, fmt.Sprint(err))
}

func realFile(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("BMIS_TEST_DATA")
	if dir == "" {
		t.Skip("BMIS_TEST_DATA is not set: no real master lists to read")
	}
	data, err := os.ReadFile(filepath.Join(dir, "documents", "master-lists", name))
	require.NoError(t, err)
	return data
}

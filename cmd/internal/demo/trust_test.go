package demo

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// What the demo publishes anchors the demo's documents at a post of Utopia, and nothing at a post of a real State.
func TestTrainingMaterial(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(now))
	require.NoError(t, err)
	centre := trustdb.NewCentre(trustdb.CentreConfig{DB: db, Now: func() time.Time { return now }, NewID: uuid.New})
	anchors := country.Anchors()
	for _, name := range orderOf(anchors) {
		require.NoError(t, publishTrust(t.Context(), centre, "utopia-"+name, anchors[name]), name)
	}
	proposals, err := centre.Proposals(t.Context(), now.Add(time.Hour), uuid.Max, 100)
	require.NoError(t, err)
	require.Len(t, proposals, len(anchors))
	for _, p := range proposals {
		require.Contains(t, p.Remark, "TRAINING MATERIAL")
	}

	rows, err := db.Pool.Query(t.Context(), `select key, row::text from ref_row where dataset = 'trust'`)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r trust.Row, err error) {
		var text string
		err = row.Scan(&r.Key, &text)
		r.Data = []byte(text)
		return r, err
	})
	require.NoError(t, err)
	items, broken := trust.FromRows(list)
	require.Empty(t, broken)
	dsc, err := country.SignerCertificate(specimen.UsualSigner)
	require.NoError(t, err)
	signer, err := pki.ParseCertificate(dsc)
	require.NoError(t, err)

	kept, withheld := trustdb.Admissible(items, "UTO")
	require.Zero(t, withheld)
	store, refused := trust.NewStore(kept, 1, now)
	require.Empty(t, refused)
	require.Equal(t, traveldoc.Pass, store.Chain(signer, &now, now).Verdict)
	require.Equal(t, traveldoc.Pass, store.Revocation(signer, now).Verdict)

	kept, withheld = trustdb.Admissible(items, "PRT")
	require.Empty(t, kept)
	require.Equal(t, len(items), withheld)
	store, _ = trust.NewStore(kept, 1, now)
	require.Equal(t, traveldoc.Inconclusive, store.Chain(signer, &now, now).Verdict)
}

package portaldb_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
)

// What an application became at the portal goes once the centre has forgotten it, and not before.
func TestWhatTheCentreForgotGoes(t *testing.T) {
	w := portaldbtest.New(t)
	_, sent := w.Sent(t, "H")
	w.Take(t)
	drafts := func() (n int) {
		require.NoError(t, w.Portal.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.draft`).Scan(&n))
		return n
	}
	w.Clock.Add(10 * 24 * time.Hour)
	_, err := w.Service.Expire(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, drafts())
	require.NoError(t, w.DB.InTx(t.Context(), func(tx pgx.Tx) error { return w.Centre.Forget(t.Context(), tx, sent.Applications[0].ID) }))
	_, err = w.Service.Expire(t.Context())
	require.NoError(t, err)
	require.Zero(t, drafts())
}

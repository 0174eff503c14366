package portaldb_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
	"github.com/openbmis/openbmis/internal/vault"
)

func keepNothing(context.Context, pgx.Tx, evisa.Parcel) error { return nil }

// A parcel that was sealed for another key, or altered, is not taken and nothing of it is lost: it stays sealed as it came, in quarantine with
// its reason, is tried again at growing distances, and leaves the quarantine when it opens. The applicant is told meanwhile.
func TestAParcelThatCannotBeOpenedStays(t *testing.T) {
	w := portaldbtest.New(t)
	_, sent := w.Sent(t, "H")
	admin := pgtest.Admin(t, w.DB)
	_, err := admin.Pool.Exec(t.Context(), `UPDATE portal.parcel SET sealed = sealed || '\x00'`)
	require.NoError(t, err)
	type row struct {
		reason, state string
		tries, files  int
		next          time.Duration
	}
	see := func() (r row) {
		var next *time.Time
		require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT reason, state, tries, files, next_at FROM visa_parcel_quarantine`).
			Scan(&r.reason, &r.state, &r.tries, &r.files, &next))
		if next != nil {
			r.next = next.Sub(w.Clock.Now())
		}
		return r
	}
	unread := func() bool {
		st, err := w.Service.Standing(t.Context(), w.Find(t, sent.Applications[0].Reference))
		require.NoError(t, err)
		return st.Unread == apply.UnreadYet
	}
	require.False(t, unread())
	_, err = w.Centre.Take(t.Context(), keepNothing)
	require.ErrorIs(t, err, portaldb.ErrParcel)
	require.Equal(t, row{"body", "waiting", 1, 1, 15 * time.Second}, see())
	require.True(t, unread(), "what is told is true meanwhile")
	n, err := w.Centre.Take(t.Context(), keepNothing)
	require.NoError(t, err, "not again at once")
	require.Zero(t, n)
	w.Clock.Add(15 * time.Second)
	_, err = w.Centre.Take(t.Context(), keepNothing)
	require.ErrorIs(t, err, portaldb.ErrParcel)
	require.Equal(t, row{"body", "waiting", 2, 1, 30 * time.Second}, see())

	_, err = admin.Pool.Exec(t.Context(), `UPDATE portal.parcel SET sealed = substring(sealed for length(sealed) - 1)`)
	require.NoError(t, err)
	other, err := vault.OpenFiles(t.TempDir(), rand.Reader, w.Clock.Now) // whose keys are elsewhere
	require.NoError(t, err)
	config := w.Centre.CentreConfig
	config.Wrapping = other
	w.Clock.Add(time.Minute)
	_, err = portaldb.NewCentre(config).Take(t.Context(), keepNothing)
	require.ErrorIs(t, err, portaldb.ErrParcel)
	require.Equal(t, "other_key", see().reason)
	w.Clock.Add(time.Hour)
	require.Len(t, w.Take(t), 1)
	require.Equal(t, "taken", see().state)
	require.False(t, unread())
	var verbs []string
	require.NoError(t, admin.Pool.QueryRow(t.Context(), `SELECT array_agg(decision ORDER BY decision) FROM audit WHERE object_kind = 'visa_parcel'`).Scan(&verbs))
	require.Equal(t, []string{"quarantined", "taken"}, verbs)
}

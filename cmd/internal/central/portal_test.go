package central_test

import (
	"crypto/rand"
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

// The centre runs the portal when it is asked to, on a listener and a role of the portal's own; nothing of the centre's is there.
func TestTheCentreRunsThePortal(t *testing.T) {
	db := pgtest.New(t, migrations.Central)
	r := runWith(t, db, map[string]string{"BMIS_PORTAL_LISTEN": "127.0.0.1:0", "BMIS_PORTAL_DSN": pgtest.PortalDSN(t, db)})
	require.NotEmpty(t, r.Portal)
	authority, err := ca.OpenOrCreate(r.dir+"/ca", rand.Reader, time.Now)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Roots(), ServerName: "localhost", MinVersion: tls.VersionTLS12}}}
	t.Cleanup(client.CloseIdleConnections)
	for path, status := range map[string]int{"/": http.StatusOK, "/healthz": http.StatusNoContent, "/signin": http.StatusNotFound, "/readyz": http.StatusNotFound} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+r.Portal+path, nil)
		require.NoError(t, err)
		answer, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, status, answer.StatusCode, path)
	}
	var connected int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'portal' AND usename = 'bmis_portal'
		AND datname = current_database()`).Scan(&connected))
	require.Positive(t, connected)
}

func TestThePortalIsOffUnlessItIsAskedFor(t *testing.T) {
	require.Empty(t, run(t).Portal)
}

package thread_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// After everything that people do, both audit logs verify, with the centre as the station's witness; and what was done stands there.
func TestTheAuditLogsOfAWholeDayVerify(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	officer := station.Officer(t, auth.RoleOfficer, "1")
	for n := range 5 {
		_, err := officer.Cross(t.Context(), world.NewTraveller(n).MRZ(t))
		require.NoError(t, err)
	}
	done := decide(t, officer, checked(t, officer, 9), border.Refer, "identity_doubt")
	_, err := officer.Undo(t.Context(), done.Undoable[0], "wrong_traveller")
	require.NoError(t, err)
	w.WaitDrained(t, station)
	analyst := w.Central.SignedIn(t, auth.RoleAnalyst, "anna")
	for _, path := range []string{"/live?purpose=risk_analysis", "/flows", "/stations"} {
		answer, err := analyst.Get(t.Context(), path)
		require.NoError(t, err)
		require.NoError(t, answer.OK(), path)
	}

	keys := []note.Verifier{station.Keys(t).Audit.Verifier(), w.Central.Keys(t).Audit.Verifier()}
	size := int64(station.Count(t, `SELECT FROM audit`))
	world.Eventually(t, func() bool { return cosigned(t, w, station) >= size }, "the centre has not co-signed %d entries", size)
	report := verify(t, station.DB, auditlog.VerifyOptions{Keys: keys, Reference: auditlog.NewWitnessReader(w.Central.DB)})
	require.GreaterOrEqual(t, report.Signed, size)
	require.Zero(t, w.Central.Count(t, `SELECT FROM witness_alert`))
	verify(t, w.Central.DB, auditlog.VerifyOptions{Keys: keys[1:]})

	for verb, least := range map[string]int{"login": 1, "consultation": 6, "collection": 6, "alteration": 1} {
		require.GreaterOrEqual(t, station.Count(t, `SELECT FROM audit WHERE verb = $1`, verb), least, verb)
	}
	require.Positive(t, w.Central.Count(t, `SELECT FROM audit WHERE verb = 'consultation' AND purpose = 'risk_analysis'`))

	// Somebody with the owner's rights rewrites an entry at the station: the copy at the centre tells which.
	admin := pgtest.Admin(t, station.DB)
	_, err = admin.Pool.Exec(t.Context(), `
		ALTER TABLE audit DISABLE TRIGGER ALL;
		UPDATE audit SET decision = 'refuse' WHERE id = (SELECT audit_id FROM audit_leaf WHERE leaf_no = 7);
		ALTER TABLE audit ENABLE TRIGGER ALL`)
	require.NoError(t, err)
	bad, err := auditlog.Verify(t.Context(), station.DB, auditlog.VerifyOptions{Keys: keys, Reference: auditlog.NewWitnessReader(w.Central.DB)})
	require.NoError(t, err)
	require.NotNil(t, bad.Problem)
	require.EqualValues(t, 7, bad.Problem.Leaf)
}

func verify(t *testing.T, db *postgres.DB, options auditlog.VerifyOptions) auditlog.Report {
	t.Helper()
	report, err := auditlog.Verify(t.Context(), db, options)
	require.NoError(t, err)
	require.Nil(t, report.Problem, "%v", report.Problem)
	require.Positive(t, report.Entries)
	return report
}

// cosigned is how far the station holds the centre's signature under its log.
func cosigned(t *testing.T, w *world.World, s *world.Station) (size int64) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(),
		`SELECT coalesce(max(size), 0) FROM audit_cosignature WHERE witness LIKE $1 || '%'`, world.Origin).Scan(&size))
	return min(size, held(t, w, s))
}

// held is how far the centre holds a checkpoint of the station's log that it signed.
func held(t *testing.T, w *world.World, s *world.Station) (size int64) {
	t.Helper()
	require.NoError(t, w.Central.DB.Pool.QueryRow(t.Context(), `
		SELECT coalesce(max(size), 0) FROM witness_checkpoint JOIN witness_log ON witness_log.id = log_id WHERE origin = $1`, s.Post.ID).Scan(&size))
	return size
}

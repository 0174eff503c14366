package main

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
)

// Who looks after the centre sees its keys and makes a new one; without the centre's own keys at hand he does not.
func TestTheKeysOfThePortal(t *testing.T) {
	db, dir := pgtest.New(t, migrations.Central), t.TempDir()
	now := func() time.Time { return visaDay.Add(10 * 24 * time.Hour) }
	wrapping, err := vault.OpenFiles(filepath.Join(dir, "keys", "applicants"), rand.Reader, now)
	require.NoError(t, err)
	command := func(dir string, args ...string) (code int, out, told string) {
		var o, e bytes.Buffer
		variables := map[string]string{"BMIS_DSN": pgtest.DSN(t, db), "BMIS_DATA_DIR": dir, "USER": "ada"}
		code = run(t.Context(), append([]string{"evisa", "keys"}, args...), &app{
			Out: &o, Err: &e, Now: now, Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
		})
		return code, o.String(), e.String()
	}
	code, _, _ := command(dir, "rotate")
	require.Equal(t, exitFailed, code, "the centre has made none")
	centre := portaldb.NewCentre(portaldb.CentreConfig{
		DB: db, Wrapping: wrapping, KeyAge: time.Hour, Backups: time.Hour, Now: func() time.Time { return visaDay }, Random: rand.Reader, NewID: uuid.New,
		Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, centre.Announce(t.Context()))
	code, out, told := command(dir)
	require.Zero(t, code, told)
	require.Regexp(t, `(?m)^1 +[0-9a-f]{16} +2026-11-22 +10 +0 +in force$`, out)
	code, _, told = command(t.TempDir(), "rotate")
	require.Equal(t, exitFailed, code)
	require.Contains(t, told, "does not have the key")
	code, out, told = command(dir, "rotate")
	require.Zero(t, code, told)
	require.Contains(t, out, "version 2")
	_, out, _ = command(dir, "list")
	require.Regexp(t, `(?m)^2 +[0-9a-f]{16} +2026-12-02 +0 +0 +in force$`, out)
	require.Regexp(t, `(?m)^1 +[0-9a-f]{16} +2026-11-22 +10 +0 +needed$`, out)
	var by string
	require.NoError(t, pgtest.Admin(t, db).Pool.QueryRow(t.Context(), `SELECT actor FROM audit WHERE decision = 'made_asked'`).Scan(&by))
	require.Equal(t, "console:ada", by)
}

package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// keeping is a station with a genuine passport of the synthetic country kept with a decision.
type keeping struct {
	*testing.T
	dir, trust string
	db         *postgres.DB
	crossing   uuid.UUID
}

func newKeeping(t *testing.T) keeping {
	t.Helper()
	k := keeping{T: t, dir: t.TempDir(), trust: t.TempDir(), db: pgtest.New(t, migrations.Station)}
	made := bmisReading(t, nil, "specimen", k.trust, "--case", "genuine", "--dpi", "72", "--date", "2026-11-22")
	require.Equal(t, exitDone, made.code, made.err)
	text, err := os.ReadFile(filepath.Join(k.trust, "genuine", "reading.json"))
	require.NoError(t, err)
	scan := bordertest.Scan("L898902C3")
	scan.At, scan.Reading = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), new(reader.Reading)
	require.NoError(t, json.Unmarshal(text, scan.Reading))

	keys, err := vault.OpenFiles(filepath.Join(k.dir, "keys", "evidence"), rand.Reader, time.Now)
	require.NoError(t, err)
	store := stationdb.New(k.db, uuid.New, func() {}).Keeping(evidencedb.New(evidencedb.Options{
		DB: k.db, Wrapping: keys, Random: rand.Reader, Now: time.Now, NewID: uuid.New,
	}))
	require.NoError(t, store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event, err := store.Record(t.Context(), scan.ID, bordertest.Event(scan, scan.At), bordertest.Entry(audit.Collection, "crossing", scan.ID))
	require.NoError(t, err)
	k.crossing = event.CrossingID
	return k
}

func (k keeping) run(args ...string) (code int, out, problems string) {
	k.Helper()
	var stdout, stderr bytes.Buffer
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(k.T, k.db), "BMIS_DATA_DIR": k.dir}
	code = run(k.Context(), append([]string{"chip", "verify"}, args...), &app{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

// verdicts are the verdicts of the steps that a verification printed.
func (k keeping) verdicts(args ...string) map[string]string {
	k.Helper()
	code, out, problems := k.run(args...)
	require.Equal(k, exitDone, code, problems)
	var report struct {
		Steps []struct{ Name, Verdict string } `json:"steps"`
	}
	require.NoError(k, json.Unmarshal([]byte(out), &report))
	verdicts := map[string]string{}
	for _, s := range report.Steps {
		verdicts[s.Name] = s.Verdict
	}
	return verdicts
}

func TestAKeptChipIsVerifiedAgain(t *testing.T) {
	k := newKeeping(t)
	of := []string{"--crossing", k.crossing.String()}
	alone := k.verdicts(of...)
	require.Equal(t, "pass", alone["sod_signature"])
	require.Equal(t, "pass", alone["hash_dg1"])
	require.Equal(t, "inconclusive", alone["chain"], "the station holds no trust material")

	trust := filepath.Join(k.trust, "trust")
	anchored := k.verdicts(append(of, "--trust", filepath.Join(trust, "csca.cer"), "--crl", filepath.Join(trust, "utopia.crl"))...)
	require.Equal(t, "pass", anchored["chain"])
	require.Equal(t, "pass", anchored["revocation"])

	var n, looks int
	require.NoError(t, k.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM exhibit_verification WHERE crossing_id = $1`, k.crossing).Scan(&n))
	require.Equal(t, 2, n, "each outcome stands beside the others")
	require.NoError(t, k.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE actor = 'bmis' AND purpose = 'investigation'`).Scan(&looks))
	require.Equal(t, 4, looks, "look and outcome, twice")
}

func TestAKeptChipIsAskedForRightly(t *testing.T) {
	k := newKeeping(t)
	for _, wrong := range [][]string{
		{"--crossing", "L898902C3"}, {"--crossing", k.crossing.String(), "--sod", "x"}, {"--crossing", k.crossing.String(), "--at", "2026-11-22"},
	} {
		code, _, problems := k.run(wrong...)
		require.Equal(t, exitUsage, code, wrong)
		require.NotEmpty(t, problems)
	}
	code, _, problems := k.run("--crossing", uuid.NewString())
	require.Equal(t, exitFailed, code)
	require.NotEmpty(t, problems)
	code, _, _ = k.run("--crossing", k.crossing.String(), "--purpose", "curiosity")
	require.NotEqual(t, exitDone, code)
}

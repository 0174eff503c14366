package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/migrations"
)

// auditTool runs bmis audit on a station's log of 300 entries that the centre follows.
type auditTool struct {
	*testing.T
	station, centre *postgres.DB
	dir             string // data directory, with the station's key
	centralKey      string // file of the centre's public key
}

func newAuditTool(t *testing.T) auditTool {
	t.Helper()
	tool := auditTool{T: t, station: pgtest.New(t, migrations.Station), centre: pgtest.New(t, migrations.Central), dir: t.TempDir()}
	require.NoError(t, os.Mkdir(filepath.Join(tool.dir, "keys"), 0o700))
	key, err := audit.LoadOrCreateKey(rand.Reader, filepath.Join(tool.dir, "keys", "audit.key"), "airport-1")
	require.NoError(t, err)
	central, err := audit.LoadOrCreateKey(rand.Reader, filepath.Join(t.TempDir(), "central"), "central")
	require.NoError(t, err)
	tool.centralKey = filepath.Join(t.TempDir(), "central.pub")
	require.NoError(t, os.WriteFile(tool.centralKey, []byte(central.Public()+"\n"), 0o600))

	ctx, officer := t.Context(), audit.Actor{ID: "o-7", Role: "officer"}
	for i := range 300 {
		require.NoError(t, auditlog.Insert(ctx, tool.station.Pool, officer.Entry(time.Now(), audit.Collection, "crossing", fmt.Sprint(i))))
	}
	sequencer := auditlog.NewSequencer(tool.station, key, time.Now, slog.New(slog.DiscardHandler))
	_, err = sequencer.Step(ctx)
	require.NoError(t, err)
	_, err = sequencer.Sign(ctx)
	require.NoError(t, err)
	batch, err := auditlog.NewLog(tool.station).Outgoing(ctx, 0, 1000)
	require.NoError(t, err)
	witness := auditlog.NewWitnessStore(tool.centre, central, time.Now)
	require.NoError(t, witness.Enrol(ctx, key.Public()))
	_, err = witness.Append(ctx, "airport-1", *batch)
	require.NoError(t, err)
	return tool
}

func (a auditTool) run(args ...string) (code int, out, problems string) {
	a.Helper()
	var stdout, stderr bytes.Buffer
	variables := map[string]string{"BMIS_DSN": pgtest.DSN(a.T, a.station), "BMIS_DATA_DIR": a.dir}
	code = run(a.Context(), append([]string{"audit"}, args...), &app{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr, Now: time.Now,
		Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

func (a auditTool) must(args ...string) string {
	a.Helper()
	code, out, problems := a.run(args...)
	require.Equal(a, exitDone, code, problems)
	return out
}

// tamper changes the log as its owner.
func (a auditTool) tamper(statements ...string) {
	a.Helper()
	admin := pgtest.Admin(a.T, a.station)
	for _, table := range []string{"audit", "audit_leaf", "audit_hash", "audit_checkpoint"} {
		_, err := admin.Pool.Exec(a.Context(), `ALTER TABLE `+table+` DISABLE TRIGGER append_only`)
		require.NoError(a, err)
	}
	for _, statement := range statements {
		_, err := admin.Pool.Exec(a.Context(), statement)
		require.NoError(a, err)
	}
}

func TestAuditVerifyOfAWholeLog(t *testing.T) {
	tool := newAuditTool(t)
	code, out, problems := tool.run("verify")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "log          airport-1\nentries      300 verified, 0 wait for their number\nsigned       300\n")
	require.Contains(t, out, "result       whole\n")
	require.Contains(t, problems, "verified 300 of 300 entries\n")

	out = tool.must("verify", "--witness", pgtest.DSN(t, tool.centre), "--key", tool.dir+"/keys/audit.key.pub", "--key", tool.centralKey)
	require.Contains(t, out, "co-signed    300\n")
}

// bmis audit counts what was done about discreet alerts, for the log is one, and prints nothing of it (docs/screening.md).
func TestAuditPrintsNothingOfDiscreetAlerts(t *testing.T) {
	tool := newAuditTool(t)
	owner := audit.Actor{ID: "owner-9", Role: "list_owner"}
	entry := owner.Entry(time.Now(), audit.Alteration, audit.DiscreetObject("NCB Utopia"), "alert-7")
	require.NoError(t, auditlog.Insert(t.Context(), tool.station.Pool, entry))
	key, err := audit.LoadOrCreateKey(rand.Reader, filepath.Join(tool.dir, "keys", "audit.key"), "airport-1")
	require.NoError(t, err)
	sequencer := auditlog.NewSequencer(tool.station, key, time.Now, slog.New(slog.DiscardHandler))
	_, err = sequencer.Step(t.Context())
	require.NoError(t, err)
	_, err = sequencer.Sign(t.Context())
	require.NoError(t, err)
	told := tool.must("verify") + tool.must("head")
	require.Contains(t, told, "301")
	for _, word := range []string{"discreet", "NCB Utopia", "alert-7", "owner-9"} {
		require.NotContains(t, told, word)
	}
}

func TestAuditVerifyNamesTheEntry(t *testing.T) {
	tool := newAuditTool(t)
	tool.tamper(`UPDATE audit SET lane = '9' WHERE id = (SELECT audit_id FROM audit_leaf WHERE leaf_no = 123)`)
	code, out, problems := tool.run("verify")
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "result       WRONG: leaf 123: audit row 124: altered: ")
	require.Contains(t, out, "the row was changed")
	require.Contains(t, problems, "bmis: the audit log is not what was written\n")
	require.Contains(t, out, "note         the triggers that keep the audit tables from being changed are not all in force\n")

	_, out, _ = tool.run("verify", "--witness", pgtest.DSN(t, tool.centre))
	require.Contains(t, out, "leaf 123: audit row 124: altered: differs from the witness's copy in: lane\n")
}

func TestAuditVerifyWithACheckpointKeptElsewhere(t *testing.T) {
	tool := newAuditTool(t)
	head, held := filepath.Join(t.TempDir(), "head"), filepath.Join(t.TempDir(), "held")
	require.NoError(t, os.WriteFile(head, []byte(tool.must("head")), 0o600))
	all := tool.must("head", "--dsn", pgtest.DSN(t, tool.centre), "--origin", "airport-1", "--all")
	require.Contains(t, all, "\n— central ")
	require.Equal(t, all, tool.must("head", "--dsn", pgtest.DSN(t, tool.centre), "--origin", "airport-1"))
	require.NoError(t, os.WriteFile(held, []byte(all), 0o600))
	tool.must("verify", "--checkpoint", head, "--checkpoint", held)

	tool.tamper(`DELETE FROM audit WHERE id > 200`, `DELETE FROM audit_leaf WHERE leaf_no >= 200`, `DELETE FROM audit_checkpoint`,
		`DELETE FROM audit_hash`)
	require.Contains(t, tool.must("verify"), "not signed yet", "by itself it shows nothing")
	for _, file := range []string{head, held} {
		code, out, _ := tool.run("verify", "--checkpoint", file)
		require.Equal(t, exitFailed, code)
		require.Contains(t, out, "WRONG: leaf 200 to 299: truncated: ")
		require.Contains(t, out, "the first one missing is 200\n")
	}
}

func TestAuditSaysWhatItNeeds(t *testing.T) {
	tool := newAuditTool(t)
	require.Regexp(t, `^airport-1\+[0-9a-f]{8}\+\S+\n$`, tool.must("key"))
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for want, args := range map[string][]string{
		`no public key was given for the log's origin "airport-1"`: {"verify", "--key", tool.centralKey},
		"expected one line name+hash+base64":                       {"verify", "--key", empty},
		"is empty; expected a signed note":                         {"verify", "--checkpoint", empty},
		"no such file":                                             {"verify", "--checkpoint", empty + "x"},
		"nothing is signed yet":                                    {"head", "--dsn", pgtest.DSN(t, tool.centre)},
	} {
		code, out, problems := tool.run(args...)
		require.Equal(t, exitFailed, code, args)
		require.Contains(t, problems, want)
		require.Empty(t, out)
	}
}

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

// Fingerprints are erased by whoever answers for data protection, who has seen what goes and says so again; it is audited.
func TestPrintsAreErasedByCommand(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	service := userTool{t, db}.running()
	for login, role := range map[string]auth.Role{"dora": auth.RoleProtection, "sara": auth.RoleSupervisor} {
		_, _, err := service.CreateUser(t.Context(), audit.Actor{ID: "test", Role: "administrator"}, auth.NewUser{
			Login: login, DisplayName: login, Role: role, Password: trustPassword,
		})
		require.NoError(t, err)
	}
	file, link, taking := uuid.New(), uuid.New(), uuid.New()
	_, err := db.Pool.Exec(t.Context(), `INSERT INTO traveller (id, group_id, created_at, audit_salt) VALUES ($1, $1, now(), sha256('x'))`, file)
	require.NoError(t, err)
	_, err = db.Pool.Exec(t.Context(), `INSERT INTO biometric.link_key (id, generation, wrapped, created_at) VALUES ($1, 'g', 'x', now())`, link)
	require.NoError(t, err)
	_, err = db.Pool.Exec(t.Context(), `INSERT INTO finger_link (link, file_id, crossing_id, since) VALUES ($1, $2, $3, now())`, link, file, taking)
	require.NoError(t, err)
	erase := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		variables := map[string]string{"BMIS_DSN": pgtest.DSN(t, db), "USER": "root"}
		code := run(t.Context(), append([]string{"prints", "erase", "--file", file.String()}, args...), &app{
			In: strings.NewReader(trustPassword + "\n"), Out: &stdout, Err: &stderr, Now: time.Now,
			Getenv: func(name string) string { return variables[name] }, Exit: func(int) {},
		})
		return code, stdout.String(), stderr.String()
	}
	count := func(sql string) (n int) {
		require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM `+sql).Scan(&n))
		return n
	}
	code, _, _ := erase("--as", "dora", "--confirm")
	require.Equal(t, exitUsage, code, "no ground")
	code, _, problems := erase("--as", "sara", "--ground", "request", "--confirm")
	require.Equal(t, exitFailed, code)
	require.Contains(t, problems, "may not erase")
	code, out, problems := erase("--as", "dora", "--ground", "request")
	require.Equal(t, exitShown, code, problems)
	require.Contains(t, out, "would be erased")
	require.Zero(t, count(`biometric.link_key WHERE destroyed_at IS NOT NULL`))
	code, out, problems = erase("--as", "dora", "--ground", "request", "--confirm")
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "erased of file "+file.String()+": 0 prints of 0 takings, 1 keys")
	require.Equal(t, 1, count(`biometric.link_key WHERE destroyed_at IS NOT NULL AND wrapped IS NULL`))
	require.Equal(t, 1, count(`audit WHERE verb = 'erasure' AND object_kind = 'biometric_key' AND purpose = 'data_protection' AND decision = 'request'`))
	require.Equal(t, 1, count(`biometric.key_tombstone WHERE ground = 'request'`), "the centre is told")
}

package pgtest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// custodianPid reads who holds the cluster's lock.
func custodianPid(t *testing.T, root string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "supervisor.lock"))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return pid
}

func templates(t *testing.T, cluster shared) (names []string) {
	t.Helper()
	require.NoError(t, cluster.admin(t.Context(), func(conn *pgx.Conn) error {
		rows, err := conn.Query(t.Context(), `SELECT datname FROM pg_database WHERE datname LIKE 'tpl\_%'`)
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}))
	return names
}

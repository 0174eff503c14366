package accounts

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

// What every request asks must stay a look-up in an index, however many sessions there are.
func TestTheHotPathIsALookUp(t *testing.T) {
	db := pgtest.New(t, migrations.Station)
	err := db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "SET LOCAL enable_seqscan = off") // the tables are empty: a scan would be cheaper
		require.NoError(t, err)
		rows, err := tx.Query(t.Context(), "EXPLAIN "+selectSession+`WHERE s.token_hash = '\x00'`)
		require.NoError(t, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		text := strings.Join(plan, "\n")
		require.Contains(t, text, "session_token_key")
		require.NotContains(t, text, "Seq Scan")
		return nil
	})
	require.NoError(t, err)
}

package pgtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	for _, kind := range []migrations.Kind{migrations.Station, migrations.Central} {
		t.Run(kind.String(), func(t *testing.T) {
			one, two := pgtest.New(t, kind), pgtest.New(t, kind)
			admin := pgtest.Admin(t, one)
			_, err := admin.Pool.Exec(t.Context(), "CREATE TABLE only_here (id int)")
			require.NoError(t, err)
			var here, there bool
			const query = "SELECT to_regclass('only_here') IS NOT NULL"
			require.NoError(t, one.Pool.QueryRow(t.Context(), query).Scan(&here))
			require.NoError(t, two.Pool.QueryRow(t.Context(), query).Scan(&there))
			require.True(t, here)
			require.False(t, there)
			require.NoError(t, one.CheckConfined(t.Context()))
		})
	}
}

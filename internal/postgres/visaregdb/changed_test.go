package visaregdb_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/replication"
)

// A sink tells once which visas changed: those that were put, taken away, or cannot be read; all of them after a snapshot or very many.
func TestWhichVisasChanged(t *testing.T) {
	p := open(t)
	changed := new(visaregdb.Changed)
	sink := visaregdb.Sink{Changed: changed}
	p.tell(t, evisa.DatasetVisas, sink, put(t, "E22222222", visa(t, "E22222222", "A")), put(t, "E33333333", "text"),
		replication.Change{Op: replication.OpDelete, Key: "E44444444"})
	is := changed.Take()
	for _, number := range []string{"E22222222", "E33333333", "E44444444"} {
		require.True(t, is(number), number)
	}
	require.False(t, is("E55555555"))
	require.False(t, is(""))
	require.False(t, changed.Take()("E22222222"), "taken")
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return sink.Clear(t.Context(), tx) }))
	require.True(t, changed.Take()("E55555555"))
	many := make([]replication.Change, 10_001)
	for n := range many {
		many[n] = replication.Change{Op: replication.OpDelete, Key: fmt.Sprint(n)}
	}
	p.tell(t, evisa.DatasetVisas, sink, many...)
	require.True(t, changed.Take()("E55555555"))
	require.False(t, (*visaregdb.Changed)(nil).Take()("E55555555"))
}

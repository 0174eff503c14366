package centraldb_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/replication/replicationtest"
)

// goodBody is a crossing that does not say which station it is of.
func goodBody(t testing.TB, n int) replicationtest.Body {
	t.Helper()
	c := newStation("").crossing(traveller(n), border.Entry, noon)
	text, err := json.Marshal(c)
	require.NoError(t, err)
	return replicationtest.Body{Kind: border.KindCrossing, Version: border.EventVersion, Payload: text}
}

func TestApplierKeepsTheRulesOfReplication(t *testing.T) {
	replicationtest.RunApplier(t, func(t *testing.T) replicationtest.Centre {
		c := newCentre(t)
		ids := func(query string) func(t require.TestingT, station string) []uuid.UUID {
			return func(t require.TestingT, station string) []uuid.UUID {
				rows, err := c.db.Pool.Query(context.Background(), query, station)
				require.NoError(t, err)
				list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
				require.NoError(t, err)
				return list
			}
		}
		return replicationtest.Centre{
			Applier: c.applier,
			Good:    func(n int) replicationtest.Body { return goodBody(t, n) },
			Poison: func(n int) replicationtest.Body {
				return replicationtest.Body{Kind: border.KindCrossing, Version: 1, Payload: json.RawMessage(`{"lane":` + string(rune('0'+n%10)) + `}`)}
			},
			Applied: ids(`SELECT event_id FROM crossing WHERE station = $1`),
			Parked:  ids(`SELECT event_id FROM dead_letter WHERE station = $1`),
		}
	})
}

package fingertaskdb_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
)

func TestTheQueueSaysHowManyOthersASearchFound(t *testing.T) {
	p := open(t)
	c := candidate(p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN"))
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return p.store.Raise(t.Context(), tx, uuid.New(), c, &fingers.Search{ID: uuid.New(), Found: 300, More: 44})
	}))
	p.raise(t, uuid.New(), candidate(p.cross(t, "X300", "DUPONT"), p.cross(t, "X400", "ROSSI")))
	page, err := p.desk.Queue(t.Context(), actor("sam"), fingers.TaskQuery{})
	require.NoError(t, err)
	var told [][2]int
	for _, i := range page.Items {
		told = append(told, [2]int{i.Found, i.More})
	}
	require.ElementsMatch(t, [][2]int{{300, 44}, {0, 0}}, told)
}

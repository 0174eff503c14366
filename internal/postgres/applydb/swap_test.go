package applydb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
)

// Sealed bytes that somebody moves to another step, file or application, as whoever may write to the database can, do not open there.
func TestSealedBytesOpenWhereTheyBelong(t *testing.T) {
	w := newWorld(t)
	a, b := w.applied(1, "A"), w.applied(2, "A")
	w.claimed(ada, a.ID)
	admin := pgtest.Admin(t, w.db).Pool
	for name, c := range map[string]struct {
		table, one, other string
		args              []any
		read              func() error
	}{
		"two steps of an application": {
			"visa_application_event", `x.application_id = $1 AND x.seq = 1`, `x.application_id = $1 AND x.seq = 2`, []any{a.ID},
			func() error { _, err := w.desk.Case(ctx, ada, a.ID); return err },
		},
		"the first steps of two applications": {
			"visa_application_event", `x.application_id = $1 AND x.seq = 1`, `x.application_id = $2 AND x.seq = 1`, []any{a.ID, b.ID},
			func() error { _, err := w.desk.Case(ctx, ada, a.ID); return err },
		},
		"files of two applications": {
			"visa_application_file", `x.id = $1`, `x.id = $2`, []any{a.Files[0].ID, b.Files[0].ID},
			func() error { _, _, err := w.desk.File(ctx, ada, a.ID, a.Files[0].ID); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.read())
			swap := func() {
				tag, err := admin.Exec(ctx, `WITH pair AS (SELECT (SELECT x.ctid FROM `+c.table+` x WHERE `+c.one+`) AS one, (SELECT x.ctid FROM `+c.table+` x WHERE `+c.other+`) AS other)
					UPDATE `+c.table+` p SET sealed = q.sealed FROM `+c.table+` q, pair
					WHERE p.ctid = pair.one AND q.ctid = pair.other OR p.ctid = pair.other AND q.ctid = pair.one`, c.args...)
				require.NoError(t, err)
				require.Equal(t, int64(2), tag.RowsAffected())
			}
			swap()
			require.Error(t, c.read(), "it stands with something else")
			swap()
			require.NoError(t, c.read())
		})
	}
}

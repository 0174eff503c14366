package applydb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

// copies puts n newer applications of the same person and document beside one: rows and marks alone.
func (w *world) copies(of uuid.UUID, n int, state evisa.State) {
	w.t.Helper()
	_, err := w.db.Pool.Exec(ctx, `WITH made AS (
			INSERT INTO visa_application SELECT (json_populate_record(v, json_build_object('id', gen_random_uuid(), 'group_id', gen_random_uuid(),
				'reference', left($3, 2) || g, 'state', $3::text, 'sent_at', v.sent_at + g * interval '1 minute', 'grounds', ARRAY[]::text[]))).*
			FROM visa_application v, generate_series(1, $2::int) g WHERE v.id = $1 RETURNING id)
		INSERT INTO visa_application_mark (kind, mark, application_id) SELECT m.kind, m.mark, made.id FROM visa_application_mark m, made
		WHERE m.application_id = $1`, of, n, string(state))
	require.NoError(w.t, err)
}

// An older refusal is found however many applications followed it, and what is not looked at is said.
func TestAnOldRefusalIsNotHidden(t *testing.T) {
	w := newWorld(t)
	old := w.refused(1)
	w.copies(old.ID, 150, evisa.Withdrawn)
	next := w.person(1, "T")
	next.Files = nil
	w.keep(w.sent(next), w.paid(next))
	require.NoError(t, w.desk.Work(ctx))
	k := w.finding(next.ID, desk.CheckRefusals)
	require.Equal(t, border.Hit, k.Finding.Outcome)
	require.Equal(t, []string{desk.CodeRefusedBefore, desk.CodeRefusedBefore, desk.CodeTooManyOthers}, codes(k))
	require.Equal(t, old.ID.String(), k.Hits[0].Ref)
	require.Len(t, k.Hits, 1, "what is not looked at is no hit of its own")
	others := w.finding(next.ID, desk.CheckDuplicates)
	require.Equal(t, border.NotChecked, others.Finding.Outcome, "all that was looked at is of no concern, and more is there")
	require.Contains(t, codes(others), desk.CodeTooManyOthers)
	c, _ := w.look(ada, next.ID)
	require.Equal(t, old.ID, c.Earlier[0].ID)
}

// As many as are looked at are all there are: no more is said. Open ones come before those that ended.
func TestOpenOnesComeFirst(t *testing.T) {
	w := newWorld(t)
	open := w.applied(1, "T")
	w.copies(open.ID, 99, evisa.Withdrawn)
	w.pass(time.Hour)
	next := w.person(1, "T")
	next.Files = nil
	others, err := w.store.Others(ctx, &next)
	require.NoError(t, err)
	require.False(t, others.More)
	require.Len(t, others.List, 100)
	require.Equal(t, open.ID, others.List[0].ID)
	w.copies(open.ID, 1, evisa.Lapsed)
	others, err = w.store.Others(ctx, &next)
	require.NoError(t, err)
	require.True(t, others.More)
	require.Len(t, others.List, 100)
}

package boarddb_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
)

// choking opens hits of all but one.
type choking struct {
	screen.Hits
	on uuid.UUID
}

func (c *choking) Expect(ctx context.Context, results []screen.Result) error {
	if slices.ContainsFunc(results, func(r screen.Result) bool { return r.Person.ID == c.on }) {
		return errors.New("no hit can be opened of this one")
	}
	return c.Hits.Expect(ctx, results)
}

// unread cannot read one person.
type unread struct {
	apipnr.Manifests
	on uuid.UUID
}

func (u *unread) Persons(ctx context.Context, ids []uuid.UUID) ([]apipnr.Expected, error) {
	if slices.Contains(ids, u.on) {
		return nil, errors.New("a row that cannot be opened")
	}
	return u.Manifests.Persons(ctx, ids)
}

func TestOneWhoCannotBeScreenedHoldsUpNobody(t *testing.T) {
	for _, name := range []string{"when the hits are opened", "when the person is read"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			persons := w.expect(w.list("XX0123", "745", "T1", someone(3, "R3"), someone(4, "R4"), someone(5, "R5")))
			w.publish()
			bad := persons[1].ID
			var heal func()
			if name == "when the person is read" {
				u := &unread{w.Screen.Manifests, bad}
				w.Screen.Manifests, heal = u, func() { u.on = uuid.Nil }
			} else {
				c := &choking{w.Screen.Hits, bad}
				w.Screen.Hits, heal = c, func() { c.on = uuid.Nil }
			}
			w.work()
			state := func() (all []border.Outcome) {
				got, err := w.Board.Screenings(t.Context(), []uuid.UUID{persons[0].ID, bad, persons[2].ID})
				require.NoError(t, err)
				require.Len(t, got, 3)
				return []border.Outcome{got[persons[0].ID].Outcome, got[bad].Outcome, got[persons[2].ID].Outcome}
			}
			require.Equal(t, []border.Outcome{border.NoHit, border.NotChecked, border.NoHit}, state())
			require.Len(t, w.publish(), 3, "the stations are told of all three")
			require.Equal(t, border.ReasonFailed, w.screening(bad).Reasons[0].Code)
			require.Zero(t, w.screening(bad).AsOf)
			_, next, err := w.Board.Due(t.Context(), 10)
			require.NoError(t, err)
			require.WithinDuration(t, w.Now.Add(30*time.Second), next, time.Second, "it is tried again")

			w.Now = w.Now.Add(31 * time.Second)
			w.work()
			_, next, err = w.Board.Due(t.Context(), 10)
			require.NoError(t, err)
			require.WithinDuration(t, w.Now.Add(time.Minute), next, time.Second, "at growing intervals")
			require.Empty(t, w.publish(), "nothing new")
			heal()
			w.Now = w.Now.Add(61 * time.Second)
			w.work()
			require.Equal(t, []border.Outcome{border.NoHit, border.NoHit, border.NoHit}, state())
			require.Len(t, w.publish(), 1)
		})
	}
}

// Who was a hit stays one while he cannot be screened; who was fine does not stay fine.
func TestLayingAsideForgetsNoHit(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	w.expect(w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3")))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R1": border.Hit, "R3": border.NoHit}, w.outcomes())
	for _, ref := range []string{"R1", "R3"} {
		id := w.person(ref)
		c := &choking{w.Screen.Hits, id}
		w.Screen.Hits = c
		w.Exec(`UPDATE passenger_screening SET recheck_at = $2 WHERE person = $1`, id, w.Now)
		w.work()
		c.on = uuid.Nil
	}
	require.Equal(t, map[string]border.Outcome{"R1": border.Hit, "R3": border.NotChecked}, w.outcomes())
	require.NotEmpty(t, w.screening(w.person("R1")).Reasons)
}

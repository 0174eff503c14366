package fingerdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
)

// Prints go with their key when the time of keeping is over, unless a task is open; a policy without a time keeps them.
func TestPrintsAreErasedWhenTheirTimeIsOver(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	p.take(scan, 70)
	e := p.decide(scan, finding("", 0))
	policy := fingers.DefaultPolicy()
	retain := func(policy fingers.Policy) int {
		n, err := p.prints.Retain(t.Context(), policy)
		require.NoError(t, err)
		return n
	}
	state := func() fingers.Retention {
		r, err := p.prints.Retention(t.Context(), policy)
		require.NoError(t, err)
		return r
	}
	months := policy.Kept
	if e.Direction == "entry" {
		months = policy.KeptInside
	}
	p.clock.move(e.CrossedAt.AddDate(0, months, 0).Sub(p.clock.now()))
	require.Zero(t, retain(policy), "the last day")
	require.Len(t, p.gallery(), 1)
	p.clock.move(time.Second)
	never := policy
	never.Kept, never.KeptInside = 0, 0
	require.Zero(t, retain(never))
	_, err := p.db.Pool.Exec(t.Context(), `INSERT INTO finger_task (id, taking, ground, place, link, candidate_link, candidate_station, score, raised_at)
		SELECT $1, id, 'mismatch', 'test-air', link, link, '', 1, now() FROM finger_taking`, uuid.New())
	require.NoError(t, err)
	require.Zero(t, retain(policy), "somebody looks at them")
	require.Equal(t, fingers.Retention{OpenTasks: 1}, state())
	_, err = p.db.Pool.Exec(t.Context(), `UPDATE finger_task SET decided_at = now(), stage = 'decided'`)
	require.NoError(t, err)
	require.Equal(t, fingers.Retention{Expired: 1}, state())
	require.Equal(t, 1, retain(policy))
	require.Empty(t, p.gallery())
	require.Equal(t, 1, p.count("biometric.key_tombstone WHERE ground = 'retention'"), "the centre is told")
	require.Equal(t, 1, p.count("audit WHERE verb = 'erasure' AND purpose = 'retention' AND object_kind = 'biometric_key' AND object_id = $1", e.TravellerID.String()))
	require.Equal(t, fingers.Retention{Erased: 1}, state())
	require.Zero(t, retain(policy), "once")
}

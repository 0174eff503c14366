package fingertaskdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
)

// settle lets a taking stand with a file, as a decision does; with none it is nobody's.
func (p *post) settle(t testing.TB, taking, file uuid.UUID) {
	t.Helper()
	s := bordertest.Scan(uuid.NewString()[:9])
	require.NoError(t, p.first.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
	var of, crossing *uuid.UUID
	var at *time.Time
	if file != uuid.Nil {
		id := uuid.New()
		of, crossing, at = &file, &id, &p.now
	}
	_, err := p.db.Pool.Exec(t.Context(), `INSERT INTO finger_taking (id, scan_id, taken_at, body, prints, current, file_id, crossing_id, settled_at)
		VALUES ($1, $2, $3, '{}', '{}', true, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET file_id = excluded.file_id, crossing_id = excluded.crossing_id, settled_at = excluded.settled_at`,
		taking, s.ID, p.now, of, crossing, at)
	require.NoError(t, err)
}

func (p *post) withdraw(t testing.TB, taking uuid.UUID) {
	t.Helper()
	p.now = p.now.Add(time.Minute)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return p.store.Withdrawn(t.Context(), tx, taking) }))
	p.settle(t, taking, uuid.Nil)
}

func TestATaskFollowsItsPrintsToAnotherFile(t *testing.T) {
	p := open(t)
	wrong, right, other := p.cross(t, "L898902C3", "ERIKSSON"), p.cross(t, "D23145890", "MUSTERMANN"), p.cross(t, "X11111111", "DOE")
	taking := uuid.New()
	p.settle(t, taking, wrong)
	id := p.claimed(t, "sam", taking, candidate(wrong, other))
	p.withdraw(t, taking)
	require.ErrorIs(t, p.say(t, "sam", id, fingers.SamePerson), fingertaskdb.ErrWithdrawn)
	require.Zero(t, p.count(t, "file_link"))

	p.settle(t, taking, right)
	require.NoError(t, p.say(t, "sam", id, fingers.SamePerson))
	require.Equal(t, 1, p.count(t, `traveller a JOIN traveller b ON a.group_id = b.group_id WHERE a.id = $1 AND b.id = $2`, right, other))
	require.Zero(t, p.count(t, `traveller a JOIN traveller b ON a.group_id = b.group_id WHERE a.id = $1 AND b.id = $2`, wrong, other))
}

func TestAVerdictGoesWithTheDecisionItsPrintsStoodWith(t *testing.T) {
	p := open(t)
	wrong, other := p.cross(t, "L898902C3", "ERIKSSON"), p.cross(t, "X11111111", "DOE")
	taking := uuid.New()
	p.settle(t, taking, wrong)
	id := p.claimed(t, "sam", taking, candidate(wrong, other))
	require.NoError(t, p.say(t, "sam", id, fingers.SamePerson))
	require.Equal(t, 1, p.count(t, `traveller a JOIN traveller b ON a.group_id = b.group_id WHERE a.id = $1 AND b.id = $2`, wrong, other))
	p.withdraw(t, taking)
	require.Zero(t, p.count(t, `traveller a JOIN traveller b ON a.group_id = b.group_id WHERE a.id = $1 AND b.id = $2`, wrong, other))
	require.Equal(t, fingers.TaskOpen, p.look(t, id).Task.Stage(), "whoever comes next decides anew")
}

package tolddb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/tolddb"
	"github.com/openbmis/openbmis/migrations"
)

// box is one of the tables, with a clock of its own.
type box struct {
	tolddb.Box
	now time.Time
}

func open(t *testing.T) *box {
	t.Helper()
	b := &box{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	b.Box = tolddb.Box{Table: "finger_told", Key: "task", DB: pgtest.New(t, migrations.Station), Now: func() time.Time { return b.now }}
	return b
}

func (b *box) keep(t *testing.T, id uuid.UUID, data string) {
	t.Helper()
	require.NoError(t, b.DB.InTx(t.Context(), func(tx pgx.Tx) error { return b.Keep(t.Context(), tx, id, []byte(data)) }))
}

// takes says how much was used, and what was wrong.
func (b *box) takes(t *testing.T, use func(id uuid.UUID, data string) error) (int, error) {
	t.Helper()
	return b.Take(t.Context(), 10, func(_ context.Context, _ pgx.Tx, id uuid.UUID, data []byte) error { return use(id, string(data)) })
}

func (b *box) stuck(t *testing.T) int {
	t.Helper()
	n, err := b.Stuck(t.Context())
	require.NoError(t, err)
	return n
}

func TestWhatIsToldIsUsedOnce(t *testing.T) {
	b, id := open(t), uuid.New()
	var seen []string
	use := func(_ uuid.UUID, data string) error { seen = append(seen, data); return nil }
	for range 2 {
		b.keep(t, id, `1`)
		_, err := b.takes(t, use)
		require.NoError(t, err)
	}
	b.keep(t, id, `2`)
	_, err := b.takes(t, use)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, seen, "told again in other words, it is used again")
}

// What comes while an older word is being used is not marked with it.
func TestWhatIsToldMeanwhileIsNotLost(t *testing.T) {
	for name, outcome := range map[string]error{
		"used": nil, "refused": errors.New("not now"), "unusable": &tolddb.Unusable{Fault: "unreadable", Err: tolddb.ErrUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			b, id := open(t), uuid.New()
			b.keep(t, id, `1`)
			_, err := b.takes(t, func(uuid.UUID, string) error {
				b.keep(t, id, `2`) // in a transaction of its own, as the link to the centre does
				return outcome
			})
			require.ErrorIs(t, err, outcome)
			require.Zero(t, b.stuck(t), "the new word has not been tried")
			var seen []string
			n, err := b.takes(t, func(_ uuid.UUID, data string) error { seen = append(seen, data); return nil })
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.Equal(t, []string{"2"}, seen)
		})
	}
}

// What is refused is tried again, ever later and not for ever; what cannot be used is not. Both are counted, and nothing waits for them.
func TestWhatCannotBeUsedStandsInNobodysWay(t *testing.T) {
	b := open(t)
	bad, never, good := uuid.New(), uuid.New(), uuid.New()
	b.keep(t, bad, `1`)
	b.keep(t, never, `2`)
	b.keep(t, good, `3`)
	tried, used := 0, 0
	use := func(id uuid.UUID, _ string) error {
		switch id {
		case bad:
			tried++
			return errors.New("not now")
		case never:
			return &tolddb.Unusable{Fault: "no_crossing", Err: errors.New("no such crossing")}
		}
		used++
		return nil
	}
	n, err := b.takes(t, use)
	require.ErrorContains(t, err, "told of task "+bad.String()+": not now")
	require.ErrorContains(t, err, "told of task "+never.String()+": no such crossing")
	require.Equal(t, 1, n)
	require.Equal(t, 2, b.stuck(t))
	for range 100 {
		b.now = b.now.Add(time.Hour)
		if _, err = b.takes(t, use); err != nil {
			require.NotContains(t, err.Error(), "no such crossing")
		}
	}
	require.Equal(t, 30, tried)
	require.Equal(t, 1, used)
	require.Equal(t, 2, b.stuck(t))
}

// What is used and what is marked stand or fall together.
func TestAUseThatFailsLeavesNothing(t *testing.T) {
	b, id := open(t), uuid.New()
	b.keep(t, id, `1`)
	_, err := b.Take(t.Context(), 10, func(ctx context.Context, tx pgx.Tx, _ uuid.UUID, _ []byte) error {
		_, err := tx.Exec(ctx, `INSERT INTO finger_told (task, data) VALUES ($1, '7')`, uuid.New())
		return errors.Join(err, errors.New("refused"))
	})
	require.ErrorContains(t, err, "refused")
	var n int
	require.NoError(t, b.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM finger_told`).Scan(&n))
	require.Equal(t, 1, n)
}

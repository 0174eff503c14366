package hit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
)

// chores fail or have work as they are told to, and count what was asked of them.
type chores struct {
	toldErr, dueErr error
	told, due       []int
	asked           [2]int
}

func next(all *[]int) (n int) {
	if len(*all) > 0 {
		n, *all = (*all)[0], (*all)[1:]
	}
	return n
}

func (c *chores) TakeTold(context.Context, int) (int, error) {
	c.asked[0]++
	return next(&c.told), c.toldErr
}

func (c *chores) Timeouts(context.Context, time.Time, int) (int, error) {
	c.asked[1]++
	return next(&c.due), c.dueErr
}

func step(t *testing.T, c *chores) error {
	t.Helper()
	return hit.NewWorker(hit.WorkerConfig{Chores: c, Now: func() time.Time { return noon }}).Step(t.Context())
}

// Timers run whatever the centre told, and what fails of either is told.
func TestNeitherChoreStopsTheOther(t *testing.T) {
	told, due := errors.New("told"), errors.New("due")
	c := &chores{toldErr: told, dueErr: due, told: []int{1}, due: []int{1}}
	err := step(t, c)
	require.ErrorIs(t, err, told)
	require.ErrorIs(t, err, due)
	require.Equal(t, [2]int{1, 1}, c.asked)
}

func TestAStepGoesOnWhileThereIsWork(t *testing.T) {
	c := &chores{told: []int{50, 3}, due: []int{0, 0, 50}}
	require.NoError(t, step(t, c))
	require.Equal(t, [2]int{4, 4}, c.asked)
}

package exhibit_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

var errBroken = errors.New("the seal of the bytes is broken")

// keeper keeps decisions in memory, newest first; a reading can be one that fails.
type keeper struct {
	order    []uuid.UUID
	readings map[uuid.UUID]func() (*reader.Reading, error)
	verified []exhibit.Verification
}

func (k *keeper) add(read func() (*reader.Reading, error)) uuid.UUID {
	id := uuid.New()
	k.order = append(k.order, id)
	k.readings[id] = read
	return id
}

func (k *keeper) ReadingOf(_ context.Context, crossing uuid.UUID, _ audit.Entry) (*reader.Reading, exhibit.Evidence, error) {
	r, err := k.readings[crossing]()
	return r, exhibit.Evidence{}, err
}

func (k *keeper) Verified(_ context.Context, v exhibit.Verification, _ audit.Entry) error {
	k.verified = append(k.verified, v)
	return nil
}

func (k *keeper) Due(_ context.Context, version string, limit int) ([]uuid.UUID, error) {
	due := slices.DeleteFunc(slices.Clone(k.order), func(id uuid.UUID) bool {
		return slices.ContainsFunc(k.verified, func(v exhibit.Verification) bool { return v.Crossing == id && v.Trust == version })
	})
	return due[:min(limit, len(due))], nil
}

// One crossing whose evidence cannot be verified, or breaks the program, is noted with its time, and keeps no other from its turn.
func TestCatchGoesOn(t *testing.T) {
	k := &keeper{readings: map[uuid.UUID]func() (*reader.Reading, error){}}
	chip := func() (*reader.Reading, error) {
		return &reader.Reading{Chip: &reader.Chip{Files: map[string][]byte{"SOD": {0x77, 0}}}}, nil
	}
	panics := k.add(func() (*reader.Reading, error) { return &reader.Reading{}, []error{}[len(k.verified)-99] })
	broken := k.add(func() (*reader.Reading, error) { return nil, errBroken })
	gone := k.add(func() (*reader.Reading, error) { return nil, problem.New(problem.NotFound, "exhibit.destroyed") })
	fine := k.add(chip)
	at := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	v := exhibit.Verifier{Keeper: k, Now: func() time.Time { return at }, NewID: uuid.New}
	store, _ := trust.NewStore(nil, 7, at)

	n, err := v.Catch(t.Context(), k, audit.Actor{Name: "station"}, store, 2)
	require.Equal(t, 2, n)
	require.ErrorIs(t, err, errBroken, "a failure is told")
	require.ErrorContains(t, err, "crossing "+panics.String()+": verification panicked")
	failed := []exhibit.Step{{Name: emrtd.StepStructure, Verdict: traveldoc.NotDone, Reason: exhibit.ReasonFailed}}
	for i, crossing := range []uuid.UUID{panics, broken} {
		require.Equal(t, crossing, k.verified[i].Crossing)
		require.Equal(t, at, k.verified[i].At)
		require.Equal(t, "7", k.verified[i].Trust)
		require.Equal(t, failed, k.verified[i].Steps)
	}

	n, err = v.Catch(t.Context(), k, audit.Actor{Name: "station"}, store, 2)
	require.NoError(t, err, "the others have their turn")
	require.Equal(t, 2, n)
	require.Equal(t, gone, k.verified[2].Crossing)
	require.Equal(t, "exhibit.destroyed", k.verified[2].Steps[0].Reason)
	require.Equal(t, fine, k.verified[3].Crossing)
	require.Greater(t, len(k.verified[3].Steps), 5)

	n, err = v.Catch(t.Context(), k, audit.Actor{Name: "station"}, store, 2)
	require.NoError(t, err)
	require.Zero(t, n, "nothing is due for ever")

	later, _ := trust.NewStore(nil, 8, at)
	n, err = v.Catch(t.Context(), k, audit.Actor{Name: "station"}, later, 10)
	require.Error(t, err)
	require.Equal(t, 4, n, "newer material: all once more")
}

// A station that stops notes no failure.
func TestCatchStops(t *testing.T) {
	k := &keeper{readings: map[uuid.UUID]func() (*reader.Reading, error){}}
	ctx, cancel := context.WithCancel(t.Context())
	k.add(func() (*reader.Reading, error) { cancel(); return nil, ctx.Err() })
	v := exhibit.Verifier{Keeper: k, Now: time.Now, NewID: uuid.New}
	_, err := v.Catch(ctx, k, audit.Actor{}, (*trust.Store)(nil), 2)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, k.verified)
}

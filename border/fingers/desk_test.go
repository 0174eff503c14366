package fingers_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
	"github.com/openbmis/openbmis/internal/audit"
)

var officer = audit.Actor{ID: "1", Name: "amira", Role: "officer", Post: "t", Lane: "1"} //nolint:gochecknoglobals // a constant

// counter is a desk with a reader on which somebody's fingers lie.
type counter struct {
	*fingers.Desk
	store  *fingerstest.Memory
	reader *fingerstest.Reader
	now    time.Time

	mu      sync.Mutex
	changes int
}

func open(t *testing.T, seed uint64, slap bool) *counter {
	t.Helper()
	c := &counter{store: fingerstest.NewMemory(), reader: fingerstest.NewReader(seed, slap), now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	policy := fingers.DefaultPolicy()
	policy.Quality = 65 // far from both the good and the bad prints here
	c.Desk = fingers.NewDesk(fingers.DeskConfig{
		Store: c.store, Policy: policy, Readers: fingers.OneReader(c.reader), State: "UTO", Station: "t",
		Changed: func(context.Context, string, uuid.UUID) { c.mu.Lock(); c.changes++; c.mu.Unlock() },
		Now:     c.clock, NewID: uuid.New,
	})
	return c
}

func (c *counter) clock() time.Time { return c.now }

func (c *counter) changed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes
}

func (c *counter) traveller(t *testing.T) *fingers.Session {
	t.Helper()
	i := &border.Inspection{Scan: border.Scan{ID: uuid.New(), Lane: "1"}, Subject: subject(t)}
	s, err := c.Open(t.Context(), i)
	require.NoError(t, err)
	return s
}

// take makes an attempt and waits for its end.
func (c *counter) take(t *testing.T, s *fingers.Session) fingers.View {
	t.Helper()
	c.Take(t.Context(), officer, s)
	return settled(t, s)
}

func settled(t *testing.T, s *fingers.Session) fingers.View {
	t.Helper()
	for {
		v, changed := s.View()
		if v.Phase != fingers.PhaseTaking {
			return v
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the session never settled")
		}
	}
}

func states(v fingers.View) (list []fingers.FingerState) {
	for _, f := range v.Fingers {
		list = append(list, f.State)
	}
	return list
}

func TestOneKeyTakesFourGoodFingers(t *testing.T) {
	for name, slap := range map[string]bool{"at once": true, "one after the other": false} {
		t.Run(name, func(t *testing.T) {
			c := open(t, 11, slap)
			s := c.traveller(t)
			v := c.take(t, s)
			require.Equal(t, fingers.PhaseKept, v.Phase, "%+v", v)
			require.Len(t, c.reader.Asked, map[bool]int{true: 1, false: 4}[slap])
			kept, err := c.store.Of(t.Context(), s.Scan)
			require.NoError(t, err)
			require.Len(t, kept.Taken(), 4)
			require.Equal(t, "default-1", kept.Policy)
			require.Equal(t, "Test Reader 1", kept.Reader)
			require.True(t, kept.Simulated)
			require.Equal(t, audit.Collection, c.store.Entries[0].Verb)
			require.NoError(t, c.store.Entries[0].Validate())
			require.Equal(t, 1, c.changed(), "the check is asked again")
			require.NoError(t, c.Failed(s.Scan))
		})
	}
}

func TestALowPrintIsSaidWhyTriedAgainAndTheBestTryIsKept(t *testing.T) {
	c := open(t, 12, true)
	c.reader.Finger(biometrics.RightRing, 0)
	s := c.traveller(t)
	v := c.take(t, s)
	require.Equal(t, []fingers.FingerState{fingers.Good, fingers.Good, fingers.Low, fingers.Good}, states(v))
	require.NotEmpty(t, v.Fingers[2].Why)
	require.ErrorIs(t, c.Accept(t.Context(), officer, s, "best_of_tries"), fingers.ErrTries)
	require.ErrorIs(t, c.Accept(t.Context(), officer, s, "because"), fingers.ErrReason)
	first := v.Fingers[2].Quality
	v = c.take(t, s)
	require.Equal(t, []biometrics.Position{biometrics.RightRing}, c.reader.Asked[1].Fingers, "only the low one again")
	require.GreaterOrEqual(t, v.Fingers[2].Quality, first, "the best try stays")
	v = c.take(t, s)
	require.True(t, v.OutOfTries())
	require.NoError(t, c.Accept(t.Context(), officer, s, "best_of_tries"))
	kept, err := c.store.Of(t.Context(), s.Scan)
	require.NoError(t, err)
	require.Equal(t, "best_of_tries", kept.Slots[2].Accepted)
	require.Equal(t, 3, kept.Slots[2].Tries)
	require.Empty(t, kept.Slots[0].Accepted)
}

func TestEveryFingerCanBeMissingAndTheOtherHandIsAsked(t *testing.T) {
	c := open(t, 13, true)
	s := c.traveller(t)
	require.ErrorIs(t, c.Missing(t.Context(), officer, s, biometrics.RightIndex, biometrics.Exempt), fingers.ErrCode)
	require.ErrorIs(t, c.Missing(t.Context(), officer, s, biometrics.LeftIndex, biometrics.Refused), fingers.ErrCode, "not asked")
	require.NoError(t, c.Missing(t.Context(), officer, s, biometrics.UnknownFinger, biometrics.Bandaged))
	v, _ := s.View()
	require.Equal(t, fingers.PhaseWaiting, v.Phase)
	require.Len(t, v.Fingers, 8)
	require.Equal(t, fingers.PhaseKept, c.take(t, s).Phase)
	require.Equal(t, biometrics.LeftIndex, c.reader.Asked[0].Fingers[0])
	require.Len(t, c.reader.Asked[0].Exceptions, 4)
	kept, _ := c.store.Of(t.Context(), s.Scan)
	require.Len(t, kept.Taken(), 4)
	require.Equal(t, biometrics.Bandaged, kept.Slots[0].Missing)
}

func TestWhoRefusesIsKeptWithoutPrints(t *testing.T) {
	c := open(t, 13, true)
	s := c.traveller(t)
	require.NoError(t, c.Missing(t.Context(), officer, s, biometrics.UnknownFinger, biometrics.Refused))
	v, _ := s.View()
	require.Equal(t, fingers.PhaseKept, v.Phase)
	kept, _ := c.store.Of(t.Context(), s.Scan)
	require.Empty(t, kept.Taken())
}

func TestAReaderThatFailsIsToldAndNothingIsLost(t *testing.T) {
	for _, fault := range capture.Errors() {
		t.Run(fault.Error(), func(t *testing.T) {
			c := open(t, 14, false)
			s := c.traveller(t)
			c.reader.Fail(fault)
			v := c.take(t, s)
			require.Equal(t, fingers.PhaseWaiting, v.Phase)
			require.Equal(t, fault.Error(), v.Fault)
			require.ErrorIs(t, c.Failed(s.Scan), fault)
			require.Equal(t, 1, c.changed())
			c.reader.Fail(nil)
			require.Equal(t, fingers.PhaseKept, c.take(t, s).Phase)
			require.NoError(t, c.Failed(s.Scan))
		})
	}
}

func TestAStoreThatFailsKeepsTheSession(t *testing.T) {
	c := open(t, 15, true)
	s := c.traveller(t)
	c.store.Fail(errors.New("away"))
	v := c.take(t, s)
	require.Equal(t, fingers.CodeStore, v.Fault)
	require.Equal(t, []fingers.FingerState{fingers.Good, fingers.Good, fingers.Good, fingers.Good}, states(v))
	require.Error(t, c.Failed(s.Scan))
	c.store.Fail(nil)
	require.Equal(t, fingers.PhaseKept, c.take(t, s).Phase)
	require.Len(t, c.reader.Asked, 1, "the fingers need not be put on again")
}

func TestTheSameFingerTwiceIsNoticed(t *testing.T) {
	c := open(t, 16, false)
	c.reader.Shift = map[biometrics.Position]biometrics.Position{biometrics.RightMiddle: biometrics.RightIndex}
	s := c.traveller(t)
	v := c.take(t, s)
	require.Equal(t, []fingers.FingerState{fingers.Good, fingers.Wanted, fingers.Wanted, fingers.Wanted}, states(v))
	require.Equal(t, fingers.FaultSameFinger, v.Fingers[1].Fault)
}

func TestAnAttemptIsStoppedAndBeginsOnceOnly(t *testing.T) {
	c := open(t, 17, true)
	release := c.reader.Hold()
	s := c.traveller(t)
	c.Take(t.Context(), officer, s)
	c.Take(t.Context(), officer, s)
	require.ErrorIs(t, c.Missing(t.Context(), officer, s, biometrics.RightIndex, biometrics.Refused), fingers.ErrTaking)
	c.Stop(s)
	v := settled(t, s)
	require.Empty(t, v.Fault)
	require.Equal(t, []fingers.FingerState{fingers.Wanted, fingers.Wanted, fingers.Wanted, fingers.Wanted}, states(v))
	release()
	require.LessOrEqual(t, len(c.reader.Asked), 1)
}

func TestWhoIsNotAskedHasNoSession(t *testing.T) {
	c := open(t, 18, true)
	i := &border.Inspection{Scan: border.Scan{ID: uuid.New(), Lane: "1"}, Subject: subject(t)}
	i.Subject.Identity.Nationality = "UTO"
	_, err := c.Open(t.Context(), i)
	require.ErrorIs(t, err, fingers.ErrNotAsked)
}

func TestWhatCouldNotBeTakenLastTimeIsCompleted(t *testing.T) {
	c := open(t, 19, true)
	references, err := fingerstest.Prints(19, c.now, biometrics.RightIndex, biometrics.RightMiddle)
	require.NoError(t, err)
	c.store.File("12AB34567", fingers.Person{
		Link: references[0].Link, References: references, Open: []fingers.Slot{{Position: biometrics.RightRing, Missing: biometrics.Bandaged}},
	})
	s := c.traveller(t)
	v, _ := s.View()
	require.Len(t, v.Fingers, 3)
	require.True(t, v.Fingers[2].Open)
}

package fingers

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// slow is a store that answers once all ask.
type slow struct {
	Store
	asked sync.WaitGroup
}

func (s *slow) Known(context.Context, border.Subject) (Person, error) {
	s.asked.Done()
	s.asked.Wait()
	return Person{}, nil
}

func at(now *time.Time, store Store) *Desk {
	return NewDesk(DeskConfig{Store: store, Policy: DefaultPolicy(), State: "UTO", Now: func() time.Time { return *now }, NewID: uuid.New})
}

func waiting(scan uuid.UUID) *border.Inspection {
	i := &border.Inspection{Scan: border.Scan{ID: scan, Lane: "1"}}
	i.Subject.Direction = border.Entry
	return i
}

// Two who open the same traveller's session at once have one and the same.
func TestASessionIsOpenedOnce(t *testing.T) {
	now, store := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), &slow{}
	d, scan := at(&now, store), uuid.New()
	store.asked.Add(2)
	var both sync.WaitGroup
	var opened [2]*Session
	var faults [2]error
	for n := range opened {
		both.Go(func() { opened[n], faults[n] = d.Open(t.Context(), waiting(scan)) })
	}
	both.Wait()
	require.NoError(t, faults[0])
	require.NoError(t, faults[1])
	require.Same(t, opened[0], opened[1])
}

// Sessions are bounded in time and number, and one whose fingers are on the reader is never forgotten.
func TestSessionsAreBounded(t *testing.T) {
	now, store := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), &slow{}
	d, first := at(&now, store), uuid.New()
	open := func(scan uuid.UUID) *Session {
		store.asked.Add(1)
		s, err := d.Open(t.Context(), waiting(scan))
		require.NoError(t, err)
		now = now.Add(time.Millisecond)
		return s
	}
	taking := open(first)
	taking.change(func() { taking.phase = PhaseTaking })
	for range maxSessions + 5 {
		open(uuid.New())
	}
	require.LessOrEqual(t, len(d.sessions), maxSessions)
	_, err := d.Session(first)
	require.NoError(t, err, "the oldest, and being taken")

	now = now.Add(sessionFor + time.Second)
	tick, done := make(chan time.Time), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() { defer close(done); d.Sweep(ctx, tick) }()
	tick <- now
	stop()
	<-done
	require.Len(t, d.sessions, 1, "swept without anybody opening another")
	_, err = d.Session(first)
	require.NoError(t, err)
}

// Half an hour counts from when the reader was last asked: what was taken a minute ago is not forgotten because the session was opened long
// before.
func TestASessionIsKeptFromItsLastTaking(t *testing.T) {
	now, store := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), &slow{}
	d, scan := at(&now, store), uuid.New()
	store.asked.Add(1)
	s, err := d.Open(t.Context(), waiting(scan))
	require.NoError(t, err)
	now = now.Add(sessionFor - time.Minute)
	d.cfg.Readers = Readers{} // none: the attempt ends at once
	d.Take(t.Context(), audit.Actor{}, s)
	for v, next := s.View(); v.Phase != PhaseWaiting || v.Fault == ""; v, next = s.View() {
		<-next
	}
	now = now.Add(sessionFor - time.Second)
	d.tidy()
	_, err = d.Session(scan)
	require.NoError(t, err)
	now = now.Add(2 * time.Second)
	d.tidy()
	_, err = d.Session(scan)
	require.ErrorIs(t, err, ErrNoSession)
}

// An image on which the engine fails is one that cannot be read, and the station goes on.
func TestAFailingEngineIsAnUnreadablePrint(t *testing.T) {
	now := time.Now()
	d := at(&now, nil)
	d.examine = func(biometrics.Image, int) (Look, error) { panic("index out of range") }
	one := capture.Print{Position: biometrics.RightIndex}
	list, err := d.judge([]biometrics.Position{biometrics.RightIndex}, capture.Capture{Prints: []capture.Print{one}})
	require.NoError(t, err)
	require.Equal(t, FaultUnreadable, list[0].fault)
	require.Equal(t, biometrics.RightIndex, list[0].Position)
}

// Whoever refuses a finger is not asked for the other hand, whatever became of the others.
func TestWhoRefusesIsNotAskedForTheOtherHand(t *testing.T) {
	p := DefaultPolicy()
	slots := []Slot{
		{Position: biometrics.RightIndex, Missing: biometrics.Amputated}, {Position: biometrics.RightMiddle, Missing: biometrics.Refused},
		{Position: biometrics.RightRing, Missing: biometrics.Refused}, {Position: biometrics.RightLittle, Missing: biometrics.Refused},
	}
	require.Empty(t, p.Else(slots))
	slots[1].Missing, slots[2].Missing, slots[3].Missing = biometrics.Amputated, biometrics.Amputated, biometrics.Amputated
	require.NotEmpty(t, p.Else(slots))
}

func TestWhatIsNotThereForGoodIsAnsweredAlready(t *testing.T) {
	said := &Remembered{By: "amira", At: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	known := Person{}
	for _, hand := range DefaultPolicy().Hands {
		for _, position := range hand {
			known.Absent = append(known.Absent, Slot{Position: position, Missing: biometrics.Amputated, Remembered: said})
		}
	}
	s := newSession(uuid.New(), "1", DefaultPolicy(), known, said.At)
	require.True(t, s.answered(), "nothing is asked: no reader is needed")
	slots, prints := s.filled(uuid.New)
	require.Empty(t, prints)
	require.Len(t, slots, 8, "of both hands")
	require.Equal(t, Slot{Position: biometrics.RightIndex, Missing: biometrics.Amputated, Remembered: said}, slots[0])

	s = newSession(uuid.New(), "1", DefaultPolicy(), Person{Absent: known.Absent[:1]}, said.At)
	require.False(t, s.answered(), "the other fingers are")
	desk := NewDesk(DeskConfig{Policy: DefaultPolicy(), Now: func() time.Time { return said.At }, NewID: uuid.New})
	require.NoError(t, desk.Ask(t.Context(), audit.Actor{Name: "sam"}, s, biometrics.RightIndex), "a mistake is put right")
	v, _ := s.View() // the second value is a channel that tells of the next change
	require.Equal(t, Wanted, v.Fingers[0].State)
	require.Nil(t, v.Fingers[0].Remembered)
}

package replicationtest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/replication"
)

// Centre is an Applier under test, with its own empty store and windows into it.
type Centre struct {
	Applier replication.Applier
	Good    func(n int) Body                                     // the n-th event that can be applied; all different
	Poison  func(n int) Body                                     // the n-th event that cannot
	Applied func(t require.TestingT, station string) []uuid.UUID // ids of the events applied, any order, doubles included
	Parked  func(t require.TestingT, station string) []uuid.UUID // ids of the events in dead_letter, any order, doubles included
}

// RunApplier checks every rule of replication.Applier. open gives a fresh store.
func RunApplier(t *testing.T, open func(t *testing.T) Centre) {
	for name, test := range map[string]func(stage, *testing.T){
		"nothing is committed at first":              stage.begins,
		"a batch is applied and moves the position":  stage.applies,
		"what arrives again is applied once":         stage.again,
		"a gap changes nothing":                      stage.gap,
		"another history is refused":                 stage.otherHistory,
		"an epoch begins at its own station's start": stage.otherGenesis,
		"many callers at once apply once":            stage.atOnce,
		"a poisoned event is parked and passed":      stage.poison,
		"stations and epochs do not disturb others":  stage.independent,
		"carried events are not applied again":       stage.carried,
		"an error commits nothing":                   stage.cancelled,
		"any network ends in the same store":         stage.anyNetwork,
	} {
		t.Run(name, func(t *testing.T) { test(stage{open(t)}, t) })
	}
}

// stage is a Centre with the verbs of the tests.
type stage struct{ Centre }

func (s stage) chain(station string, n int) *Chain {
	c := NewChain(station)
	for i := range n {
		c.Add(s.Good(i))
	}
	return c
}

func (s stage) apply(t require.TestingT, c *Chain, events []replication.Event) replication.Reply {
	reply, err := s.Applier.Apply(context.Background(), c.Station, c.Epoch, events)
	require.NoError(t, err)
	at, err := s.Applier.Position(context.Background(), c.Station, c.Epoch)
	require.NoError(t, err)
	require.GreaterOrEqual(t, at.Seq, reply.Cursor, "a reply says what is committed")
	return reply
}

// holds requires that exactly the events up to n of the chain are applied, and that the position says so.
func (s stage) holds(t require.TestingT, c *Chain, n int) {
	require.ElementsMatch(t, IDs(c.Events[:n]), s.Applied(t, c.Station))
	s.isAt(t, c, n)
}

func (s stage) isAt(t require.TestingT, c *Chain, n int) {
	at, err := s.Applier.Position(context.Background(), c.Station, c.Epoch)
	require.NoError(t, err)
	want := replication.Position{Head: replication.Genesis(c.Station, c.Epoch)}
	if n > 0 {
		want = replication.Position{Seq: int64(n), Head: c.Events[n-1].Hash}
	}
	require.Equal(t, want, at)
}

func (s stage) begins(t *testing.T) {
	s.holds(t, NewChain("land"), 0)
}

func (s stage) applies(t *testing.T) {
	c := s.chain("land", 5)
	require.Equal(t, replication.Reply{Cursor: 3, Head: c.Events[2].Hash}, s.apply(t, c, c.Events[:3]))
	s.holds(t, c, 3)
	require.Equal(t, replication.Reply{Cursor: 5, Head: c.Events[4].Hash}, s.apply(t, c, c.Events[3:]))
	s.holds(t, c, 5)
	require.Empty(t, s.Parked(t, "land"))
}

func (s stage) again(t *testing.T) {
	c := s.chain("land", 6)
	s.apply(t, c, c.Events[:4])
	for _, batch := range [][]replication.Event{c.Events[:4], c.Events[:1], c.Events[1:3], c.Events[3:4]} {
		require.Equal(t, replication.Reply{Cursor: 4, Head: c.Events[3].Hash}, s.apply(t, c, batch))
	}
	require.Equal(t, int64(6), s.apply(t, c, c.Events[2:]).Cursor, "an overlap is cut off")
	s.holds(t, c, 6)
}

func (s stage) gap(t *testing.T) {
	c := s.chain("land", 5)
	for _, batch := range [][]replication.Event{c.Events[1:], c.Events[4:]} {
		reply := s.apply(t, c, batch)
		require.True(t, reply.Gap)
		require.Equal(t, replication.CodeGap, reply.Code)
		require.Zero(t, reply.Cursor)
	}
	s.holds(t, c, 0)
	s.apply(t, c, c.Events[:2])
	require.Equal(t, int64(2), s.apply(t, c, c.Events[3:]).Cursor)
	s.holds(t, c, 2)
}

func (s stage) otherHistory(t *testing.T) {
	c := s.chain("land", 3)
	s.apply(t, c, c.Events)
	other := &Chain{Station: c.Station, Epoch: c.Epoch, At: replication.Position{Head: replication.Genesis(c.Station, c.Epoch)}}
	for i := range 5 {
		other.Add(s.Good(100 + i))
	}
	for name, batch := range map[string][]replication.Event{
		"after the position": other.Events[3:], "at the position": other.Events[2:3], "across the position": other.Events,
	} {
		reply := s.apply(t, c, batch)
		require.Equal(t, replication.CodeChainBroken, reply.Code, name)
		require.Equal(t, int64(3), reply.Cursor, name)
		require.Equal(t, c.Events[2].Hash, reply.Head, name)
	}
	s.holds(t, c, 3)
}

func (s stage) otherGenesis(t *testing.T) {
	c := s.chain("land", 2)
	reply, err := s.Applier.Apply(t.Context(), "airport", c.Epoch, c.Events)
	require.NoError(t, err)
	require.Equal(t, replication.CodeChainBroken, reply.Code, "the events of one station are not taken from another")
	require.Empty(t, s.Applied(t, "airport"))
}

func (s stage) atOnce(t *testing.T) {
	c := s.chain("land", 40)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for n := 10; n <= 40; n += 10 {
				_, err := s.Applier.Apply(context.Background(), c.Station, c.Epoch, c.Events[:n])
				if err != nil {
					t.Errorf("apply: %v", err)
				}
			}
		})
	}
	callers.Wait()
	s.holds(t, c, 40)
}

func (s stage) poison(t *testing.T) {
	c := NewChain("land")
	var good, bad []uuid.UUID
	for i, poisoned := range []bool{true, false, false, true, true, false, true} {
		if poisoned {
			bad = append(bad, c.Add(s.Poison(i)).ID)
		} else {
			good = append(good, c.Add(s.Good(i)).ID)
		}
	}
	require.Equal(t, replication.Reply{Cursor: 7, Head: c.At.Head}, s.apply(t, c, c.Events))
	s.apply(t, c, c.Events)
	good = append(good, c.Add(s.Good(10)).ID)
	s.apply(t, c, c.Events)
	require.ElementsMatch(t, good, s.Applied(t, "land"))
	require.ElementsMatch(t, bad, s.Parked(t, "land"))
	s.isAt(t, c, 8)
}

func (s stage) independent(t *testing.T) {
	land, airport, anew := s.chain("land", 3), s.chain("airport", 2), NewChain("land")
	for i := range 4 {
		anew.Add(s.Good(50 + i))
	}
	for _, c := range []*Chain{land, airport, anew} {
		s.apply(t, c, c.Events)
	}
	s.holds(t, airport, 2)
	require.ElementsMatch(t, append(IDs(land.Events), IDs(anew.Events)...), s.Applied(t, "land"))
	s.isAt(t, land, 3)
	s.isAt(t, anew, 4)
}

// carried plays a station restored from a backup: what it sends again under a new epoch is in part known at the centre.
func (s stage) carried(t *testing.T) {
	before := NewChain("land")
	for i := range 4 {
		before.Add(s.Good(i))
	}
	poisoned := before.Add(s.Poison(5))
	s.apply(t, before, before.Events)
	after := NewChain("land")
	for _, e := range before.Events {
		after.Carry(e)
	}
	unknown := after.Carry(replication.Event{ID: uuid.New(), Kind: s.Good(6).Kind, Version: s.Good(6).Version,
		Payload: s.Good(6).Payload, CreatedAt: Start})
	fresh := after.Add(s.Good(7))
	require.Equal(t, replication.Reply{Cursor: 7, Head: after.At.Head}, s.apply(t, after, after.Events))
	require.ElementsMatch(t, append(IDs(before.Events[:4]), unknown.ID, fresh.ID), s.Applied(t, "land"))
	require.Equal(t, []uuid.UUID{poisoned.ID}, s.Parked(t, "land"))
	s.isAt(t, after, 7)
}

func (s stage) cancelled(t *testing.T) {
	c := s.chain("land", 3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Applier.Apply(ctx, c.Station, c.Epoch, c.Events)
	require.Error(t, err)
	s.holds(t, c, 0)
	s.apply(t, c, c.Events)
	s.holds(t, c, 3)
}

// anyNetwork sends random pieces of a chain, in random order and number, going back to the cursor now and then.
func (s stage) anyNetwork(t *testing.T) {
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		c := NewChain("land")
		for i := range rapid.IntRange(1, 30).Draw(t, "events") {
			c.Add(s.Good(1000*run + i))
		}
		before := s.Applied(t, "land")
		pieces := rapid.SliceOfN(rapid.IntRange(0, len(c.Events)), 2, 20).Draw(t, "cuts")
		for i := 0; i+1 < len(pieces); i++ {
			piece := c.Events[min(pieces[i], pieces[i+1]):max(pieces[i], pieces[i+1])]
			if len(piece) > 0 {
				s.apply(t, c, piece)
			}
		}
		at, err := s.Applier.Position(context.Background(), c.Station, c.Epoch)
		require.NoError(t, err)
		if rest := c.Events[at.Seq:]; len(rest) > 0 {
			s.apply(t, c, rest)
		}
		require.ElementsMatch(t, slices.Concat(before, IDs(c.Events)), s.Applied(t, "land"))
		s.isAt(t, c, len(c.Events))
	})
}

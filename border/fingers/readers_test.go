package fingers_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
)

func TestEachLaneHasItsReader(t *testing.T) {
	one, two := fingerstest.NewReader(1, true), fingerstest.NewReader(2, true)
	all := fingers.OneReader(one)
	require.Same(t, one, all.At("1"))
	require.Same(t, one, all.At(""))
	each := fingers.LaneReaders(map[string]capture.Reader{"1": one, "2": two})
	require.Same(t, one, each.At("1"))
	require.Same(t, two, each.At("2"))
	require.True(t, each.Has("2"))
	for _, lane := range []string{"3", ""} {
		require.False(t, each.Has(lane))
		_, err := each.At(lane).Info(t.Context())
		require.ErrorIs(t, err, capture.ErrNoReader)
		_, err = each.At(lane).Capture(t.Context(), capture.Request{})
		require.ErrorIs(t, err, capture.ErrNoReader)
		require.ErrorIs(t, each.At(lane).Preview(t.Context(), capture.Request{}, nil), capture.ErrNoReader)
	}
	require.False(t, fingers.Readers{}.Has("1"))
}

// Two lanes take prints at once, each from its own reader; a third has none, says so before anybody asks for prints, and when one does.
func TestTwoLanesTakePrintsAtOnce(t *testing.T) {
	c := open(t, 1, true)
	other := fingerstest.NewReader(2, true)
	readers := fingers.LaneReaders(map[string]capture.Reader{"1": c.reader, "2": other})
	desk := fingers.NewDesk(fingers.DeskConfig{
		Store: c.store, Policy: fingers.DefaultPolicy(), Readers: readers, State: "UTO", Station: "t", Now: c.clock, NewID: uuid.New,
	})
	at := func(lane string) *fingers.Session {
		s, err := desk.Open(t.Context(), &border.Inspection{Scan: border.Scan{ID: uuid.New(), Lane: lane}, Subject: subject(t)})
		require.NoError(t, err)
		return s
	}
	first, second, third := at("1"), at("2"), at("3")
	release := c.reader.Hold()
	desk.Take(t.Context(), officer, first)
	desk.Take(t.Context(), officer, second)
	require.Equal(t, fingers.PhaseKept, settled(t, second).Phase, "the other lane's reader is not waited for")
	release()
	require.Equal(t, fingers.PhaseKept, settled(t, first).Phase)
	require.Len(t, c.reader.Asked, 1)
	require.Len(t, other.Asked, 1)

	check := fingers.NewCheck(fingers.CheckConfig{
		Store: c.store, Policy: fingers.DefaultPolicy(), Readers: readers, Failed: desk.Failed, State: "UTO", Station: "t", Now: c.clock,
		NewID: uuid.New,
	})
	who := subject(t)
	who.Scan, who.Lane = third.Scan, third.Lane
	f, err := check.Check(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, capture.ErrNoReader.Error(), f.Reason)
	require.NotNil(t, code(f, fingers.CodeReader))
	desk.Take(t.Context(), officer, third)
	require.Equal(t, capture.ErrNoReader.Error(), settled(t, third).Fault)
}

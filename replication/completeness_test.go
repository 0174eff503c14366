package replication_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/replication/replicationtest"
)

func TestDaysAreCountedByUTC(t *testing.T) {
	c := chainOf(100, func(int) string { return `1` }) // begins a minute before midnight, one a second
	days := replication.Summarise(c.Epoch, c.Events)
	require.Len(t, days, 2)
	require.Equal(t, replication.DaySummary{Epoch: c.Epoch, Day: days[0].Day, Count: 60, FirstSeq: 1, LastSeq: 60, Head: c.Events[59].Hash}, days[0])
	require.Equal(t, replication.DaySummary{Epoch: c.Epoch, Day: days[1].Day, Count: 40, FirstSeq: 61, LastSeq: 100, Head: c.Events[99].Hash}, days[1])
	require.Equal(t, replicationtest.Start.Truncate(24*3600e9), days[0].Day)
}

func TestCompareDays(t *testing.T) {
	c := chainOf(100, func(int) string { return `1` })
	claimed := replication.Summarise(c.Epoch, c.Events)
	compare := func(held []replication.Event, cursor int64) replication.Comparison {
		return replication.CompareDays(claimed, replication.Summarise(c.Epoch, held), map[uuid.UUID]int64{c.Epoch: cursor})
	}
	require.True(t, compare(c.Events, 100).Complete())
	require.Equal(t, []replication.Range{{Epoch: c.Epoch, First: 71, Last: 100}}, compare(c.Events[:70], 70).Missing, "exactly what is missing")
	require.Empty(t, compare(c.Events[:70], 70).Differing)
	require.Equal(t, []replication.Range{{Epoch: c.Epoch, First: 1, Last: 100}}, compare(nil, 0).Missing)

	lost := compare(slices.Delete(slices.Clone(c.Events), 10, 11), 100)
	require.False(t, lost.Complete(), "a row lost below the cursor shows in the count")
	require.Len(t, lost.Differing, 1)
	require.Equal(t, claimed[0], lost.Differing[0].Station)
	require.Equal(t, int64(59), lost.Differing[0].Centre.Count)

	forged := slices.Clone(c.Events)
	forged[99].Hash = make([]byte, 32)
	require.Len(t, compare(forged, 100).Differing, 1, "another head is another history")

	more := chainOf(0, nil)
	*more = *c
	more.Add(replicationtest.Body{Kind: "k", Version: 1, Payload: []byte(`1`)})
	require.True(t, replication.CompareDays(claimed, replication.Summarise(c.Epoch, more.Events), map[uuid.UUID]int64{c.Epoch: 101}).Complete(),
		"the centre may know more than an older claim")
}

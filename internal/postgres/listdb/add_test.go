package listdb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
)

func TestAddPublishesAlertsAndTheirList(t *testing.T) {
	w := newWorld(t)
	require.EqualValues(t, 1, w.add(wanted("1", "Anna", "Muster"), wanted("2", "Otto", "Muster")))
	info := w.info("national")
	require.EqualValues(t, 1, info.Version)
	require.Equal(t, 2, info.Entries)
	require.Equal(t, noon, info.Published)
	got, err := alerts.ParseRow(w.rows()[alerts.RowKey("national/1")])
	require.NoError(t, err)
	want := wanted("1", "Anna", "Muster")
	want.Version = 1
	require.Equal(t, want, got)
	require.Equal(t, []string{alerts.ListsDataset}, w.told)

	changed := wanted("1", "Anna", "Muster")
	changed.Reason = "more"
	require.EqualValues(t, 2, w.add(changed))
	got, err = alerts.ParseRow(w.rows()[alerts.RowKey("national/1")])
	require.NoError(t, err)
	require.Equal(t, 2, got.Version)
	require.Equal(t, "more", got.Reason)
	require.Equal(t, 2, w.info("national").Entries)
}

func TestAddNeedsTwoPersons(t *testing.T) {
	w := newWorld(t)
	_, err := w.lists.Add(t.Context(), ana, ana, national(), wanted("1", "Anna", "Muster"))
	require.ErrorContains(t, err, "four_eyes")
	require.Empty(t, w.rows())
}

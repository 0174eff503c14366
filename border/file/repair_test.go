package file_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func TestAStampWithoutTimeKeepsTheOrderOfItsDay(t *testing.T) {
	zone, err := time.LoadLocation("Africa/Nairobi")
	require.NoError(t, err)
	in, err := file.At(date(t, "2026-10-20"), "", border.Entry, zone)
	require.NoError(t, err)
	out, err := file.At(date(t, "2026-10-20"), " ", border.Exit, zone)
	require.NoError(t, err)
	require.True(t, in.Before(out))
	require.Equal(t, "2026-10-19T21:00:00Z", in.Format(time.RFC3339), "the day begins at the crossing point")
	at, err := file.At(date(t, "2026-10-20"), "07:30", border.Exit, zone)
	require.NoError(t, err)
	require.Equal(t, "2026-10-20T04:30:00Z", at.Format(time.RFC3339))
	_, err = file.At(date(t, "2026-10-20"), "7.30", border.Exit, zone)
	require.ErrorContains(t, err, "repair.clock (clock)")
}

func TestRecordsOfARepair(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	entered := at.AddDate(0, 0, -30)
	m := stay.Movement{Direction: border.Entry, At: entered, Date: traveldoc.DateOf(entered), Station: "old-post"}
	r := file.Repair{
		File: id(1), Origin: border.LegacyImport, Supply: []file.Supplied{{Movement: m, Ground: "legacy_stamp", Evidence: "page 3"}},
		Void: []file.Voided{{Movement: id(7), Ground: "never_crossed", Evidence: "he was in hospital"}},
	}.Identified(uuid.New)
	require.NoError(t, r.Check(traveldoc.DateOf(at)))
	records, err := r.Records(file.Author{Login: "sam", Station: "test-air", Zone: time.UTC, Status: border.Provisional}, at, uuid.New)
	require.NoError(t, err)
	require.Len(t, records, 2)
	for _, record := range records {
		require.NoError(t, record.Check())
		require.Equal(t, at, record.RecordedAt)
		require.Equal(t, border.Provisional, record.Status)
	}
	require.Equal(t, border.MovementVoided, records[0].Kind)
	require.Equal(t, id(7), records[0].Subject)
	require.Equal(t, border.MovementSupplied, records[1].Kind)
	require.Equal(t, entered, records[1].EventTime, "the event time is that of the crossing, not of the writing")
	require.Equal(t, border.LegacyImport, records[1].Origin)
	require.Equal(t, records[1].ID, r.Supply[0].ID)
}

// A swap, and whatever is voided and supplied, changes the history by exactly that.
func TestARepairChangesExactlyWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h stay.History
		for n := range rapid.IntRange(2, 8).Draw(t, "movements") {
			h.Movements = append(h.Movements, stay.Movement{ID: id(n + 1), Direction: rapid.SampledFrom([]border.Direction{border.Entry, border.Exit}).Draw(t, "way"), At: time.Unix(int64(n)*86400, 0)})
		}
		one := rapid.IntRange(0, len(h.Movements)-2).Draw(t, "one")
		two := rapid.IntRange(one+1, len(h.Movements)-1).Draw(t, "two")
		r := file.Swap(id(100), file.Supplied{Movement: h.Movements[one]}, file.Supplied{Movement: h.Movements[two]}, "lanes were switched").Identified(uuid.New)
		after := r.Apply(h)
		require.Len(t, after.Movements, len(h.Movements))
		ways := map[int64]border.Direction{}
		for _, m := range after.Movements {
			ways[m.At.Unix()] = m.Direction
		}
		for n, m := range h.Movements {
			want := m.Direction
			switch n {
			case one:
				want = h.Movements[two].Direction
			case two:
				want = h.Movements[one].Direction
			}
			require.Equal(t, want, ways[m.At.Unix()])
		}
	})
}

func TestMarkTellsWhatStands(t *testing.T) {
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	versions := file.Mark([]file.Version{
		{ID: id(1), Kind: border.KindCrossing, EventTime: at(1)},
		{ID: id(2), Kind: border.AuthorisationChanged, EventTime: at(2)},
		{ID: id(3), Kind: border.AuthorisationChanged, EventTime: at(3), Supersedes: []uuid.UUID{id(2)}},
		{ID: id(4), Kind: border.KindCorrection, EventTime: at(4), Subject: id(1)},
		{ID: id(5), Kind: border.EvidenceAttached, EventTime: at(5), Subject: id(3)},
	})
	stands := map[uuid.UUID]bool{}
	for _, v := range versions {
		stands[v.ID] = v.Stands()
	}
	require.Equal(t, map[uuid.UUID]bool{id(1): false, id(2): false, id(3): true, id(4): true, id(5): true}, stands)
	require.Equal(t, id(5), versions[0].ID, "the newest event first")
}

func TestComparedFields(t *testing.T) {
	require.Equal(t, file.Match, file.CompareDates(date(t, "1974-08-12"), date(t, "1974-08-12")))
	require.Equal(t, file.Partly, file.CompareDates(date(t, "1974-08"), date(t, "1974-08-12")))
	require.Equal(t, file.Partly, file.CompareDates(date(t, "1974"), date(t, "1974")), "a year alone proves no day")
	require.Equal(t, file.Differs, file.CompareDates(date(t, "1975"), date(t, "1974-08-12")))
	require.Equal(t, file.Partly, file.CompareTexts("", "F"))
	require.Equal(t, file.Match, file.CompareTexts("F", "F"))
	require.Equal(t, file.Differs, file.CompareTexts("M", "F"))
}

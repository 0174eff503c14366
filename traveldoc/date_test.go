package traveldoc_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, year, month, day int) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.NewDate(year, month, day)
	require.NoError(t, err)
	return d
}

func TestDateText(t *testing.T) {
	for text, precision := range map[string]traveldoc.Precision{
		"": traveldoc.PrecisionUnknown, "1974": traveldoc.PrecisionYear, "1974-08": traveldoc.PrecisionMonth,
		"1974-08-12": traveldoc.PrecisionDay, "2000-02-29": traveldoc.PrecisionDay, "0001-01-01": traveldoc.PrecisionDay,
	} {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err, text)
		require.Equal(t, text, d.String())
		require.Equal(t, precision, d.Precision())
		require.Equal(t, text == "", d.IsZero())
	}
}

func TestDateRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"1900-02-29": "has 28 days", "1974-13": "month 13", "1974-00": "other than zero", "1974/08": "expected '-'",
		"74-08-12": "date of 8 characters", "197A": "positions 1 to 4", "1974-08-1x": "positions 9 to 10", "-974": "positions 1 to 4",
	} {
		_, err := traveldoc.ParseDate(text)
		require.ErrorContains(t, err, says, text)
	}
	for _, parts := range [][3]int{{0, 8, 12}, {1974, 0, 12}, {10000, 1, 1}, {1974, 8, 32}, {-1, 0, 0}} {
		_, err := traveldoc.NewDate(parts[0], parts[1], parts[2])
		require.Error(t, err, "%v", parts)
	}
}

func TestDateBounds(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		date        traveldoc.Date
		first, last time.Time
	}{
		{date(t, 1974, 8, 12), day(1974, 8, 12), day(1974, 8, 12)},
		{date(t, 2024, 2, 0), day(2024, 2, 1), day(2024, 2, 29)},
		{date(t, 2023, 0, 0), day(2023, 1, 1), day(2023, 12, 31)},
		{traveldoc.Date{}, time.Time{}, time.Time{}},
	} {
		require.Equal(t, c.first, c.date.First())
		require.Equal(t, c.last, c.date.Last())
	}
}

func TestDateRelations(t *testing.T) {
	year, month, day := date(t, 1974, 0, 0), date(t, 1974, 8, 0), date(t, 1974, 8, 12)
	require.True(t, year.Compatible(day))
	require.True(t, day.Compatible(month))
	require.True(t, traveldoc.Date{}.Compatible(day))
	require.False(t, day.Compatible(date(t, 1974, 8, 13)))
	require.False(t, month.Compatible(date(t, 1974, 9, 0)))
	require.False(t, year.Before(day), "it may mean the same day")
	require.True(t, month.Before(date(t, 1974, 9, 0)))
	require.False(t, traveldoc.Date{}.Before(day))
	require.False(t, day.Before(traveldoc.Date{}))
	require.Equal(t, day, traveldoc.DateOf(time.Date(1974, 8, 12, 23, 59, 0, 0, time.FixedZone("", 7200))))
}

func TestDateJSON(t *testing.T) {
	for _, text := range []string{`"1974-08"`, `""`} {
		var d traveldoc.Date
		require.NoError(t, json.Unmarshal([]byte(text), &d))
		again, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, text, string(again))
	}
	kept := date(t, 1974, 8, 12)
	require.Error(t, json.Unmarshal([]byte(`"tomorrow"`), &kept))
	require.Equal(t, date(t, 1974, 8, 12), kept, "a bad text changes nothing")
}

func TestDateParseIsTheInverseOfString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := traveldoc.NewDate(
			rapid.IntRange(-5, 10005).Draw(t, "year"), rapid.IntRange(0, 13).Draw(t, "month"), rapid.IntRange(0, 32).Draw(t, "day"))
		if err != nil {
			return
		}
		again, err := traveldoc.ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, again)
		require.False(t, d.Last().Before(d.First()))
	})
}

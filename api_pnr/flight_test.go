package apipnr_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestFlightNumbersHaveOneForm(t *testing.T) {
	for sent, want := range map[string][2]string{
		"123": {"0123", ""}, "0123": {"0123", ""}, "00123": {"0123", ""}, " 7b": {"0007", "B"}, "9999": {"9999", ""}, "0": {"0000", ""},
	} {
		number, suffix, ok := apipnr.FlightNumber(sent)
		require.True(t, ok, sent)
		require.Equal(t, want, [2]string{number, suffix}, sent)
	}
	for _, sent := range []string{"", "B", "12345", "12BC", "1 2", "MCL", "١٢"} {
		number, suffix, ok := apipnr.FlightNumber(sent)
		require.False(t, ok, sent)
		require.Empty(t, suffix)
		require.Equal(t, sent, number, "what cannot be read is given back")
	}
}

func TestLocalTimesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		date, err := traveldoc.NewDate(rapid.IntRange(1950, 2060).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
		require.NoError(t, err)
		at := apipnr.LocalTime{Date: date}
		if at.HasTime = rapid.Bool().Draw(t, "timed"); at.HasTime {
			at.Minute = rapid.IntRange(0, 24*60-1).Draw(t, "minute")
		}
		text, err := json.Marshal(at)
		require.NoError(t, err)
		var back apipnr.LocalTime
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, at, back)
	})
	for _, bad := range []string{"2026-13-01", "2026-01-01T24:00", "2026-01-01T1:60", "2026-01-01T", "x"} {
		require.Error(t, new(apipnr.LocalTime).UnmarshalText([]byte(bad)), bad)
	}
	require.Empty(t, apipnr.LocalTime{}.String())
}

func TestAKeyNamesAFlight(t *testing.T) {
	date, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	f := apipnr.Flight{Carrier: "UA", Number: "0123", Suffix: "B", Origin: "YVR", Departure: apipnr.LocalTime{Date: date}}
	require.Equal(t, "UA0123B/2026-11-22/YVR", f.Key().String())
}

func TestEveryFieldHasAName(t *testing.T) {
	seen := map[string]bool{}
	for f := apipnr.FieldSurname; f <= apipnr.FieldLoyalty; f++ {
		require.NotContains(t, f.String(), "field_")
		require.False(t, seen[f.String()], f.String())
		seen[f.String()] = true
	}
	require.Equal(t, "field_200", apipnr.Field(200).String())
}

package previous_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

type history struct {
	past previous.Past
	err  error
}

func (h history) Past(context.Context, traveldoc.Identity, traveldoc.Document, time.Time) (previous.Past, error) {
	return h.past, h.err
}

func TestPrevious(t *testing.T) {
	entered := &previous.Crossing{At: noon.Add(-time.Hour), Direction: border.Entry, Station: "test-air", Lane: "1"}
	left := &previous.Crossing{At: noon.Add(-time.Hour), Direction: border.Exit, Station: "test-air", Lane: "2"}
	elsewhere := &previous.Crossing{At: noon.Add(-time.Hour), Direction: border.Entry, Station: "test-sea", Lane: "1"}
	other := []traveldoc.Identity{{Surname: "OTHER", GivenNames: "BEARER"}}
	tests := map[string]struct {
		past    previous.Past
		way     border.Direction
		outcome border.Outcome
		codes   []string
	}{
		"never seen here":            {previous.Past{}, border.Entry, border.NoHit, []string{"previous_none"}},
		"leaving, never seen here":   {previous.Past{}, border.Exit, border.NoHit, []string{"previous_none"}},
		"entering after leaving":     {previous.Past{Last: left}, border.Entry, border.NoHit, []string{"previous_exit"}},
		"leaving after entering":     {previous.Past{Last: entered}, border.Exit, border.NoHit, []string{"previous_entry"}},
		"entering with an open stay": {previous.Past{Last: entered}, border.Entry, border.Hit, []string{"open_entry"}},
		"leaving twice":              {previous.Past{Last: left}, border.Exit, border.Hit, []string{"exit_without_entry"}},
		"an open stay elsewhere":     {previous.Past{Last: elsewhere}, border.Entry, border.Hit, []string{"open_entry", "previous_elsewhere"}},
		"the number of another":      {previous.Past{Others: other}, border.Entry, border.Hit, []string{"previous_none", "other_bearer"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			check := previous.New(history{past: test.past}, "test-air", func() time.Time { return noon })
			f, err := check.Check(t.Context(), border.Subject{Direction: test.way, Document: traveldoc.Document{Number: "X1"}})
			require.NoError(t, err)
			require.Equal(t, test.outcome, f.Outcome)
			var codes []string
			for _, e := range f.Evidence {
				codes = append(codes, e.Code)
			}
			require.Equal(t, test.codes, codes)
			require.Equal(t, "test-air", f.Source.Version, "it says whose records these are")
		})
	}
}

func TestTheSourceSaysWhoseRecordsAndHowOld(t *testing.T) {
	subject := border.Subject{Direction: border.Entry, Document: traveldoc.Document{Number: "X1"}}
	answer := func(p previous.Past) border.Source {
		f, err := previous.New(history{past: p}, "test-air", func() time.Time { return noon }).Check(t.Context(), subject)
		require.NoError(t, err)
		return f.Source
	}
	require.Equal(t, border.Source{Name: previous.Name, Version: "test-air", AsOf: noon}, answer(previous.Past{}), "its own records alone")
	whole := answer(previous.Past{AsOf: noon.Add(-3 * time.Hour)})
	require.Equal(t, previous.SourceFiles, whole.Name)
	require.Equal(t, 3*time.Hour, whole.Age(noon), "as old as what the centre told")
}

func TestWithoutNumberOrRecordsNothingIsChecked(t *testing.T) {
	check := previous.New(history{}, "test-air", func() time.Time { return noon })
	f, err := check.Check(t.Context(), border.Subject{Document: traveldoc.Document{Number: "<<"}})
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonDataInsufficient, f.Reason)
	away := previous.New(history{err: errors.New("away")}, "test-air", func() time.Time { return noon })
	_, err = away.Check(t.Context(), border.Subject{Document: traveldoc.Document{Number: "X1"}})
	require.Error(t, err)
}

func TestASecondValidPassportOfTheSameStateIsAsked(t *testing.T) {
	date := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	subject := border.Subject{Direction: border.Entry, Today: date("2026-03-14"), Document: traveldoc.Document{Code: "P", Number: "X1"}}
	for name, c := range map[string]struct {
		other   traveldoc.Document
		outcome border.Outcome
	}{
		"valid":        {traveldoc.Document{Code: "P", Number: "Y2", ExpiryDate: date("2026-03-14")}, border.Hit},
		"expired":      {traveldoc.Document{Code: "P", Number: "Y2", ExpiryDate: date("2026-03-13")}, border.NoHit},
		"a card":       {traveldoc.Document{Code: "I", Number: "Y2", ExpiryDate: date("2030-01-01")}, border.NoHit},
		"no date kept": {traveldoc.Document{Code: "P", Number: "Y2"}, border.NoHit},
	} {
		check := previous.New(history{past: previous.Past{Documents: []traveldoc.Document{c.other}}}, "test-air", func() time.Time { return noon })
		f, err := check.Check(t.Context(), subject)
		require.NoError(t, err)
		require.Equal(t, c.outcome, f.Outcome, name)
	}
}

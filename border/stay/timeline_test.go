package stay_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// records reads movements as they stand in a table of a test: "> 2026-01-01" is an entry, "< 2026-01-10" an exit. After the date come
// words: a basis, until=DATE, stamp, at=INSTANT, or a code that is taken for a category.
func records(t testing.TB, text string) stay.History {
	t.Helper()
	var h stay.History
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		m := stay.Movement{
			ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, len(h.Movements), line)), Direction: map[string]border.Direction{">": border.Entry, "<": border.Exit}[words[0]],
			Nationality: "UTO", Station: "test-air",
		}
		if words[1] != "-" {
			m.Date = date(t, words[1])
			m.At = m.Date.First().Add(time.Duration(8+len(h.Movements)) * time.Hour)
		}
		for _, word := range words[2:] {
			read(t, &m, word)
		}
		h.Movements = append(h.Movements, m)
	}
	return h
}

func read(t testing.TB, m *stay.Movement, word string) {
	t.Helper()
	name, value, _ := strings.Cut(word, "=")
	switch {
	case name == "until":
		m.Until = date(t, value)
	case name == "stamp":
		m.Origin, m.At = border.StampImport, m.At.Truncate(24*time.Hour)
	case name == "origin":
		m.Origin = border.Origin(value)
	case name == "id":
		m.ID = uuid.NewSHA1(uuid.Nil, []byte(value))
	case name == "timeless":
		m.At = time.Time{}
	case name == "at":
		at, err := time.Parse(time.RFC3339, value)
		require.NoError(t, err)
		m.At = at.UTC()
	case name == "basis":
		m.Basis = border.Basis(value)
	case name == "category":
		m.Category = border.Category(value)
	case name == "nationality":
		m.Nationality = value
	case border.Basis(name).Valid():
		m.Basis = border.Basis(name)
	default:
		require.Fail(t, "unknown word", word)
	}
}

func answer(t testing.TB, h stay.History, on string) stay.Answer {
	t.Helper()
	return stay.Build(h).Answer(stay.Regimes{}, stay.Ask{On: date(t, on), Nationality: "UTO"})
}

// The cases that everybody gets wrong at least once.
func TestGoldenCases(t *testing.T) {
	for name, c := range map[string]struct {
		records, on           string
		used, max, left, over int
		last                  string
	}{
		"nothing known":             {"", "2026-05-01", 0, 90, 90, 0, "2026-07-29"},
		"entry and exit on one day": {"> 2026-05-01\n< 2026-05-01", "2026-05-02", 1, 89, 89, 0, "2026-07-29"},
		"both days count":           {"> 2026-05-01\n< 2026-05-02", "2026-05-03", 2, 88, 88, 0, "2026-07-29"},
		"twice on one day":          {"> 2026-05-01\n< 2026-05-01\n> 2026-05-01\n< 2026-05-01", "2026-05-01", 1, 90, 89, 0, "2026-07-29"},
		"out and in on one day":     {"> 2026-05-01\n< 2026-05-05\n> 2026-05-05\n< 2026-05-06", "2026-05-06", 6, 85, 84, 0, "2026-07-29"},
		"day 90":                    {"> 2026-01-01", "2026-03-31", 90, 1, 0, 0, "2026-03-31"},
		"day 91":                    {"> 2026-01-01", "2026-04-01", 91, 0, 0, 1, "2026-03-31"},
		"left on day 90":            {"> 2026-01-01\n< 2026-03-31", "2026-04-01", 90, 0, 0, 0, ""},
		"day 180 of the window":     {"> 2026-01-01\n< 2026-03-31", "2026-06-29", 90, 0, 0, 0, ""},
		"day 181: one day has left": {"> 2026-01-01\n< 2026-03-31", "2026-06-30", 89, 90, 90, 0, "2026-09-27"},
		"old days leave while he stays": {
			"> 2026-01-01\n< 2026-01-30\n> 2026-06-01", "2026-06-01", 31, 90, 89, 0, "2026-08-29",
		},
		"90 minus used is not enough": {
			"> 2026-01-01\n< 2026-01-10\n> 2026-03-20\n< 2026-05-28\n> 2026-06-25", "2026-06-25", 81, 20, 19, 0, "2026-07-14",
		},
		"leap day":                   {"> 2028-01-01", "2028-03-30", 90, 1, 0, 0, "2028-03-30"},
		"leap day leaves the window": {"> 2028-02-29\n< 2028-02-29", "2028-08-26", 1, 90, 90, 0, "2028-11-23"},
		"and has left the day after": {"> 2028-02-29\n< 2028-02-29", "2028-08-27", 0, 90, 90, 0, "2028-11-24"},
		"turn of the year":           {"> 2025-12-31\n< 2026-01-01", "2026-01-01", 2, 89, 88, 0, "2026-03-30"},
		"residence permit": {
			"> 2026-01-01 residence_permit\n< 2026-04-30 residence_permit", "2026-05-01", 0, 90, 90, 0, "2026-07-29",
		},
		"residence permit ended, short stay begun on the day": {
			"> 2026-01-01 residence_permit\n< 2026-04-30\n> 2026-04-30 short_stay\n< 2026-05-02", "2026-05-02", 3, 88, 87, 0, "2026-07-28",
		},
		"granted until an earlier day": {"> 2026-05-01 until=2026-05-10", "2026-05-08", 8, 3, 2, 0, "2026-05-10"},
		"after the granted day":        {"> 2026-05-01 until=2026-05-10", "2026-05-13", 13, 0, 0, 3, "2026-05-10"},
		"granted beyond the rule":      {"> 2026-01-01 until=2026-12-31", "2026-04-02", 92, 0, 0, 2, "2026-03-31"},
		"not one day granted":          {"> 2026-05-01 until=2026-04-30", "2026-05-02", 2, 0, 0, 2, ""},
		"residence permit with an end": {"> 2026-01-01 residence_permit until=2026-06-30", "2026-07-02", 0, 0, 0, 2, "2026-06-30"},
		"asked about the middle":       {"> 2026-05-01\n< 2026-05-20", "2026-05-10", 10, 81, 80, 0, "2026-07-29"},
		"asked about the past":         {"> 2026-05-01\n< 2026-05-20", "2026-04-01", 0, 90, 90, 0, "2026-06-29"},
	} {
		t.Run(name, func(t *testing.T) {
			a := answer(t, records(t, c.records), c.on)
			require.Equal(t, []any{c.used, c.max, c.left, c.over, c.last},
				[]any{a.Used, a.MaxStay, a.Remaining, a.Overstay, a.LastLawful.String()})
			require.False(t, a.Uncertain)
			require.Equal(t, a.Figures, a.Upper)
		})
	}
}

// A post's calendar decides, not UTC: the same instant is two days at two posts, and clocks that change move no day.
func TestZones(t *testing.T) {
	at := func(zone, text string) (time.Time, traveldoc.Date) {
		place, err := time.LoadLocation(zone)
		require.NoError(t, err)
		local, err := time.ParseInLocation("2006-01-02 15:04", text, place)
		require.NoError(t, err)
		return local.UTC(), traveldoc.DateOf(local)
	}
	cross := func(direction border.Direction, zone, text string) stay.Movement {
		m := stay.Movement{ID: uuid.NewSHA1(uuid.Nil, []byte(text+zone)), Direction: direction, Station: zone}
		m.At, m.Date = at(zone, text)
		return m
	}
	for name, c := range map[string]struct {
		in, out stay.Movement
		days    int
	}{
		"night of the long hour, Paris":    {cross(border.Entry, "Europe/Paris", "2026-10-24 23:59"), cross(border.Exit, "Europe/Paris", "2026-10-25 23:59"), 2},
		"night of the short hour, Paris":   {cross(border.Entry, "Europe/Paris", "2026-03-28 23:59"), cross(border.Exit, "Europe/Paris", "2026-03-29 03:00"), 2},
		"one day in Kathmandu, two in UTC": {cross(border.Entry, "Asia/Kathmandu", "2026-05-02 00:30"), cross(border.Exit, "Asia/Kathmandu", "2026-05-02 23:30"), 1},
		"two days in Lima, one in UTC":     {cross(border.Entry, "America/Lima", "2026-05-01 23:30"), cross(border.Exit, "America/Lima", "2026-05-02 00:30"), 2},
		"out across the date line":         {cross(border.Entry, "Pacific/Kiritimati", "2026-05-02 10:00"), cross(border.Exit, "Pacific/Honolulu", "2026-05-01 12:00"), 2},
		"out far across the date line":     {cross(border.Entry, "Etc/GMT-14", "2026-05-03 01:00"), cross(border.Exit, "Etc/GMT+12", "2026-05-01 23:30"), 3},
		"the day that Samoa did not have":  {cross(border.Entry, "Pacific/Apia", "2011-12-29 12:00"), cross(border.Exit, "Pacific/Apia", "2011-12-31 12:00"), 3},
	} {
		t.Run(name, func(t *testing.T) {
			line := stay.Build(stay.History{Movements: []stay.Movement{c.out, c.in}})
			require.Len(t, line.Stays, 1)
			require.Empty(t, line.Problems)
			later := stay.AddDays(c.in.Date, 10)
			require.Equal(t, c.days, line.Answer(stay.Regimes{}, stay.Ask{On: later}).Used)
		})
	}
}

func change(t testing.TB, kind stay.AuthorisationKind, on, until string) stay.Authorisation {
	t.Helper()
	a := stay.Authorisation{ID: uuid.NewSHA1(uuid.Nil, []byte(on+until)), Kind: kind, On: date(t, on), At: date(t, on).First().Add(20 * time.Hour)}
	if until != "" {
		a.Until = date(t, until)
	}
	return a
}

func TestChangesOfAuthorisation(t *testing.T) {
	const visa = "> 2026-05-01 short_stay_visa until=2026-05-20"
	for name, c := range map[string]struct {
		records  string
		changes  []stay.Authorisation
		on       string
		max      int
		last     string
		over     int
		since    string
		until    string
		bound    string
		standing string // Stay.Bound
	}{
		"visa":             {visa, nil, "2026-05-18", 3, "2026-05-20", 0, "", "2026-05-20", "visa", "visa"},
		"extended in time": {visa, []stay.Authorisation{change(t, stay.Extended, "2026-05-15", "2026-06-10")}, "2026-05-18", 24, "2026-06-10", 0, "", "2026-06-10", "extension", "extension"},
		"extended beyond 90": {
			"> 2026-01-01", []stay.Authorisation{change(t, stay.Extended, "2026-03-20", "2026-04-30")}, "2026-04-10", 21, "2026-04-30", 0, "", "2026-04-30", "extension", "extension",
		},
		"and stayed even longer": {
			"> 2026-01-01", []stay.Authorisation{change(t, stay.Extended, "2026-03-20", "2026-04-30")}, "2026-05-02", 0, "2026-04-30", 2, "2026-05-01", "2026-04-30", "extension", "extension",
		},
		"extended after the overstay began: what was over stays over": {
			visa, []stay.Authorisation{change(t, stay.Extended, "2026-05-25", "2026-06-10")}, "2026-06-01", 10, "2026-06-10", 4, "2026-05-21", "2026-06-10", "extension", "extension",
		},
		"over before the extension was decided": {
			visa, []stay.Authorisation{change(t, stay.Extended, "2026-05-25", "2026-06-10")}, "2026-05-23", 0, "2026-05-20", 3, "2026-05-21", "2026-06-10", "visa", "extension",
		},
		"over on both sides of the extension": {
			visa, []stay.Authorisation{change(t, stay.Extended, "2026-05-25", "2026-06-10")}, "2026-06-12", 0, "2026-06-10", 6, "2026-05-21", "2026-06-10", "extension", "extension",
		},
		"extended twice": {
			visa, []stay.Authorisation{change(t, stay.Extended, "2026-05-15", "2026-06-10"), change(t, stay.Extended, "2026-06-09", "2026-06-15")},
			"2026-06-01", 15, "2026-06-15", 0, "", "2026-06-15", "extension", "extension",
		},
		"revoked from the day of the decision": {
			visa, []stay.Authorisation{change(t, stay.Revoked, "2026-05-10", "")}, "2026-05-12", 0, "2026-05-10", 2, "2026-05-11", "2026-05-10", "revocation", "revocation",
		},
		"revoked with days to leave": {
			visa, []stay.Authorisation{change(t, stay.Revoked, "2026-05-10", "2026-05-14")}, "2026-05-12", 3, "2026-05-14", 0, "", "2026-05-14", "revocation", "revocation",
		},
		"revoked without a visa": {
			"> 2026-05-01", []stay.Authorisation{change(t, stay.Revoked, "2026-05-10", "")}, "2026-05-12", 0, "2026-05-10", 2, "2026-05-11", "2026-05-10", "revocation", "revocation",
		},
		"revoked after it was extended": {
			visa, []stay.Authorisation{change(t, stay.Extended, "2026-05-15", "2026-06-10"), change(t, stay.Revoked, "2026-06-01", "")},
			"2026-06-03", 0, "2026-06-01", 2, "2026-06-02", "2026-06-01", "revocation", "revocation",
		},
		"annulled: never authorised": {
			visa, []stay.Authorisation{change(t, stay.Annulled, "2026-05-10", "")}, "2026-05-12", 0, "", 12, "2026-05-01", "2026-04-30", "annulment", "annulment",
		},
		"annulled, then allowed to stay": {
			visa, []stay.Authorisation{change(t, stay.Annulled, "2026-05-10", ""), change(t, stay.Extended, "2026-05-11", "2026-05-15")},
			"2026-05-12", 4, "2026-05-15", 10, "2026-05-01", "2026-05-15", "extension", "extension",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := records(t, c.records)
			h.Authorisations = c.changes
			line := stay.Build(h)
			a := line.Answer(stay.Regimes{}, stay.Ask{On: date(t, c.on)})
			require.Equal(t, []any{c.max, c.last, c.over, c.since, c.bound},
				[]any{a.MaxStay, a.LastLawful.String(), a.Overstay, a.Since.String(), a.Bound})
			require.Equal(t, []any{c.until, c.standing}, []any{line.Stays[0].Until.String(), line.Stays[0].Bound})
			require.Empty(t, line.Problems)
		})
	}
}

package stay_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// What is missing or contradicts itself is kept, told, and gives bounds: used days from..to on the day.
func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		records, on string
		codes       []string
		stays       int
		from, to    int
		present     bool
	}{
		"two entries": {
			"> 2026-05-01\n> 2026-05-10\n< 2026-05-12", "2026-05-20", []string{stay.ExitMissing}, 2, 4, 12, false,
		},
		"two open stays": {
			"> 2026-05-01\n> 2026-05-10", "2026-05-20", []string{stay.ExitMissing}, 2, 12, 20, true,
		},
		"scanned twice on one day: told, but no day depends on it": {
			"> 2026-05-01\n> 2026-05-01\n< 2026-05-03", "2026-05-20", []string{stay.ExitMissing}, 2, 3, 3, false,
		},
		"exit without entry": {
			"< 2026-05-10", "2026-05-20", []string{stay.EntryMissing}, 1, 1, 170, false,
		},
		"two exits": {
			"> 2026-05-01\n< 2026-05-03\n< 2026-05-10", "2026-05-20", []string{stay.EntryMissing}, 2, 4, 10, false,
		},
		"exit before entry": {
			"< 2026-05-01\n> 2026-05-10", "2026-05-12", []string{stay.EntryMissing}, 2, 4, 172, true,
		},
		"day not known": {
			"> 2026-05\n< 2026-05-30", "2026-06-05", []string{stay.DatePartial}, 1, 1, 30, false,
		},
		"date against time": {
			"> 2026-05-01 at=2026-05-04T12:00:00Z\n< 2026-05-10", "2026-06-05", []string{stay.DateContradicts}, 1, 7, 10, false,
		},
		"date against time so far that the exit comes first": {
			"> 2026-05-01 at=2026-05-14T12:00:00Z\n< 2026-05-10", "2026-05-20",
			[]string{stay.EntryMissing, stay.DateContradicts}, 2, 8, 180, true,
		},
		"no date, time alone": {
			"> - at=2026-05-04T18:00:00Z\n< 2026-05-10", "2026-06-05", []string{stay.DatePartial}, 1, 6, 7, false,
		},
		"neither date nor time":  {"> -\n> 2026-05-10\n< 2026-05-11", "2026-06-05", []string{stay.DateMissing}, 1, 2, 2, false},
		"neither entry nor exit": {"? 2026-05-03\n> 2026-05-10\n< 2026-05-11", "2026-06-05", []string{stay.DirectionUnknown}, 1, 2, 2, false},
		"basis not known":        {"> 2026-05-01 basis=asylum\n< 2026-05-10", "2026-06-05", []string{stay.BasisUnknown}, 1, 0, 10, false},
		"category not known":     {"> 2026-05-01 category=robot\n< 2026-05-10", "2026-06-05", []string{stay.CategoryUnknown}, 1, 10, 10, false},
		"provenance not known":   {"> 2026-05-01 origin=hearsay\n< 2026-05-10", "2026-06-05", []string{stay.OriginUnknown}, 1, 10, 10, false},
		"told in two ways": {
			"> 2026-05-01 id=1\n> 2026-05-03 id=1\n< 2026-05-10", "2026-06-05", []string{stay.VersionsDiffer}, 1, 8, 10, false,
		},
		"told as entry and as exit": {
			"> 2026-05-01\n< 2026-05-10 id=1\n> 2026-05-10 id=1\n< 2026-05-12", "2026-06-05", []string{stay.VersionsDiffer}, 2, 12, 12, false,
		},
		"end of the stay not a day":     {"> 2026-05-01 until=2026-06\n< 2026-05-10", "2026-05-10", []string{stay.UntilPartial}, 1, 10, 10, true},
		"end of the stay before it":     {"> 2026-05-05 until=2026-05-01\n< 2026-05-10", "2026-05-10", []string{stay.UntilBeforeEntry}, 1, 6, 6, true},
		"stamp beside the record":       {"> 2026-05-01\n> 2026-05-01 stamp\n< 2026-05-10\n< 2026-05-10 stamp", "2026-05-20", []string{stay.SameCrossing, stay.SameCrossing}, 1, 10, 10, false},
		"stamp for the missing record":  {"> 2026-05-01\n< 2026-05-05 stamp\n> 2026-05-05\n< 2026-05-10", "2026-05-20", nil, 2, 10, 10, false},
		"stamps of one day, any order":  {"< 2026-05-05 stamp\n> 2026-05-05 stamp", "2026-05-20", nil, 1, 1, 1, false},
		"no time of day, any order":     {"< 2026-05-05 timeless\n> 2026-05-05 timeless", "2026-05-20", nil, 1, 1, 1, false},
		"stamps where one was recorded": {"> 2026-05-01\n< 2026-05-05 stamp\n> 2026-05-05\n< 2026-05-05", "2026-05-20", nil, 2, 5, 5, false},
		"zones let two stays overlap": {
			"> 2026-05-01\n< 2026-05-06 at=2026-05-05T11:00:00Z\n> 2026-05-05 at=2026-05-05T12:00:00Z\n< 2026-05-08", "2026-05-20",
			[]string{stay.OverlappingStays}, 2, 8, 8, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := records(t, c.records)
			line := stay.Build(h)
			var codes []string
			for _, p := range line.Problems {
				codes = append(codes, p.Code)
				require.NotEmpty(t, p.Records)
				require.NotContains(t, p.Records, uuid.Nil)
			}
			require.ElementsMatch(t, c.codes, codes)
			require.Len(t, line.Stays, c.stays)
			a := answer(t, h, c.on)
			require.Equal(t, []any{c.from, c.to, c.present}, []any{a.Used, a.Upper.Used, a.Present})
			if c.from != c.to {
				require.True(t, a.Uncertain)
				require.False(t, line.Certain())
			}
		})
	}
}

// A doubt that has left the window changes no answer, and is told by the timeline alone.
func TestOldDoubt(t *testing.T) {
	h := records(t, "> 2025-01-01\n> 2025-03-01\n< 2025-03-10\n> 2026-05-01")
	a := answer(t, h, "2026-05-10")
	require.False(t, a.Uncertain)
	require.Equal(t, a.Figures, a.Upper)
	require.False(t, stay.Build(h).Certain())
}

// The same movement from two databases, one of which keeps instants less finely, is no contradiction.
func TestSameTelling(t *testing.T) {
	h := records(t, "> 2026-05-01 id=1\n< 2026-05-10")
	again := h.Movements[0]
	h.Movements[0].At, again.Basis = h.Movements[0].At.Add(123456789*time.Nanosecond), "short_stay"
	h.Movements = append(h.Movements, again)
	require.Empty(t, stay.Build(h).Problems)
	h.Movements[2].Basis = "residence_permit"
	require.Equal(t, stay.VersionsDiffer, stay.Build(h).Problems[0].Code)
	require.Equal(t, []int{0, 10}, []int{answer(t, h, "2026-05-10").Used, answer(t, h, "2026-05-10").Upper.Used})
}

// A granted day before the entry is no bound that is proven.
func TestUntilBeforeEntry(t *testing.T) {
	a := answer(t, records(t, "> 2026-05-05 until=2026-05-01\n< 2026-05-10"), "2026-05-10")
	require.True(t, a.Uncertain)
	require.Equal(t, []any{0, stay.BoundRule}, []any{a.Overstay, a.Bound})
	require.Equal(t, []any{6, stay.BoundGranted}, []any{a.Upper.Overstay, a.Upper.Bound})
}

// A change is of the day on which it was decided, whenever it was written down.
func TestDayOfChange(t *testing.T) {
	h := records(t, "> 2026-05-01")
	c := change(t, stay.Revoked, "2026-05-10", "")
	c.At = time.Date(2026, 5, 9, 23, 30, 0, 0, time.UTC) // past midnight at the post
	h.Authorisations = []stay.Authorisation{c}
	require.Equal(t, "2026-05-10", stay.Build(h).Stays[0].Until.String())
	c.On = traveldoc.Date{}
	h.Authorisations = []stay.Authorisation{c}
	require.Equal(t, "2026-05-09", stay.Build(h).Stays[0].Until.String(), "where it is not known, of the event time")
}

// A change of which nothing can be said makes the answer for its stay uncertain, and for no other.
func TestUnknownChange(t *testing.T) {
	h := records(t, "> 2026-05-01\n< 2026-05-10\n> 2026-06-01")
	h.Authorisations = []stay.Authorisation{change(t, "confirmed", "2026-05-05", "2026-05-30")}
	require.True(t, answer(t, h, "2026-05-08").Uncertain)
	require.False(t, answer(t, h, "2026-06-08").Uncertain)
}

func TestUncertainOverstay(t *testing.T) {
	a := answer(t, records(t, "> 2026-01-01\n> 2026-04-10\n< 2026-04-12"), "2026-04-12")
	require.True(t, a.Uncertain)
	require.Equal(t, []int{4, 0, 0}, []int{a.Used, a.Overstay, a.Total}, "one day of the first stay is proven")
	require.Equal(t, []int{102, 3, 12}, []int{a.Upper.Used, a.Upper.Overstay, a.Upper.Total})
}

func TestChangesThatFitNoStay(t *testing.T) {
	h := records(t, "> 2026-05-01\n< 2026-05-10")
	undated := stay.Authorisation{ID: uuid.New(), Kind: stay.Extended}
	endless := change(t, stay.Extended, "2026-05-05", "")
	backwards := change(t, stay.Extended, "2026-05-05", "2026-05-02")
	odd := change(t, "confirmed", "2026-05-05", "2026-05-30")
	abroad := change(t, stay.Revoked, "2026-05-20", "")
	h.Authorisations = []stay.Authorisation{undated, endless, backwards, odd, abroad}
	line := stay.Build(h)
	got := map[uuid.UUID]string{}
	for _, p := range line.Problems {
		got[p.Records[0]] = p.Code
	}
	require.Equal(t, map[uuid.UUID]string{
		undated.ID: stay.ChangeDateMissing, endless.ID: stay.ChangeDateMissing, backwards.ID: stay.ExtensionBackwards,
		odd.ID: stay.ChangeUnknown, abroad.ID: stay.ChangeWithoutStay,
	}, got)
	require.Empty(t, line.Stays[0].Bound)
}

// On a day on which one stay ends and the next begins, the event time says which of them a change is about.
func TestChangeOnTheDayOfTwoStays(t *testing.T) {
	h := records(t, "> 2026-05-01\n< 2026-05-10 at=2026-05-10T10:00:00Z\n> 2026-05-10 at=2026-05-10T15:00:00Z")
	c := change(t, stay.Extended, "2026-05-10", "2026-10-10")
	for hour, stays := range map[int]int{9: 0, 16: 1} {
		c.At = time.Date(2026, 5, 10, hour, 0, 0, 0, time.UTC)
		h.Authorisations = []stay.Authorisation{c}
		line := stay.Build(h)
		require.Equal(t, stay.BoundExtension, line.Stays[stays].Bound, hour)
		require.Empty(t, line.Stays[1-stays].Bound, hour)
	}
}

func TestProblemCodesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range stay.ProblemCodes() {
		require.False(t, seen[code], code)
		seen[code] = true
	}
}

package listfile_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/traveldoc"
)

func born(t require.TestingT, text string) alerts.Birth {
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return alerts.Birth{From: d, To: d}
}

func TestDiffer(t *testing.T) {
	plain := func() alerts.Alert {
		return alerts.Alert{List: "un", ID: "1", Version: 3, Category: alerts.CategorySanction, Action: alerts.ActionRefuse,
			Remarks: []string{"a", "b"}, Subject: alerts.Subject{
				Kind: alerts.Person, Names: []alerts.Name{{Raw: "A", Kind: alerts.Primary}, {Raw: "B", Kind: alerts.Weak}},
				Births: []alerts.Birth{born(t, "1965"), born(t, "1966-03")}}}
	}
	for name, c := range map[string]struct {
		change func(*alerts.Alert)
		fields []string
	}{
		"nothing": {func(*alerts.Alert) {}, nil},
		"version": {func(a *alerts.Alert) { a.Version = 9; a.List = "other" }, nil},
		"order": {func(a *alerts.Alert) {
			slices.Reverse(a.Subject.Names)
			slices.Reverse(a.Remarks)
			slices.Reverse(a.Subject.Births)
		}, nil},
		"empty":  {func(a *alerts.Alert) { a.Links = []alerts.Link{}; a.Subject.Sexes = []string{} }, nil},
		"reason": {func(a *alerts.Alert) { a.Reason = "new" }, []string{"reason"}},
		"born":   {func(a *alerts.Alert) { a.Subject.Births[0] = born(t, "1965-01-01") }, []string{"subject.births"}},
		"weaker": {func(a *alerts.Alert) { a.Subject.Names[0].Kind = alerts.Strong }, []string{"subject.names"}},
		"twice":  {func(a *alerts.Alert) { a.Remarks = []string{"a", "a"} }, []string{"remarks"}},
		"several": {func(a *alerts.Alert) { a.Action = alerts.ActionDetain; a.Subject.Kind = alerts.Vessel; a.Remarks = nil },
			[]string{"action", "subject.kind", "remarks"}},
		"document": {func(a *alerts.Alert) { a.Subject.Documents = []alerts.Document{{Number: "1"}} }, []string{"subject.documents"}},
	} {
		a, b := plain(), plain()
		c.change(&b)
		require.Equal(t, c.fields, listfile.Differ(a, b), name)
		require.Equal(t, c.fields, listfile.Differ(b, a), name)
	}
}

// Every alert of both editions is in exactly one part, and applying the parts to the old edition gives the new one.
func TestCompareIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edition := func(label string) []alerts.Alert {
			ids := rapid.SliceOfDistinct(rapid.StringMatching(`[a-e]{1,2}`), rapid.ID[string]).Draw(t, label)
			var all []alerts.Alert
			for _, id := range ids {
				all = append(all, alerts.Alert{ID: id, Reason: rapid.SampledFrom([]string{"x", "y"}).Draw(t, label+id)})
			}
			return all
		}
		before, after := edition("old"), edition("new")
		d := listfile.Compare(before, after)
		require.Equal(t, len(after), len(d.Added)+len(d.Changed)+d.Unchanged)
		require.Equal(t, len(before), len(d.Removed)+len(d.Changed)+d.Unchanged)
		now := map[string]alerts.Alert{}
		for _, a := range before {
			now[a.ID] = a
		}
		for _, a := range d.Added {
			require.NotContains(t, now, a.ID)
			now[a.ID] = a
		}
		for _, c := range d.Changed {
			require.Equal(t, c.Old, now[c.New.ID])
			require.NotEmpty(t, c.Fields)
			now[c.New.ID] = c.New
		}
		for _, a := range d.Removed {
			delete(now, a.ID)
		}
		require.Len(t, now, len(after))
		for _, a := range after {
			require.Equal(t, a, now[a.ID])
		}
		shuffled := slices.Clone(after)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again := listfile.Compare(before, shuffled)
		require.Equal(t, d.Unchanged, again.Unchanged)
		require.Equal(t, d.Removed, again.Removed)
	})
}

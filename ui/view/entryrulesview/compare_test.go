package entryrulesview_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
)

func rule(id string, kind evisa.RuleKind, nationalities ...string) evisa.EntryRule {
	return evisa.EntryRule{ID: id, Kind: kind, Basis: "x", Nationalities: nationalities}
}

func table(rules ...evisa.EntryRule) evisa.RuleBook {
	return evisa.RuleBook{Version: "1", Rules: rules}
}

func kinds(list []entryrulesview.Change) (out []string) {
	for _, c := range list {
		id := c.Is.ID
		if c.IsAt == 0 {
			id = c.Was.ID
		}
		out = append(out, c.Kind+" "+id)
	}
	return out
}

func TestCompare(t *testing.T) {
	a, b, c := rule("a", evisa.VisaFree, "FRA"), rule("b", evisa.VisaFree, "ESP"), rule("c", evisa.VisaRequired, "*")
	changed := b
	changed.Days = 30
	require.Empty(t, entryrulesview.Compare(table(a, b, c), table(a, b, c)))
	require.Equal(t, []string{"moved c"}, kinds(entryrulesview.Compare(table(a, b, c), table(c, a, b))), "one moved, not two")
	require.Equal(t, []string{"changed b"}, kinds(entryrulesview.Compare(table(a, b, c), table(a, changed, c))))
	require.Equal(t, []string{"added d", "removed a"}, kinds(entryrulesview.Compare(table(a, b), table(rule("d", evisa.VisaFree), b))))
	require.Equal(t, []string{"days"}, entryrulesview.Compare(table(b), table(changed))[0].Fields)
}

func TestPreviewSaysForWhomSomethingChanges(t *testing.T) {
	on, err := traveldoc.ParseDate("2026-11-22")
	require.NoError(t, err)
	was := table(rule("eu", evisa.VisaFree, "FRA", "ESP"), rule("rest", evisa.VisaRequired, "*"))
	is := table(rule("eu", evisa.VisaFree, "FRA"), rule("rest", evisa.VisaRequired, "*"))
	e := entryrulesview.Preview(was, is, on)
	require.Len(t, e.List, 1)
	require.Equal(t, "ESP", e.List[0].Who.Nationality)
	require.Equal(t, evisa.VisaFree, e.List[0].Was.Kind)
	require.Equal(t, evisa.VisaRequired, e.List[0].Is.Kind)

	// A rule whose list of nationalities is empty is asked of every one that is named, and of others.
	is = table(evisa.EntryRule{ID: "d", Kind: evisa.VisaFree, Basis: "x", Documents: []string{"PD"}}, was.Rules[0], was.Rules[1])
	e = entryrulesview.Preview(was, is, on)
	require.Len(t, e.List, 1, "others need no visa with it; those two never did")
	require.Equal(t, entryrulesview.Other, e.List[0].Who.Nationality)

	// A rule that begins later changes nothing today, and something then.
	later := rule("later", evisa.VisaFree, "KEN")
	later.From, _ = traveldoc.ParseDate("2027-01-01")
	e = entryrulesview.Preview(was, table(later, was.Rules[0], was.Rules[1]), on)
	require.Len(t, e.List, 1)
	require.Equal(t, later.From, e.List[0].Who.On)
}

// What a preview shows is what the tables say, and whatever the tables are it ends.
func TestPreviewIsOfTheTables(t *testing.T) {
	on, err := traveldoc.ParseDate("2026-11-22")
	require.NoError(t, err)
	gen := rapid.Custom(func(t *rapid.T) evisa.RuleBook {
		var list []evisa.EntryRule
		for n := range rapid.IntRange(0, 6).Draw(t, "n") {
			list = append(list, evisa.EntryRule{
				ID: fmt.Sprint(n), Basis: "x", Kind: rapid.SampledFrom([]evisa.RuleKind{evisa.VisaFree, evisa.VisaOnArrival, evisa.VisaRequired}).Draw(t, "kind"),
				Nationalities: rapid.SliceOfN(rapid.SampledFrom([]string{"FRA", "ESP", "F*", "*"}), 0, 3).Draw(t, "nations"),
				Documents:     rapid.SliceOfN(rapid.SampledFrom([]string{"P", "PD", "P*"}), 0, 2).Draw(t, "documents"),
			})
		}
		return evisa.RuleBook{Version: "1", Rules: list}
	})
	rapid.Check(t, func(t *rapid.T) {
		was, is := gen.Draw(t, "was"), gen.Draw(t, "is")
		e := entryrulesview.Preview(was, is, on)
		for _, one := range e.List {
			if r, found := is.For(one.Who); found {
				require.Equal(t, r.Kind, one.Is.Kind)
				require.Equal(t, entryrulesview.Explain(is, one.Who).Rule.ID, r.ID)
			}
		}
		require.Empty(t, entryrulesview.Preview(was, was, on).List)
	})
}

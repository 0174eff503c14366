package match

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// possibleLeast is the default threshold of a possible match.
const possibleLeast = 0.70

// drawPerson draws somebody of few syllables, so that people who are nearly alike are many.
func drawPerson(t *rapid.T, label string) (alerts.Name, []alerts.Birth) {
	syllable := rapid.SampledFrom([]string{"MO", "HA", "MED", "KA", "LIL", "SA", "ID", "TAR", "EK", "VIC", "O", "YU", "SUF", "AB", "DEL", "CHEN"})
	name := alerts.Name{Kind: rapid.SampledFrom([]alerts.NameKind{alerts.Primary, alerts.Strong, alerts.Weak}).Draw(t, label+" kind")}
	roles := []alerts.NameRole{alerts.Unknown, alerts.Family, alerts.Given}
	for range rapid.IntRange(1, 4).Draw(t, label+" parts") {
		text := ""
		for range rapid.IntRange(1, 3).Draw(t, label+" syllables") {
			text += syllable.Draw(t, label)
		}
		name.Raw += " " + text
		name.Parts = append(name.Parts, alerts.NamePart{Text: text, Role: rapid.SampledFrom(roles).Draw(t, label+" role")})
	}
	if rapid.Bool().Draw(t, label+" raw") {
		name.Parts = nil
	}
	precision := rapid.IntRange(0, 3).Draw(t, label+" precision")
	if precision == 0 {
		return name, nil
	}
	month, day := rapid.IntRange(1, 3).Draw(t, label+" month"), rapid.IntRange(1, 3).Draw(t, label+" day")
	if precision == 1 {
		month, day = 0, 0
	}
	d, err := traveldoc.NewDate(rapid.IntRange(1968, 1973).Draw(t, label+" year"), month, day)
	if err != nil {
		t.Fatal(err)
	}
	return name, []alerts.Birth{{From: d, To: d, Circa: precision == 3}}
}

// TestBoundsLoseNothing: of random lists, the bounds before the alignment let through whom the comparison with each entry brings to the
// threshold, with the same score, and a search finds nobody else.
func TestBoundsLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []Entry
		for n := range rapid.IntRange(1, 40).Draw(t, "entries") {
			e := Entry{Key: fmt.Sprintf("a/%d", n), Subject: alerts.Subject{Kind: alerts.Person}}
			for range rapid.IntRange(1, 2).Draw(t, "names") {
				name, births := drawPerson(t, "listed")
				e.Subject.Names, e.Subject.Births = append(e.Subject.Names, name), births
			}
			entries = append(entries, e)
		}
		ix := Build(slices.Values(entries))
		for range 8 {
			name, births := drawPerson(t, "query")
			q := Query{Names: []alerts.Name{name}, Births: births, Least: possibleLeast, Truncated: rapid.Bool().Draw(t, "truncated")}
			if q.Truncated {
				q.Names[0].Kind = alerts.MRZName
			}
			compareAll(t, ix, q)
		}
	})
}

func compareAll(t *rapid.T, ix *Index, q Query) {
	found := make(map[string]float64)
	for _, m := range ix.Search(q).Matches {
		found[m.Key] = m.Score
	}
	s, p, sc := ix.parts[0].segment, prepare(q, ix.weights), newScratch()
	sc.startLikes(p)
	for entry := range size(s.len()) {
		key := string(s.keys.at(entry))
		all := sc.score(s, p, entry, true)
		bounded := sc.score(s, p, entry, false)
		if all.final() < possibleLeast {
			require.NotContains(t, found, key)
			continue
		}
		require.Equal(t, all, bounded, "a bound cuts what reaches the least score")
		if score, is := found[key]; is {
			require.InDelta(t, all.final(), score, 0)
		}
	}
}

package match_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// drawn is a list of people of the second world, few enough of its tokens that they meet often.
func drawn(t *rapid.T, w world, label string, most int) []match.Entry {
	numbers := rapid.SliceOfN(rapid.IntRange(0, 400), 0, most).Draw(t, label)
	out := make([]match.Entry, len(numbers))
	for i, n := range numbers {
		out[i] = w.person(n)
		if n%7 == 0 {
			out[i].Subject.Documents = []alerts.Document{
				{Number: fmt.Sprintf("A%06d", n), Issuer: "UTO"}, {Number: fmt.Sprintf("B%06d", n), Until: fmt.Sprintf("B%06d", n+50), Issuer: "XYZ"},
			}
			out[i].Subject.Vehicles = []alerts.Vehicle{{Plate: fmt.Sprintf("P%d", n%3), Country: "UTO"}}
		}
		if n%11 == 0 {
			out[i].Until = must("2026-05-05")
		}
	}
	return out
}

func questions(w world) []match.Query {
	rng := rand.New(rand.NewPCG(3, 4))
	var out []match.Query
	for n := range 60 {
		q := damaged(rng, w.person(rng.IntN(400)))
		q.Today = must("2026-06-01")
		if n%5 == 0 {
			q.Documents = []alerts.Document{{Number: fmt.Sprintf("A%06d", n*7), Issuer: "UTO"}, {Number: fmt.Sprintf("B%06d", n*7), Issuer: "XYZ"}}
		}
		out = append(out, q)
	}
	return out
}

func byKey(lists ...[]match.Entry) map[string]match.Entry {
	out := make(map[string]match.Entry)
	for _, list := range lists {
		for _, e := range list {
			out[e.Key] = e
		}
	}
	return out
}

func sorted(m map[string]match.Entry) []match.Entry {
	var out []match.Entry
	for _, e := range m {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b match.Entry) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

// TestDeltaIsRebuild: an index with changes answers as one that is built anew of the same entries, to the letter: what is weighed by how
// common it is among them is weighed anew with every change.
func TestDeltaIsRebuild(t *testing.T) {
	w := newPeoplesWorld()
	asked := questions(w)
	rapid.Check(t, func(t *rapid.T) {
		base := drawn(t, w, "base", 120)
		ix := match.Build(slices.Values(base))
		now := byKey(base)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			put := drawn(t, w, "put", 25)
			for i := range put {
				put[i].Subject.Sexes = []string{"F"} // an entry that is put again is another
			}
			var drop []string
			for _, n := range rapid.SliceOfN(rapid.IntRange(0, 400), 0, 20).Draw(t, "drop") {
				drop = append(drop, fmt.Sprintf("peoples/%d", n))
			}
			ix = ix.With(put, drop)
			for _, key := range drop {
				delete(now, key)
			}
			for _, e := range put {
				now[e.Key] = e
			}
		}
		rebuilt := match.Build(slices.Values(sorted(now)))
		require.Equal(t, rebuilt.Len(), ix.Len())
		for _, q := range asked {
			require.Equal(t, rebuilt.Search(q), ix.Search(q))
		}
		for _, plate := range []string{"P0", "P1", "P2"} {
			require.Equal(t, rebuilt.Plates(plate, "", must("2026-01-01")), ix.Plates(plate, "", must("2026-01-01")))
		}
	})
}

// TestWeightsAreSteady: a change that is small beside the list changes the scores of others little.
func TestWeightsAreSteady(t *testing.T) {
	w := newPeoplesWorld()
	all := slices.Collect(everybody(w, 3000))
	before := match.Build(slices.Values(all[:2900]))
	after := before.With(all[2900:], nil)
	for _, q := range questions(w) {
		scores := make(map[string]float64)
		for _, m := range before.Search(q).Matches {
			scores[m.Key] = m.Score
		}
		for _, m := range after.Search(q).Matches {
			if score, found := scores[m.Key]; found {
				require.InDelta(t, score, m.Score, 0.03, m.Key)
			}
		}
	}
}

// TestALargeListFollowsToo: a list that grew to many times what it was, and was thinned out again, is as one that is built anew.
func TestALargeListFollowsToo(t *testing.T) {
	w := newZipfWorld()
	all := slices.Collect(everybody(w, 6000))
	ix := match.Build(slices.Values(all[:10]))
	for from := 10; from < len(all); from += 599 {
		ix = ix.With(all[from:min(from+599, len(all))], nil)
	}
	same := func(now []match.Entry) {
		anew := match.Build(slices.Values(now))
		for _, q := range travellers(w, 6000, 100) {
			require.Equal(t, anew.Search(q), ix.Search(q))
		}
	}
	same(all)
	for n := range 30 {
		ix = ix.With(nil, []string{all[n].Key, all[100+n].Key})
	}
	same(slices.Concat(all[30:100], all[130:]))
	var drop []string
	for _, e := range all[130:5000] {
		drop = append(drop, e.Key)
	}
	ix = ix.With(nil, drop)
	same(slices.Concat(all[30:100], all[5000:]))
}

// TestAddingLosesNothing: whatever is put in beside it, a match stays as it is, with its score and evidence, as long as names weigh what they did.
func TestAddingLosesNothing(t *testing.T) {
	w := newPeoplesWorld()
	asked := questions(w)
	weights := match.Build(everybody(w, 400)).Weights()
	rapid.Check(t, func(t *rapid.T) {
		base := drawn(t, w, "base", 60)
		ix := match.Build(slices.Values(base), match.WithWeights(weights))
		had := byKey(base)
		var put []match.Entry
		for _, e := range drawn(t, w, "put", 200) {
			if _, is := had[e.Key]; !is {
				put = append(put, e)
			}
		}
		with := ix.With(put, nil)
		for _, q := range asked {
			after := make(map[string]match.Match)
			for _, m := range with.Search(q).Matches {
				after[m.Key] = m
			}
			for _, m := range ix.Search(q).Matches {
				require.Equal(t, m, after[m.Key])
			}
		}
	})
}

// TestSearchAgreesWithCompare: what a search finds it scores as the comparison of the two alone does.
func TestSearchAgreesWithCompare(t *testing.T) {
	w := newPeoplesWorld()
	all := slices.Collect(everybody(w, 400))
	ix := match.Build(slices.Values(all))
	entries := byKey(all)
	for _, q := range questions(w) {
		for _, m := range ix.Search(q).Matches {
			require.Equal(t, m, match.Compare(q, entries[m.Key], match.WithWeights(ix.Weights())), m.Key)
		}
	}
}

// TestContributionsExplainTheScore: the evidence adds up.
func TestContributionsExplainTheScore(t *testing.T) {
	w := newPeoplesWorld()
	rapid.Check(t, func(t *rapid.T) {
		list := drawn(t, w, "list", 80)
		ix := match.Build(slices.Values(list))
		for _, q := range questions(w) {
			last := math.Inf(1)
			for _, m := range ix.Search(q).Matches {
				sum := 0.0
				for _, e := range m.Evidence {
					require.Contains(t, match.Relations(), e.Relation)
					require.Contains(t, []string{"name", "family", "given", "birth_date", "sex", "nationality", "document", "vehicle"}, e.Field)
					sum += e.Contribution
				}
				require.InDelta(t, m.Score, min(max(sum, 0), 1), 1e-9)
				require.LessOrEqual(t, m.Score, last)
				last = m.Score
			}
		}
	})
}

// TestConcurrent: searches share an index with one another and with changes of it.
func TestConcurrent(t *testing.T) {
	w := newZipfWorld()
	ix := match.Build(everybody(w, 500))
	asked := travellers(w, 500, 50)
	want := make([]match.Result, len(asked))
	for i, q := range asked {
		want[i] = ix.Search(q)
	}
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i, q := range asked {
				if got := ix.Search(q); fmt.Sprint(got) != fmt.Sprint(want[i]) {
					t.Errorf("search %d is not as it was alone", i)
				}
				if g == 0 {
					ix.With([]match.Entry{w.person(500 + i)}, []string{"zipf/1"})
				}
			}
		})
	}
	group.Wait()
}

// FuzzSearch: no name, date or number makes a search fail, find what is below its least score or lose a score's bounds.
func FuzzSearch(f *testing.F) {
	ix := match.Build(slices.Values(invented))
	f.Add("KORVATHI<<DEMETRIUS", "KORVATHI, Demetrius", "X1058823", 1965, 4, 13)
	f.Add("محمد", "Вересчуков", "٣٤", 1, 12, 31)
	f.Add("A B C D E F G H I J K L M N O P Q R S T U V W X Y Z", "A<<<<B", "", 9999, 2, 30)
	f.Add("MXHMD<<XEXSSS", "王 小明", "OOOOO", -1, 0, 0)
	f.Fuzz(func(t *testing.T, name, other, number string, year, month, day int) {
		e := someone("fuzz", "", other)
		e.Subject.Documents = []alerts.Document{{Number: number, Issuer: "UTO"}}
		q := traveller(name, "")
		if d, err := traveldoc.NewDate(year, month, day); err == nil {
			q.Births, e.Subject.Births = on(d), on(d)
		}
		q.Documents, q.Truncated = e.Subject.Documents, len(name)%2 == 0
		with := ix.With([]match.Entry{e}, nil)
		for _, m := range with.Search(q).Matches {
			if m.Score < match.Floor || m.Score > 1 || math.IsNaN(m.Order) {
				t.Fatalf("score %v, order %v", m.Score, m.Order)
			}
		}
		if c := match.Compare(q, e).Score; c < 0 || c > 1 || math.IsNaN(c) {
			t.Fatalf("score %v", c)
		}
	})
}

package match_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// listed is an invented list. "SURNAME, Given" tells the parts apart; births are from dates or "~year", "year/year".
var invented = []match.Entry{ //nolint:gochecknoglobals // a constant table
	someone("un/1", "1965-04-13", "KORVATHI, Demetrius Anselm"),
	someone("un/2", "1971-09-02", "AL-BARQAWI, Mohammed Tariq Salim", "ABU SHIHAB"),
	someone("un/3", "1958", "VERESHCHUKOV, Aleksandr Ivanovich", "VERESCHUKOW, Oleksandr"),
	someone("un/4", "~1980", "QUISPE HUARANGA, Maria Jose"),
	someone("un/5", "", "ABD AL RAHMAN, Yusuf Harith"),
	someone("un/6", "1962-11-30", "WEI, Zhong Lian"),
	someone("un/7", "1949/1952", "DEMBELANI, Ousmane"),
	someone("un/8", "1970-01-01", "TORVALDSEN, Ingrid"),
}

func someone(key, birth, name string, weak ...string) match.Entry {
	e := match.Entry{Key: key, Subject: alerts.Subject{Kind: alerts.Person, Names: []alerts.Name{{Raw: name, Kind: alerts.Primary}}}}
	for _, w := range weak {
		e.Subject.Names = append(e.Subject.Names, alerts.Name{Raw: w, Kind: alerts.Weak})
	}
	e.Subject.Births = births(birth)
	return e
}

func births(text string) []alerts.Birth {
	if text == "" {
		return nil
	}
	rest, circa := strings.CutPrefix(text, "~")
	from, to, two := strings.Cut(rest, "/")
	if !two {
		to = from
	}
	return []alerts.Birth{{From: must(from), To: must(to), Circa: circa}}
}

func must(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func traveller(name, birth string) match.Query {
	return match.Query{Names: []alerts.Name{{Raw: name, Kind: alerts.MRZName}}, Births: births(birth)}
}

func possible() float64 { return alerts.DefaultPolicy().Thresholds[alerts.Possible] }

func index(t testing.TB, entries ...match.Entry) *match.Index {
	t.Helper()
	return match.Build(slices.Values(entries))
}

func keys(r match.Result) []string {
	var out []string
	for _, m := range r.Matches {
		out = append(out, m.Key)
	}
	return out
}

// TestDamage finds every kind of damage that names come with, and nobody else.
func TestDamage(t *testing.T) {
	ix := index(t, invented...)
	for _, c := range []struct{ kind, name, birth, want string }{
		{"equal", "DEMETRIUS ANSELM KORVATHI", "1965-04-13", "un/1"},
		{"no birth", "DEMETRIUS ANSELM KORVATHI", "", "un/1"},
		{"first letter", "DEMETRIUS ANSELM GORVATHI", "1965-04-13", "un/1"},
		{"a letter of each part", "DEMETRUIS ANSELN KORVATI", "1965-04-13", "un/1"},
		{"swapped fields", "KORVATHI<<DEMETRIUS<ANSELM", "1965-04-13", "un/1"},
		{"fields the wrong way", "DEMETRIUS<ANSELM<<KORVATHI", "1965-04-13", "un/1"},
		{"second name missing", "KORVATHI<<DEMETRIUS", "1965-04-13", "un/1"},
		{"initial", "KORVATHI<<DEMETRIUS<A", "1965-04-13", "un/1"},
		{"joined", "KORVATHI<<DEMETRIUSANSELM", "1965-04-13", "un/1"},
		{"joined across the fields", "ANSELMKORVATHI DEMETRIUS", "1965-04-13", "un/1"},
		{"split", "KOR VATHI<<DEMETRIUS<ANSELM", "1965-04-13", "un/1"},
		{"day and month", "DEMETRIUS KORVATHI", "1965-04-31", ""},
		{"decade", "DEMETRIUS ANSELM KORVATHI", "1955-04-13", "un/1"},
		{"another year beside", "DEMETRIUS ANSELM KORVATHI", "1966-08-20", "un/1"},
		{"namesake", "DEMETRIUS ANSELM KORVATHI", "1979-04-14", ""},
		{"synonym", "MUHAMMAD TARIQ SALIM BARQAWI", "1971-09-02", "un/2"},
		{"article", "EL BARQAWI<<MOHAMED<TAREQ", "1971-09-02", "un/2"},
		{"article joined", "ALBARQAWI<<MOHAMED<TARIQ", "1971-09-02", "un/2"},
		{"day and month swapped", "BARQAWI<<MOHAMMED<TARIQ", "1971-02-09", "un/2"},
		{"weak alias and birth", "ABU SHIHAB", "1971-09-02", "un/2"},
		{"weak alias alone", "ABU SHIHAB", "", ""},
		{"year alone", "VERESHCHUKOV<<ALEKSANDR", "1958-06-17", "un/3"},
		{"another alphabet's spelling", "WERESCHTSCHUKOW<<ALEXANDER", "1958-06-17", "un/3"},
		{"approximate", "QUISPE<<MARIA<JOSE", "1982-05-05", "un/4"},
		{"second family name", "QUISPE<<MARIA<JOSE", "1980-03-03", "un/4"},
		{"approximate and far", "QUISPE HUARANGA<<MARIA<JOSE", "1993-05-05", ""},
		{"glued", "ABDULRAHMAN<<YUSUF<HARITH", "1990-01-20", "un/5"},
		{"glued otherwise", "ABDURRAHMAN<<YOUSSEF<HARITH", "", "un/5"},
		{"short names", "WEI ZHONGLIAN", "1962-11-30", "un/6"},
		{"inside a range", "DEMBELANI<<OUSMANE", "1951-07-07", "un/7"},
		{"outside a range", "DEMBELANI<<OUSMANE", "1963-07-07", ""},
		{"1 January is its year", "TORVALDSEN<<INGRID", "1970-08-19", "un/8"},
		{"recombined", "DEMETRIUS TORVALDSEN", "1977-03-03", ""},
		{"stranger", "PELLINGHAM<<ROSALIND", "1965-04-13", ""},
	} {
		t.Run(c.kind, func(t *testing.T) {
			if c.birth == "1965-04-31" {
				c.birth, c.want = "1965-04", "un/1" // a day that is none says its month
			}
			q := traveller(c.name, c.birth)
			q.Least = possible()
			var want []string
			if c.want != "" {
				want = []string{c.want}
			}
			require.Equal(t, want, keys(ix.Search(q)))
		})
	}
}

func TestTruncated(t *testing.T) {
	ix := index(t, someone("a/1", "1965-04-13", "WIJESINGHE-RAJAPAKSHAGE, Chandrasekara Buddhadasa Mahinda"))
	q := traveller("WIJESINGHE<RAJAPAKSHAGE<<CHA", "")
	q.Truncated = true
	cut := ix.Search(q)
	require.Len(t, cut.Matches, 1)
	require.Greater(t, cut.Matches[0].Score, 0.8, "what was cut is not known: it costs nothing")
	require.True(t, slices.ContainsFunc(cut.Matches[0].Evidence, func(e match.Evidence) bool { return e.Relation == match.RelPrefix }))
	q.Truncated = false
	require.Less(t, ix.Search(q).Matches[0].Score, cut.Matches[0].Score)
}

// TestPeersDefects holds what other matchers are known to get wrong.
func TestPeersDefects(t *testing.T) {
	score := func(q match.Query, e match.Entry) float64 { return match.Compare(q, e).Score }
	t.Run("an exact name without a birth is a match", func(t *testing.T) {
		require.GreaterOrEqual(t, score(traveller("DEMETRIUS ANSELM KORVATHI", ""), invented[0]), possible())
	})
	t.Run("all births are compared, not the first", func(t *testing.T) {
		e := someone("a/1", "1930-02-02", "KORVATHI, Demetrius")
		e.Subject.Births = append(e.Subject.Births, births("1965-04-13")...)
		require.GreaterOrEqual(t, score(traveller("DEMETRIUS KORVATHI", "1965-04-13"), e), 0.95)
	})
	t.Run("a range has two ends", func(t *testing.T) {
		e := someone("a/1", "1950/1960", "KORVATHI, Demetrius")
		early, late := score(traveller("DEMETRIUS KORVATHI", "1950-05-05"), e), score(traveller("DEMETRIUS KORVATHI", "1959-05-05"), e)
		require.InDelta(t, early, late, 1e-9)
	})
	t.Run("a nationality that differs tells against", func(t *testing.T) {
		e, q := invented[0], traveller("DEMETRIUS KORVATHI", "1966-01-05")
		e.Subject.Nationalities, q.Nationality = []string{"UTO"}, []string{"XYZ"}
		require.Less(t, score(q, e), score(traveller("DEMETRIUS KORVATHI", "1966-01-05"), invented[0]))
	})
	t.Run("a short form does not rescue another initial", func(t *testing.T) {
		e := someone("a/1", "", "VANTERPOOL, Jonas P")
		same, other := score(traveller("JONAS P VANTERPOOL", ""), e), score(traveller("JONAS K VANTERPOOL", ""), e)
		require.Less(t, other, same-0.05)
	})
	t.Run("entities that share only a misspelt token are not lost to exact ones", func(t *testing.T) {
		ix := index(t, someone("a/1", "1965-04-13", "KORVATHI, Demetrius"), someone("a/2", "1965-04-13", "KORVATTI, Dimitrius"))
		require.ElementsMatch(t, []string{"a/1", "a/2"}, keys(ix.Search(traveller("DEMETRIUS KORVATHI", "1965-04-13"))))
	})
	t.Run("an entry once seen is found again", func(t *testing.T) {
		ix := index(t, invented...)
		q := traveller("DEMETRIUS KORVATHI", "1965-04-13")
		first := ix.Search(q)
		require.Len(t, first.Matches, 1)
		require.Equal(t, first, ix.Search(q))
	})
}

func TestInForce(t *testing.T) {
	e := invented[0]
	e.From, e.Until = must("2026-01-10"), must("2026-03-31")
	ix := index(t, e)
	for day, found := range map[string]int{"2026-01-09": 0, "2026-01-10": 1, "2026-03-31": 1, "2026-04-01": 0, "": 1} {
		q := traveller("DEMETRIUS KORVATHI", "1965-04-13")
		q.Today = must(day)
		require.Len(t, ix.Search(q).Matches, found, day)
	}
}

func TestNoSilentCap(t *testing.T) {
	var entries []match.Entry
	for i := range 30 {
		entries = append(entries, someone("a/"+string(rune('A'+i)), "1965-04-13", "KORVATHI, Demetrius"))
	}
	q := traveller("DEMETRIUS KORVATHI", "1965-04-13")
	q.Most = 7
	r := index(t, entries...).Search(q)
	require.Len(t, r.Matches, 7)
	require.Equal(t, 23, r.More)
	require.True(t, slices.IsSorted(keys(r)), "equal scores are in the order of their keys")
}

// TestOrder: scores that are full both keep the order of what speaks for them.
func TestOrder(t *testing.T) {
	more := someone("a/2", "1965-04-13", "KORVATHI, Demetrius Anselm")
	more.Subject.Sexes, more.Subject.Nationalities = []string{"M"}, []string{"UTO"}
	ix := index(t, someone("a/1", "1965-04-13", "KORVATHI, Demetrius Anselm"), more)
	q := traveller("DEMETRIUS ANSELM KORVATHI", "1965-04-13")
	q.Sex, q.Nationality = "M", []string{"UTO"}
	r := ix.Search(q)
	require.Equal(t, []string{"a/2", "a/1"}, keys(r))
	require.InDelta(t, 1, r.Matches[0].Score, 1e-9)
	require.InDelta(t, 1, r.Matches[1].Score, 1e-9)
}

func TestOrganisationsMeetNobody(t *testing.T) {
	e := invented[0]
	e.Subject.Kind = alerts.Organisation
	ix := index(t, e)
	require.Equal(t, 1, ix.Len())
	require.Empty(t, ix.Search(traveller("DEMETRIUS KORVATHI", "1965-04-13")).Matches)
}

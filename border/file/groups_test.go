package file_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border/file"
)

// id is the n-th file or word; their order is that of their numbers.
func id(n int) uuid.UUID { return uuid.UUID{14: byte(n >> 8), 15: byte(n)} }

func word(n, a, b int, verdict file.LinkVerdict, supersedes ...int) file.Decided {
	w := file.Decided{ID: id(1000 + n), A: id(a), B: id(b), Verdict: verdict, At: time.Unix(int64(n), 0)}
	for _, s := range supersedes {
		w.Supersedes = append(w.Supersedes, id(1000+s))
	}
	return w
}

func TestGroups(t *testing.T) {
	for name, c := range map[string]struct {
		words     []file.Decided
		groups    map[int]int
		conflicts []file.Pair
	}{
		"nothing said":               {nil, map[int]int{}, nil},
		"two are one":                {[]file.Decided{word(1, 2, 1, file.Same)}, map[int]int{1: 1, 2: 1}, nil},
		"a chain is one":             {[]file.Decided{word(1, 3, 2, file.Same), word(2, 1, 2, file.Same)}, map[int]int{1: 1, 2: 1, 3: 1}, nil},
		"different stay apart":       {[]file.Decided{word(1, 1, 2, file.Different)}, map[int]int{1: 1, 2: 2}, nil},
		"undecided stay apart":       {[]file.Decided{word(1, 1, 2, file.Undecided)}, map[int]int{1: 1, 2: 2}, nil},
		"undone":                     {[]file.Decided{word(1, 1, 2, file.Same), word(2, 1, 2, file.Undecided, 1)}, map[int]int{1: 1, 2: 2}, nil},
		"undone, and done again":     {[]file.Decided{word(1, 1, 2, file.Same), word(2, 1, 2, file.Undecided, 1), word(3, 2, 1, file.Same, 2)}, map[int]int{1: 1, 2: 1}, nil},
		"two supervisors disagree":   {[]file.Decided{word(1, 1, 2, file.Same), word(2, 1, 2, file.Different)}, map[int]int{1: 1, 2: 2}, []file.Pair{{A: id(1), B: id(2)}}},
		"same, and others undecided": {[]file.Decided{word(1, 1, 2, file.Same), word(2, 1, 2, file.Undecided)}, map[int]int{1: 1, 2: 2}, []file.Pair{{A: id(1), B: id(2)}}},
		"two supervisors agree":      {[]file.Decided{word(1, 1, 2, file.Same), word(2, 1, 2, file.Same)}, map[int]int{1: 1, 2: 1}, nil},
		"a chain against a word": {
			[]file.Decided{word(1, 1, 2, file.Same), word(2, 2, 3, file.Same), word(3, 1, 3, file.Different), word(4, 4, 5, file.Same)},
			map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 4}, []file.Pair{{A: id(1), B: id(3)}},
		},
		"a word that supersedes itself still stands": {[]file.Decided{word(1, 1, 2, file.Same, 1)}, map[int]int{1: 1, 2: 1}, nil},
		"a file is itself":                           {[]file.Decided{word(1, 1, 1, file.Same)}, map[int]int{1: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := file.Groups(c.words)
			want := map[uuid.UUID]uuid.UUID{}
			for member, group := range c.groups {
				want[id(member)] = id(group)
			}
			require.Equal(t, want, g.Of)
			require.Equal(t, c.conflicts, g.Conflicts)
		})
	}
}

func words(t *rapid.T) []file.Decided {
	n := rapid.IntRange(0, 14).Draw(t, "words")
	out := make([]file.Decided, n)
	for i := range out {
		verdict := rapid.SampledFrom([]file.LinkVerdict{file.Same, file.Same, file.Different, file.Undecided}).Draw(t, "verdict")
		out[i] = word(i, rapid.IntRange(1, 7).Draw(t, "a"), rapid.IntRange(1, 7).Draw(t, "b"), verdict)
		if i > 0 && rapid.Bool().Draw(t, "supersedes") {
			out[i].Supersedes = []uuid.UUID{out[rapid.IntRange(0, i-1).Draw(t, "which")].ID}
		}
	}
	return out
}

func TestTheOrderOfWordsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := words(t)
		require.Equal(t, file.Groups(said), file.Groups(rapid.Permutation(said).Draw(t, "order")))
	})
}

// Against a slow oracle: who is joined is reachable over standing uncontradicted "same", and nobody shares a group with a file he is
// said to be different from.
func TestGroupsHoldTheirInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := words(t)
		g := file.Groups(said)
		stands := func(w file.Decided) bool {
			return !slices.ContainsFunc(said, func(o file.Decided) bool { return o.ID != w.ID && slices.Contains(o.Supersedes, w.ID) })
		}
		conflicting := func(a, b uuid.UUID) bool { return slices.Contains(g.Conflicts, file.PairOf(a, b)) }
		for _, w := range said {
			require.NotNil(t, g.Of[w.A])
			require.LessOrEqual(t, g.Of[w.A].String(), w.A.String(), "a group is named by its smallest file")
			require.Equal(t, g.Of[w.A], g.Of[g.Of[w.A]])
			if !stands(w) || w.A == w.B {
				continue
			}
			switch w.Verdict {
			case file.Different:
				require.NotEqual(t, g.Of[w.A], g.Of[w.B], "said to be different")
			case file.Same:
				apart := g.Of[w.A] != g.Of[w.B]
				require.True(t, !apart || len(g.Conflicts) > 0, "apart only because of a conflict")
				require.True(t, !apart || conflicting(w.A, w.B) || g.Of[w.A] == w.A && g.Of[w.B] == w.B, "a broken group falls apart whole")
			case file.Undecided:
			}
		}
		for member, group := range g.Of {
			require.True(t, member == group || reachable(said, stands, member, group), "joined by words alone")
		}
	})
}

func reachable(said []file.Decided, stands func(file.Decided) bool, from, to uuid.UUID) bool {
	seen := map[uuid.UUID]bool{from: true}
	for grown := true; grown; {
		grown = false
		for _, w := range said {
			if w.Verdict == file.Same && stands(w) && seen[w.A] != seen[w.B] {
				seen[w.A], seen[w.B], grown = true, true, true
			}
		}
	}
	return seen[to]
}

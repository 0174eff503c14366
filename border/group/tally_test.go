package group_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func seen(t testing.TB, surname, born, number string) group.Seen {
	t.Helper()
	return group.Seen{
		Scan: uuid.New(), At: noon, Outcome: border.NoHit,
		Identity: traveldoc.Identity{Surname: surname, GivenNames: "ANNA", BirthDate: date(t, born)},
		Document: traveldoc.Document{Number: number, IssuingState: "UTO"},
	}
}

func with(s group.Seen, change func(*group.Seen)) group.Seen {
	change(&s)
	return s
}

func TestStatesOfMembers(t *testing.T) {
	g := group.Group{Kind: group.Bus, Manifest: group.Manifest{People: []group.Person{
		{Line: 1, Name: "ABA ANNA", BirthDate: date(t, "1990-01-01"), Number: "N1"},
		{Line: 2, Name: "Anna Bebe", BirthDate: date(t, "1991-01-01")},
		{Line: 3, Name: "CICI ANNA", BirthDate: date(t, "1992-01-01"), Number: "N3"},
		{Line: 4, Name: "DODO ANNA", BirthDate: date(t, "1993-01-01"), Number: "N4"},
		{Line: 5, Name: "EVE ANNA", Number: "N5"},
	}}}
	tests := map[string]struct {
		seen []group.Seen
		want map[int]group.State // by line; 0: no line
	}{
		"nobody yet":                {nil, map[int]group.State{1: "missing", 2: "missing", 3: "missing", 4: "missing", 5: "missing"}},
		"by number":                 {[]group.Seen{seen(t, "ABA", "1990-01-01", "n-1")}, map[int]group.State{1: "clean"}},
		"by name and birth date":    {[]group.Seen{seen(t, "BEBE", "1991-01-01", "X7")}, map[int]group.State{2: "clean"}},
		"by name, other document":   {[]group.Seen{seen(t, "CICI", "1992-01-01", "X7")}, map[int]group.State{3: "differs"}},
		"by number, other name":     {[]group.Seen{seen(t, "GAGA", "1990-01-01", "N1")}, map[int]group.State{1: "differs"}},
		"by number, other birth":    {[]group.Seen{seen(t, "ABA", "1999-01-01", "N1")}, map[int]group.State{1: "differs"}},
		"birth date not listed":     {[]group.Seen{seen(t, "EVE", "1999-01-01", "N5")}, map[int]group.State{5: "clean"}},
		"not on the manifest":       {[]group.Seen{seen(t, "ZAZA", "1990-01-01", "X9")}, map[int]group.State{0: "stranger"}},
		"other birth date, no line": {[]group.Seen{seen(t, "BEBE", "1999-01-01", "X7")}, map[int]group.State{0: "stranger", 2: "missing"}},
		"a hit": {[]group.Seen{with(seen(t, "ABA", "1990-01-01", "N1"), func(s *group.Seen) { s.Outcome = border.Hit })},
			map[int]group.State{1: "hit"}},
		"not checked": {[]group.Seen{with(seen(t, "ABA", "1990-01-01", "N1"), func(s *group.Seen) { s.Outcome = border.NotChecked })},
			map[int]group.State{1: "not_checked"}},
		"checking": {[]group.Seen{with(seen(t, "ABA", "1990-01-01", "N1"), func(s *group.Seen) { s.Pending = true })},
			map[int]group.State{1: "checking"}},
		"crossed": {[]group.Seen{with(seen(t, "ABA", "1990-01-01", "N1"), func(s *group.Seen) { s.Verdict = border.Admit })},
			map[int]group.State{1: "crossed"}},
		"referred, though a stranger": {[]group.Seen{with(seen(t, "ZAZA", "1990-01-01", "X9"), func(s *group.Seen) { s.Verdict = border.Refer })},
			map[int]group.State{0: "referred"}},
		"the same document twice": {[]group.Seen{
			with(seen(t, "ABA", "1990-01-01", "N1"), func(s *group.Seen) { s.Verdict = border.Admit }),
			with(seen(t, "ABA", "1990-01-01", "N1"), func(s *group.Seen) { s.At = noon.Add(time.Minute) }),
		}, map[int]group.State{1: "crossed", 0: "twice"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tally := group.Reconcile(g, test.seen)
			got := map[int]group.State{}
			for _, m := range tally.Members {
				line := 0
				if m.Person != nil {
					line = m.Person.Line
				}
				got[line] = m.State
			}
			for line, state := range test.want {
				require.Equal(t, state, got[line], "line %d", line)
			}
		})
	}
}

func TestExceptionsComeFirst(t *testing.T) {
	g := group.Group{Kind: group.Bus, Manifest: group.Manifest{People: []group.Person{{Line: 1, Name: "A", Number: "N1"}, {Line: 2, Name: "B", Number: "N2"}, {Line: 3, Name: "C", Number: "N3"}}}}
	hit := seen(t, "C", "1990-01-01", "N3")
	hit.Identity.GivenNames, hit.Outcome = "", border.Hit
	clean := seen(t, "B", "1990-01-01", "N2")
	clean.Identity.GivenNames = ""
	tally := group.Reconcile(g, []group.Seen{clean, hit, seen(t, "ZAZA", "1990-01-01", "X9")})
	states := []group.State{}
	for _, m := range tally.Members {
		states = append(states, m.State)
	}
	require.Equal(t, []group.State{"hit", "stranger", "clean", "missing"}, states)
	require.Equal(t, 1, tally.Count[group.Missing])
}

func TestAFamilyIsCounted(t *testing.T) {
	g := group.Group{Kind: group.Family, Size: 3}
	tally := group.Reconcile(g, []group.Seen{seen(t, "ABA", "1990-01-01", "N1"), seen(t, "ABA", "2015-01-01", "N2")})
	require.Equal(t, 1, tally.Unnamed)
	require.Equal(t, 2, tally.Count[group.Clean])
	require.Equal(t, 1, tally.Count[group.Missing])
	tally = group.Reconcile(g, []group.Seen{seen(t, "ABA", "1990-01-01", "N1"), seen(t, "ABA", "1990-01-01", "N1")})
	require.Equal(t, 2, tally.Unnamed, "one document is one person")
	require.Equal(t, 1, tally.Count[group.Twice])
}

// Everybody whom the manifest names is ticked off once, whatever the order of scanning, though names and birth dates are few and
// some lines have no document number.
func TestTickingOffInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 12).Draw(t, "people")
		var g group.Group
		var all []group.Seen
		for n := range size {
			name := rapid.SampledFrom([]string{"ABA", "BEBE"}).Draw(t, "name")
			born := rapid.SampledFrom([]string{"1990-01-01", "1991-01-01"}).Draw(t, "born")
			day, err := traveldoc.ParseDate(born)
			require.NoError(t, err)
			number := fmt.Sprintf("N%d", n+1)
			p := group.Person{Line: n + 1, Name: name + " ANNA", BirthDate: day, Number: number}
			if rapid.Bool().Draw(t, "without number") {
				p.Number = ""
			}
			if rapid.Bool().Draw(t, "without birth date") {
				p.BirthDate = traveldoc.Date{}
			}
			g.Manifest.People = append(g.Manifest.People, p)
			all = append(all, group.Seen{
				Scan: uuid.New(), At: noon, Outcome: border.NoHit, Identity: traveldoc.Identity{Surname: name, GivenNames: "ANNA", BirthDate: day},
				Document: traveldoc.Document{Number: number, IssuingState: "UTO"},
			})
		}
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1))
		shuffle.Shuffle(size, func(a, b int) { all[a], all[b] = all[b], all[a] })
		scanned := rapid.IntRange(0, size).Draw(t, "scanned")
		for n := range scanned {
			all[n].At = noon.Add(time.Duration(n) * time.Second)
		}
		tally := group.Reconcile(g, all[:scanned])
		require.Len(t, tally.Members, size, "each scan found a line")
		require.Equal(t, size-scanned, tally.Count[group.Missing])
		require.Equal(t, scanned, tally.Count[group.Clean]+tally.Count[group.Differs])
		lines, scans := map[int]bool{}, map[uuid.UUID]bool{}
		for _, m := range tally.Members {
			require.False(t, lines[m.Person.Line])
			lines[m.Person.Line] = true
			if m.Seen != nil {
				require.False(t, scans[m.Seen.Scan])
				scans[m.Seen.Scan] = true
			}
		}

		again := append([]group.Seen(nil), all[:scanned]...)
		for n := range again {
			again[n].At = noon.Add(time.Duration(scanned-n) * time.Second) // in the opposite order
		}
		require.Equal(t, states(tally), states(group.Reconcile(g, again)))
		if scanned == size {
			require.Zero(t, tally.Count[group.Missing], "a full bus has nobody missing")
		}
	})
}

func states(t group.Tally) []group.State {
	var all []group.State
	for _, m := range t.Members {
		all = append(all, m.State)
	}
	return all
}

func BenchmarkReconcile500(b *testing.B) {
	var g group.Group
	var all []group.Seen
	for n := range 500 {
		g.Manifest.People = append(g.Manifest.People, group.Person{Line: n + 1, Name: fmt.Sprintf("P%d ANNA", n%50), Number: fmt.Sprintf("N%d", n+1)})
		all = append(all, seen(b, fmt.Sprintf("P%d", n%50), "1990-01-01", fmt.Sprintf("M%d", n+1)))
	}
	for b.Loop() {
		group.Reconcile(g, all)
	}
}

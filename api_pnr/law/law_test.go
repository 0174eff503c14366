package law_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/api_pnr/law"
)

const day = 24 * time.Hour

func TestEveryShippedProfileHasAnEndAndAFilter(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range law.Shipped() {
		require.NoError(t, p.Check(), p.ID)
		require.False(t, seen[p.ID], p.ID)
		require.False(t, p.Drop.Empty(), p.ID)
		seen[p.ID] = true
		loaded, err := law.Load(p.ID)
		require.NoError(t, err)
		require.Equal(t, p, loaded)
	}
	one, err := law.Load("")
	require.NoError(t, err)
	require.Equal(t, law.DefaultID, one.ID, "one is always in force")
}

func TestEuropeMasksAfterSixMonthsAndKeepsNobodyUnmatchedBeyond(t *testing.T) {
	p, err := law.Load("eu-pnr")
	require.NoError(t, err)
	arrived := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after   time.Duration
		matched bool
		source  law.Source
		want    law.Act
	}{
		{0, false, law.PNR, law.Keep},
		{179 * day, true, law.PNR, law.Keep},
		{180 * day, true, law.PNR, law.Mask},
		{180 * day, false, law.PNR, law.Delete},
		{5 * 365 * day, true, law.PNR, law.Delete},
		{2 * day, false, law.API, law.Delete},
		{2 * day, true, law.API, law.Keep},
	} {
		require.Equal(t, c.want, p.Of(c.source).Due(arrived, arrived.Add(c.after), c.matched), "%v", c)
	}
}

func TestAFileSaysItsOwnLaw(t *testing.T) {
	file := filepath.Join(t.TempDir(), "law.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"id":"utopia","version":3,"title":"Utopia","basis":"Border Act, section 7",
		"api":{"mask_days":30,"delete_days":90},"pnr":{"delete_unmatched_days":10,"delete_days":365},"raw_days":10,"drop":{"services":["vgml "]}}`), 0o600))
	p, err := law.Load(file)
	require.NoError(t, err)
	require.Equal(t, []string{"VGML"}, p.Drop.Services)
	require.Equal(t, 30*day, p.API.Mask)
	require.Equal(t, law.Keep, p.PNR.Due(time.Time{}, time.Time{}.Add(300*day), true), "no mask where none was set")
}

func TestWhatIsNoLawIsRefused(t *testing.T) {
	good := `{"id":"x","version":1,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":9},"raw_days":9}`
	_, err := law.Parse([]byte(good))
	require.NoError(t, err)
	for _, bad := range []string{
		``, `{}`, `[]`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":0},"raw_days":9}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":9},"raw_days":10}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9,"mask_days":3},"pnr":{"delete_days":9},"raw_days":4}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":9,"delete_unmatched_days":2},"raw_days":3}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":9}}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9,"mask_days":10},"pnr":{"delete_days":9},"raw_days":9}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9,"delete_unmatched_days":-1},"pnr":{"delete_days":9},"raw_days":9}`,
		`{"id":"x","version":1,"basis":"b","api":{"deleteDays":9},"pnr":{"delete_days":9},"raw_days":9}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9000},"pnr":{"delete_days":9},"raw_days":9}`,
		`{"id":"x","version":1,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":9},"raw_days":9,"drop":{"words":[""]}}`,
		`{"id":"x","version":0,"basis":"b","api":{"delete_days":9},"pnr":{"delete_days":9},"raw_days":9}`,
		`{"id":"x","version":1,"api":{"delete_days":9},"pnr":{"delete_days":9},"raw_days":9}`,
	} {
		_, err := law.Parse([]byte(bad))
		require.Error(t, err, bad)
	}
	_, err = law.Load("no such profile")
	require.ErrorContains(t, err, law.DefaultID)
}

// What a job looks for and what is said of one person must be the same law.
func TestBeforeAndDueAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := func(name string) time.Duration { return time.Duration(rapid.IntRange(0, 50).Draw(t, name)) * day }
		r := law.Retention{Mask: days("mask"), DeleteUnmatched: days("unmatched"), Delete: day + days("delete")}
		from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		now := from.Add(days("age"))
		matched := rapid.Bool().Draw(t, "matched")
		b := r.Before(now)
		want := law.Keep
		switch {
		case !from.After(b.Delete), !matched && !b.DeleteUnmatched.IsZero() && !from.After(b.DeleteUnmatched):
			want = law.Delete
		case !b.Mask.IsZero() && !from.After(b.Mask):
			want = law.Mask
		}
		require.Equal(t, want, r.Due(from, now, matched))
	})
}

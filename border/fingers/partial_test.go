package fingers_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// answers is an engine that always gives one answer.
type answers struct {
	abis.Engine
	abis.Answer
}

func (a answers) Identify(context.Context, []abis.Finger, abis.Options) (abis.Answer, error) {
	return a.Answer, nil
}

func partly() map[string]abis.Answer {
	return map[string]abis.Answer{
		"":                              {Compared: 3, NoFinger: 2},
		fingers.ReasonGalleryIncomplete: {Compared: 3, Missing: 1},
		fingers.ReasonGalleryStale:      {Compared: 3, Stale: true},
		fingers.ReasonNobodyCompared:    {NoFinger: 5},
	}
}

func TestNobodyFoundAmongPartOfThePeopleIsNotChecked(t *testing.T) {
	c := open(t, 61, true)
	s := c.traveller(t)
	c.take(t, s)
	for reason, a := range partly() {
		f := c.finding(t, answers{Answer: a}, s)
		expected := border.NotChecked
		if reason == "" {
			expected = border.NoHit
		}
		require.Equal(t, []any{expected, reason}, []any{f.Outcome, f.Reason})
		require.Equal(t, a.NoFinger > 0, code(f, fingers.CodeNotCompared) != nil)
		require.Equal(t, a.Missing > 0, code(f, fingers.CodeNotHeld) != nil)
		last := c.store.Searches[len(c.store.Searches)-1]
		require.Equal(t, []any{a.Missing, a.NoFinger, a.Stale}, []any{last.Missing, last.NoFinger, last.Stale})

		a.Candidates = []abis.Candidate{{Reference: uuid.New(), Score: 90}}
		f = c.finding(t, answers{Answer: a}, s)
		require.Equal(t, border.Hit, f.Outcome, "who is found is found")
	}
	f := c.finding(t, answers{}, s)
	require.Equal(t, border.NoHit, f.Outcome, "the first of all is new")
}

// nobodys are no files.
type nobodys struct{ entries []audit.Entry }

func (n *nobodys) OfLinks(_ context.Context, _ []uuid.UUID, entry audit.Entry) (map[uuid.UUID][]file.Known, error) {
	n.entries = append(n.entries, entry)
	return nil, nil
}

func TestAFileNotFoundAmongPartOfThePeopleIsNotNobody(t *testing.T) {
	for reason, a := range partly() {
		c := open(t, 62, true)
		files := &nobodys{}
		finder := fingers.NewFinder(fingers.FinderConfig{
			Readers: fingers.OneReader(c.reader), Engine: answers{Answer: a}, Loading: func() bool { return false }, Policy: c.Policy(), Station: "t",
			Files: files, Now: c.clock, NewID: uuid.New,
		})
		found, err := finder.Find(t.Context(), officer, file.Purposes()[0], []biometrics.Position{biometrics.RightIndex})
		require.NoError(t, err)
		require.Equal(t, reason, found.NotSearched)
		require.Len(t, files.entries, 1, "that it was searched is written all the same")
	}
}

package fingers_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
)

// crowd is an engine in which many are alike; it gives as many as are wanted, and counts the others.
type crowd struct {
	abis.Engine
	links []uuid.UUID
}

func (c crowd) Identify(_ context.Context, _ []abis.Finger, o abis.Options) (abis.Answer, error) {
	answer := abis.Answer{Compared: 5000, Engine: "crowd", Version: "1"}
	for n, link := range c.links {
		if n == o.Most {
			answer.More = len(c.links) - n
			break
		}
		answer.Candidates = append(answer.Candidates, abis.Candidate{Reference: link, Score: 90 - float64(n)/100, Fingers: []abis.FingerScore{
			{Position: biometrics.RightIndex, Score: 50}, {Position: biometrics.RightMiddle, Score: 40},
		}})
	}
	return answer, nil
}

func crowdOf(n int) crowd {
	c := crowd{links: make([]uuid.UUID, n)}
	for i := range c.links {
		c.links[i] = uuid.New()
	}
	return c
}

// words is what people said.
type words struct {
	said []fingers.Apart
	own  []uuid.UUID
	err  error
}

func (w *words) Apart(_ context.Context, own, others []uuid.UUID) ([]fingers.Apart, error) {
	w.own = own
	return slices.DeleteFunc(slices.Clone(w.said), func(a fingers.Apart) bool { return !slices.Contains(others, a.Link) }), w.err
}

func codes(f border.Finding, code string) (list []border.Evidence) {
	for _, e := range f.Evidence {
		if e.Code == code {
			list = append(list, e)
		}
	}
	return list
}

func TestNoCandidateIsLostWithoutBeingCounted(t *testing.T) {
	for name, c2 := range map[string]struct{ found, shown, more, beyond, tasks int }{
		"few":              {found: 3, shown: 3, tasks: 3},
		"as many as drawn": {found: fingers.MostShown, shown: fingers.MostShown, tasks: fingers.MostShown},
		"more than drawn":  {found: 40, shown: fingers.MostShown, more: 30, tasks: 40},
		"more than tasks":  {found: 300, shown: fingers.MostShown, more: 290, beyond: 300 - fingers.MostCandidates, tasks: fingers.MostCandidates},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, 31, true)
			s := c.traveller(t)
			c.take(t, s)
			f := c.finding(t, crowdOf(c2.found), s)
			require.Equal(t, border.Hit, f.Outcome)
			require.Len(t, codes(f, fingers.CodeCandidate), c2.shown)
			for code, n := range map[string]int{fingers.CodeMore: c2.more, fingers.CodeBeyond: c2.beyond} {
				if n == 0 {
					require.Empty(t, codes(f, code))
					continue
				}
				require.Equal(t, strconv.Itoa(n), codes(f, code)[0].Found)
				require.Equal(t, border.SecondLine, codes(f, code)[0].Severity)
			}
			require.Len(t, c.store.Candidates, c2.tasks, "everybody within the bound is brought to people")
			require.Equal(t, c2.found, c.store.Searches[0].Found)
			require.Equal(t, c2.beyond, c.store.Searches[0].More, "and the event says how many are not")
			require.Equal(t, c2.found, c.store.Entries[len(c.store.Entries)-1].ResultCount, "as the audit log does")
		})
	}
}

func TestWhoWasFoundToBeAnotherPersonIsANote(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	c := open(t, 32, true)
	mine := uuid.New()
	c.store.File("12AB34567", fingers.Person{File: uuid.New(), Link: mine})
	s := c.traveller(t)
	c.take(t, s)
	engine := crowdOf(2)
	said := &words{said: []fingers.Apart{{Link: engine.links[0], Task: uuid.New(), By: "sam", At: at}}}
	look := func() border.Finding {
		who := subject(t)
		who.Scan = s.Scan
		f, err := fingers.NewCheck(fingers.CheckConfig{
			Store: c.store, Policy: c.Policy(), Engine: engine, Apart: said, State: "UTO", Station: "t", Now: c.clock, NewID: uuid.New,
		}).Check(t.Context(), who)
		require.NoError(t, err)
		return f
	}
	f := look()
	require.Contains(t, said.own, mine)
	require.Equal(t, border.Hit, f.Outcome, "the other one is a candidate still")
	require.Equal(t, engine.links[1].String(), codes(f, fingers.CodeCandidate)[0].Ref)
	require.Len(t, codes(f, fingers.CodeCandidate), 1)
	require.Equal(t, border.Evidence{
		Code: fingers.CodeApart, Found: "sam", Expected: "2026-11-20T09:30:00Z", Relation: said.said[0].Task.String(), Severity: border.Note,
		Ref: engine.links[0].String(),
	}, codes(f, fingers.CodeApart)[0])

	said.said = append(said.said, fingers.Apart{Link: engine.links[1], Task: uuid.New(), By: "ines", At: at})
	f = look()
	require.Equal(t, border.NoHit, f.Outcome)
	require.Len(t, codes(f, fingers.CodeApart), 2)
	require.Nil(t, code(f, fingers.CodeNew), "it is not said that nobody has such prints")
	require.Equal(t, border.Note, f.Severity())

	said.said = said.said[:1]
	require.Equal(t, border.Hit, look().Outcome, "a word that was taken back counts no more")
	said.said, said.err = nil, errors.New("away")
	require.Len(t, codes(look(), fingers.CodeCandidate), 2, "nobody is cleared by a word that cannot be read")
}

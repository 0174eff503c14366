package fingerdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

func searchEntry(id uuid.UUID) audit.Entry {
	e := bordertest.Entry(audit.Consultation, "fingerprint_search", id)
	e.Purpose = fingers.PurposeOfIdentification
	return e
}

func TestASearchIsWrittenAndItsCandidatesRaised(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	other := p.known(p.open("L898902C3"))
	scan := p.open("D23145890")
	taking, _ := p.take(scan, 60)

	search := searched(2)
	candidates := []fingers.Candidacy{{Ground: fingers.GroundCandidate, Place: "test-air", CandidateLink: other.Link, Score: 71}}
	require.NoError(t, p.prints.SearchDone(t.Context(), taking.ID, search, candidates, searchEntry(search.ID)))
	require.Empty(t, p.tasks.all, "nobody's prints raise nothing")
	require.Len(t, p.events(), 1, "and the centre is not told of them")
	require.Equal(t, 1, p.count(`audit WHERE object_kind = 'fingerprint_search' AND purpose = 'identification'`), "but the search is audited")

	e := p.decide(scan)
	own := p.known(scan).Link
	candidates = append(candidates, fingers.Candidacy{Ground: fingers.GroundCandidate, Place: "test-air", CandidateLink: own, Score: 99})
	search = searched(2)
	require.NoError(t, p.prints.SearchDone(t.Context(), taking.ID, search, candidates, searchEntry(search.ID)))
	require.Len(t, p.tasks.all, 1, "he himself is no candidate")
	search.Found = 1
	require.Equal(t, raised{Taking: taking.ID, Search: &search, Candidacy: fingers.Candidacy{
		Ground: fingers.GroundCandidate, Place: "test-air", Link: own, File: e.TravellerID, CandidateLink: other.Link, CandidateFile: other.File, Score: 71,
	}}, p.tasks.all[0])
	require.Equal(t, 2, p.count(`audit WHERE object_kind = 'fingerprint_search'`))
	last := p.events()[len(p.events())-1]
	require.Equal(t, fingers.Searched, last.Step)
	require.Equal(t, search, *last.Search)
	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1, "the other one's is due still")
	require.NotEqual(t, taking.ID, due[0].Taking)
	require.ErrorIs(t, p.prints.SearchDone(t.Context(), uuid.New(), search, nil, searchEntry(search.ID)), fingers.ErrNoPrint)
}

func TestOnePersonWithTwoFilesIsNoCandidateOfHimself(t *testing.T) {
	p := newPost(t)
	one, _ := p.enrol("L898902C3", 60)
	link := p.known(p.open("L898902C3")).Link
	scan := p.open("D23145890")
	taking, _ := p.take(scan, 60)
	e := p.decide(scan)
	p.exec(`UPDATE traveller SET group_id = least($1::uuid, $2) WHERE id IN ($1, $2)`, one, e.TravellerID)
	search := searched(2)
	list := []fingers.Candidacy{{Ground: fingers.GroundCandidate, CandidateLink: link, Score: 71}}
	require.NoError(t, p.prints.SearchDone(t.Context(), taking.ID, search, list, searchEntry(search.ID)))
	require.Empty(t, p.tasks.all)
}

func TestASearchWithoutAnAnswerIsMadeAgainLater(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	for n := range 12 {
		due, err := p.prints.Searches(t.Context(), 10)
		require.NoError(t, err)
		require.Len(t, due, 1, "try %d", n)
		require.NoError(t, p.prints.Failed(t.Context(), due[0].Taking, "timeout", searchEntry(uuid.New())))
		due, err = p.prints.Searches(t.Context(), 10)
		require.NoError(t, err)
		require.Empty(t, due, "not at once")
		wait := min(10*time.Minute, 5*time.Second<<n)
		p.clock.move(wait - time.Millisecond)
		due, err = p.prints.Searches(t.Context(), 10)
		require.NoError(t, err)
		require.Empty(t, due, "not before %s", wait)
		p.clock.move(time.Millisecond)
	}
	require.Equal(t, 12, p.count(`audit WHERE object_kind = 'fingerprint_search'`), "each try is audited")
	c, err := p.prints.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, c.Due)
	require.Equal(t, 1, c.Failing)
	require.True(t, c.DueSince.Equal(bordertest.Noon))
	require.Equal(t, 1, c.Persons)
	require.Equal(t, 4, c.References)
}

func TestAGalleryHearsOfEveryChange(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 60)
	gallery := map[uuid.UUID]int{}
	take := func(link uuid.UUID, prints []fingers.Print) error {
		if gallery[link] = len(prints); len(prints) == 0 {
			delete(gallery, link)
		}
		return nil
	}
	mark, err := p.prints.Each(t.Context(), take)
	require.NoError(t, err)
	n, err := p.prints.Persons(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	follow := func(why string) {
		t.Helper()
		mark, err = p.prints.Since(t.Context(), mark, take)
		require.NoError(t, err)
		require.Equal(t, p.gallery(), gallery, why)
	}
	p.enrol("D23145890", 60)
	follow("somebody new")
	scan := p.open("X00000001")
	p.take(scan, 60)
	follow("whom nobody decided about")
	e := p.decide(scan)
	follow("a decision")
	p.annul(scan, e)
	follow("a correction")
	p.clock.move(time.Hour)
	p.enrol("L898902C3", 90, finding(fingers.CodeMatch, 80))
	follow("better impressions")
	p.destroy(file)
	follow("an erasure")
	require.Len(t, gallery, 1)
	p.quietens(mark)
}

// quietens waits until nothing is told twice: while another transaction of the cluster goes on, some are.
func (p *post) quietens(mark int64) {
	p.Helper()
	require.Eventually(p, func() bool {
		told := 0
		next, err := p.prints.Since(p.Context(), mark, func(uuid.UUID, []fingers.Print) error { told++; return nil })
		mark = next
		return err == nil && told == 0
	}, time.Minute, 10*time.Millisecond, "nothing is told twice when nothing goes on")
}

// Of two transactions the one that began first may be committed last: a gallery that looks in between misses neither.
func TestAGalleryMissesNoTransactionThatWasOpen(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 60)
	mark, err := p.prints.Each(t.Context(), func(uuid.UUID, []fingers.Print) error { return nil })
	require.NoError(t, err)
	slow, err := p.db.Pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = slow.Rollback(t.Context()) }()
	_, err = p.prints.Destroy(t.Context(), slow, file, "retention", bordertest.Entry(audit.Erasure, "biometric_key", file))
	require.NoError(t, err)
	p.enrol("D23145890", 60) // committed first
	told := map[uuid.UUID]int{}
	hear := func(link uuid.UUID, prints []fingers.Print) error { told[link] = len(prints); return nil }
	mark, err = p.prints.Since(t.Context(), mark, hear)
	require.NoError(t, err)
	require.Equal(t, 4, told[p.known(p.open("D23145890")).Link])
	require.NoError(t, slow.Commit(t.Context()))
	clear(told)
	_, err = p.prints.Since(t.Context(), mark, hear)
	require.NoError(t, err)
	var gone uuid.UUID
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT id FROM biometric.link_key WHERE destroyed_at IS NOT NULL`).Scan(&gone))
	require.Contains(t, told, gone)
	require.Zero(t, told[gone])
}

func TestAGalleryOfARestoredDatabaseIsNotToldForEver(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	p.exec(`UPDATE biometric.link_key SET changed = changed + 1000000`)
	mark, err := p.prints.Each(t.Context(), func(uuid.UUID, []fingers.Print) error { return nil })
	require.NoError(t, err)
	told := 0
	_, err = p.prints.Since(t.Context(), mark, func(uuid.UUID, []fingers.Print) error { told++; return nil })
	require.NoError(t, err)
	require.Equal(t, 1, told)
	require.NoError(t, p.prints.Maintain(t.Context(), keepAll()))
	p.quietens(mark)
}

// What the centre published of a person says where his prints are: a station that has none of them knows that others have.
func TestPrintsAtAnotherStationAreKnownOf(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	require.False(t, p.known(scan).Elsewhere, "nobody has seen the document")
	id, foreign := p.decide(scan).TravellerID, uuid.New()
	p.exec(`INSERT INTO file_alias (foreign_id, file_id) VALUES ($1, $2)`, foreign, id)
	row := func(key uuid.UUID, data string) {
		p.exec(`INSERT INTO ref_row (dataset, key, data) VALUES ('files', $1, $2) ON CONFLICT (dataset, key) DO UPDATE SET data = excluded.data`,
			key.String(), data)
	}
	for name, c := range map[string]struct {
		key       uuid.UUID
		data      string
		elsewhere bool
	}{
		"none anywhere":                  {id, `{}`, false},
		"here alone":                     {id, `{"prints":["test-air"]}`, false},
		"here and there":                 {id, `{"prints":["test-air","test-sea"]}`, true},
		"there, under the other's name":  {foreign, `{"prints":["test-sea"]}`, true},
		"in a form that nobody can read": {id, `{"prints":"test-sea"}`, false},
		"of somebody else":               {uuid.New(), `{"prints":["test-sea"]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			row(c.key, c.data)
			require.Equal(t, c.elsewhere, p.known(p.open("L898902C3")).Elsewhere)
			row(c.key, `{}`)
		})
	}
	row(foreign, `{"prints":["test-sea"]}`)
	p.enrol("L898902C3", 60)
	known := p.known(p.open("L898902C3"))
	require.NotEmpty(t, known.References)
	require.False(t, known.Elsewhere, "he is verified here")
}

// A search with more candidates than people are given says so in its event and to whoever raises the tasks.
func TestASearchSaysHowManyAreBeyondTheBound(t *testing.T) {
	p := newPost(t)
	p.enrol("L898902C3", 60)
	other := p.known(p.open("L898902C3"))
	scan := p.open("D23145890")
	taking, _ := p.take(scan, 60)
	p.decide(scan)
	search := searched(900)
	search.Found, search.More = 301, 300
	list := []fingers.Candidacy{{Ground: fingers.GroundCandidate, Place: "test-air", CandidateLink: other.Link, Score: 71}}
	require.NoError(t, p.prints.SearchDone(t.Context(), taking.ID, search, list, searchEntry(search.ID)))
	require.Equal(t, search, *p.events()[len(p.events())-1].Search)
	require.Equal(t, search, *p.tasks.all[0].Search)
	require.Equal(t, 1, p.count(`audit WHERE object_kind = 'fingerprint_search' AND result_count = 301`))
}

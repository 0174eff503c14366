package fingertaskdb_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
)

func TestATaskIsRaisedOnce(t *testing.T) {
	p := open(t)
	taking, c := uuid.New(), candidate(p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN"))
	id, raised := p.raise(t, taking, c)
	require.True(t, raised)
	for name, again := range map[string]func() (uuid.UUID, fingers.Candidacy){
		"the same task":     func() (uuid.UUID, fingers.Candidacy) { return taking, c },
		"of another taking": func() (uuid.UUID, fingers.Candidacy) { return uuid.New(), c },
		"from the other side": func() (uuid.UUID, fingers.Candidacy) {
			other := c
			other.Link, other.CandidateLink = c.CandidateLink, c.Link
			return uuid.New(), other
		},
	} {
		taking, c := again()
		_, raised := p.raise(t, taking, c)
		require.False(t, raised, name)
	}
	require.Equal(t, 1, p.count(t, "finger_task"))
	require.Equal(t, 1, p.count(t, "record where kind = 'fingerprint.event'"), "a record")
	require.Equal(t, 1, p.count(t, "outbox where kind = 'fingerprint.event'"), "and its event for the centre")
	require.Equal(t, 1, p.count(t, "audit where object_kind = 'fingerprint_task' and purpose = 'adjudication' and verb = 'alteration'"), "and its audit entry")

	err := p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return p.store.Raise(t.Context(), tx, uuid.New(), fingers.Candidacy{Ground: "whim"}, nil)
	})
	require.ErrorContains(t, err, "ground")
	d := p.look(t, id)
	require.Equal(t, "ERIKSSON", d.Traveller.Papers[0].Identity.Surname)
	require.Equal(t, "MARTIN", d.Other.Papers[0].Identity.Surname)
	require.True(t, d.Linkable)
	require.False(t, d.Linked)
	require.Equal(t, 1, d.Other.Crossings)
	require.Equal(t, 1, p.count(t, "audit where object_kind = 'fingerprint_task' and verb = 'consultation' and object_id = $1", id.String()))
	_, err = p.desk.Look(t.Context(), actor("sam"), uuid.New())
	require.ErrorIs(t, err, fingers.ErrNoSuchTask)
}

func TestSamePersonLinksTheFilesAndReopeningTakesItBack(t *testing.T) {
	p := open(t)
	a, b := p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN")
	c := candidate(a, b)
	id := p.claimed(t, "sam", uuid.New(), c)
	require.NoError(t, p.say(t, "sam", id, fingers.SamePerson))
	require.Equal(t, 1, p.count(t, "traveller x join traveller y on x.group_id = y.group_id where x.id = $1 and y.id = $2", a, b), "one person")
	require.Equal(t, 1, p.count(t, `file_link where verdict = 'same' and ground = 'duplicate' and source = 'local'
		and evidence like '%score 71.5 (openbmis 1)%core and delta, eleven ridges'`), "with the evidence")
	require.Equal(t, 1, p.count(t, "record where kind = 'file.linked' and officer = 'sam'"))
	require.Equal(t, 1, p.count(t, "audit where object_kind = 'duplicate' and purpose = 'adjudication' and actor = 'sam-id'"))
	require.True(t, p.look(t, id).Linked)
	_, raised := p.raise(t, uuid.New(), candidate(a, b))
	require.False(t, raised, "two files of one person need nobody")

	require.NoError(t, p.desk.Reopen(t.Context(), actor("ines"), id, "another print came"))
	require.Zero(t, p.count(t, "traveller x join traveller y on x.group_id = y.group_id where x.id = $1 and y.id = $2", a, b), "two again")
	require.Equal(t, "ines", p.look(t, id).Task.Owner)
	require.Equal(t, 1, p.count(t, "finger_task where stage = 'claimed' and linked is null and decided_at is null"))
}

func TestAWordThatStandsMustHaveBeenSeen(t *testing.T) {
	p := open(t)
	a, b := p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN")
	first := p.claimed(t, "sam", uuid.New(), candidate(a, b))
	require.NoError(t, p.say(t, "sam", first, fingers.SamePerson))
	require.NoError(t, p.desk.Reopen(t.Context(), actor("sam"), first, "a mistake of mine"))
	require.ErrorIs(t, p.say(t, "sam", first, fingers.SamePerson), file.ErrLinkChanged)
	require.Equal(t, fingers.TaskClaimed, p.look(t, first).Task.Stage(), "nothing of it is kept")
	words := p.look(t, first).Words
	require.Len(t, words, 1)
	require.NoError(t, p.say(t, "sam", first, fingers.SamePerson, words[0].ID))
}

func TestDifferentPersonsAreRemembered(t *testing.T) {
	p := open(t)
	c := candidate(p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN"))
	id := p.claimed(t, "sam", uuid.New(), c)
	require.NoError(t, p.say(t, "sam", id, fingers.Different))
	for _, pair := range [][2]uuid.UUID{{c.Link, c.CandidateLink}, {c.CandidateLink, c.Link}} {
		apart, err := p.store.Apart(t.Context(), []uuid.UUID{uuid.New(), pair[0]}, []uuid.UUID{pair[1], uuid.New()})
		require.NoError(t, err)
		require.Equal(t, []fingers.Apart{{Link: pair[1], Task: id, By: "sam", At: p.now}}, apart)
	}
	_, raised := p.raise(t, uuid.New(), c)
	require.False(t, raised, "not again")
	require.Zero(t, p.count(t, "file_link"))
	require.NoError(t, p.desk.Reopen(t.Context(), actor("ines"), id, "another print came"))
	apart, err := p.store.Apart(t.Context(), []uuid.UUID{c.Link}, []uuid.UUID{c.CandidateLink})
	require.NoError(t, err)
	require.Empty(t, apart)
}

func TestACandidateElsewhereIsTheCentresToLink(t *testing.T) {
	p := open(t)
	c := candidate(p.cross(t, "X100", "ERIKSSON"), uuid.New())
	c.Place, c.CandidateStation = "central", "test-sea"
	id := p.claimed(t, "sam", uuid.New(), c)
	require.NoError(t, p.say(t, "sam", id, fingers.SamePerson))
	require.Zero(t, p.count(t, "file_link"))
	require.Equal(t, 1, p.count(t, `outbox where kind = 'fingerprint.event' and payload::text like '%"verdict"%same%'`), "the verdict goes to the centre")
	d := p.look(t, id)
	require.False(t, d.Linkable)
	require.Empty(t, d.Other.Papers)
}

func TestAMismatchSettlesThePrints(t *testing.T) {
	p := open(t)
	taking, holder := uuid.New(), p.cross(t, "X100", "ERIKSSON")
	p.enrol(t, fingers.Enrolment{File: holder, Taking: fingers.Taking{ID: taking, Station: "test-air", Officer: "amira", At: p.now, Slots: []fingers.Slot{{Position: biometrics.RightIndex, Print: uuid.New(), Quality: 61}}}})
	c := candidate(holder, uuid.Nil)
	c.Ground, c.CandidateLink = fingers.GroundMismatch, c.Link
	id := p.claimed(t, "sam", taking, c)
	require.NoError(t, p.say(t, "sam", id, fingers.SamePerson))
	require.Equal(t, "reference", p.state(t, taking))
	require.NoError(t, p.desk.Reopen(t.Context(), actor("ines"), id, "another print came"))
	require.Equal(t, "disputed", p.state(t, taking))
	require.NoError(t, p.say(t, "ines", id, fingers.Different))
	require.Equal(t, "separated", p.state(t, taking))
	require.NoError(t, p.desk.Reopen(t.Context(), actor("ines"), id, "another print came"))
	require.Equal(t, "returned", p.state(t, taking))
	require.NoError(t, p.say(t, "ines", id, fingers.Different))
	require.Zero(t, p.count(t, "finger_apart"), "the next who shows the document may be its holder")
	require.ErrorIs(t, p.desk.Reopen(t.Context(), actor("amira"), id, "I saw him"), fingers.ErrTookThePrints, "her own prints")
	d := p.look(t, id)
	require.Equal(t, taking, d.Taking.ID)
	require.Equal(t, d.Traveller.File, d.Other.File, "one file, two sides")
	require.Len(t, d.Other.Enrolled, 1)
	_, raised := p.raise(t, uuid.New(), c)
	require.True(t, raised, "the next mismatch is another task")
}

func TestTwoWhoActAtOnceAreKeptApart(t *testing.T) {
	p := open(t)
	id, _ := p.raise(t, uuid.New(), candidate(p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN")))
	var wg sync.WaitGroup
	faults := make([]error, 4)
	for n, name := range []string{"sam", "ines", "omar", "noor"} {
		wg.Go(func() { faults[n] = p.desk.Claim(context.WithoutCancel(t.Context()), actor(name), id) })
	}
	wg.Wait()
	won := 0
	for _, err := range faults {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, fingers.ErrTaskClaimed)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 2, p.count(t, "record where kind = 'fingerprint.event' and subject = $1", id))
	p.space = pgcluster.Scarce
	require.ErrorIs(t, p.desk.Release(t.Context(), actor("sam"), id), postgres.ErrFull)
}

func TestTheQueueCountsWhatItShows(t *testing.T) {
	p := open(t)
	a, b := p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN")
	var ids []uuid.UUID
	for range fingers.TaskPageSize + 2 {
		p.now = p.now.Add(time.Minute)
		id, _ := p.raise(t, uuid.New(), candidate(a, b))
		ids = append(ids, id)
	}
	mismatch := candidate(a, uuid.Nil)
	mismatch.Ground = fingers.GroundMismatch
	p.now = p.now.Add(time.Minute)
	last, _ := p.raise(t, uuid.New(), mismatch)
	require.NoError(t, p.desk.Claim(t.Context(), actor("sam"), last))
	before, err := p.store.Version(t.Context())
	require.NoError(t, err)
	require.NoError(t, p.desk.Claim(t.Context(), actor("ines"), ids[0]))
	require.NoError(t, p.say(t, "ines", ids[0], fingers.Different))
	after, err := p.store.Version(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	require.Equal(t, len(ids), after.Open)
	for _, f := range fingers.TaskFilters() {
		shown := map[uuid.UUID]bool{}
		q := fingers.TaskQuery{Filter: f}
		for {
			page, err := p.desk.Queue(t.Context(), actor("sam"), q)
			require.NoError(t, err)
			for _, i := range page.Items {
				shown[i.ID] = true
				require.Equal(t, "ERIKSSON, ANNA MARIA", i.Name)
			}
			if q.After = page.Next; q.After == (fingers.TaskCursor{}) {
				require.Len(t, shown, page.Counts[f], "filter %q", f)
				break
			}
		}
	}
}

func told(c fingers.Candidacy, station string) fingers.Told {
	taking := uuid.New()
	c.Place = "central"
	return fingers.Told{
		Task: fingers.TaskID(taking, c.CandidateLink, c.Ground), Station: station, Taking: taking, Candidacy: c,
		Search: fingers.Search{ID: uuid.New(), Place: "central", Engine: "openbmis", Version: "1", Threshold: 50, Compared: 9000, Found: 1},
	}
}

func TestWhatTheCentreToldBecomesATaskOnce(t *testing.T) {
	p := open(t)
	mine, others := told(candidate(p.cross(t, "X100", "ERIKSSON"), uuid.New()), "test-air"), told(candidate(uuid.New(), uuid.New()), "test-sea")
	for range 2 { // a delta and the snapshot after it
		p.tell(t, mine.Task.String(), mine)
		p.tell(t, others.Task.String(), others)
		p.tell(t, "no id", mine)
		_, err := p.store.TakeTold(t.Context(), 50)
		require.NoError(t, err)
	}
	again := mine
	again.Candidacy.Score = 72 // told in other words
	p.tell(t, mine.Task.String(), again)
	n, err := p.store.TakeTold(t.Context(), 50)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, 1, p.count(t, "finger_task"), "the station's own, once")
	require.Equal(t, 1, p.count(t, "finger_told"), "of others nothing is kept")
	d := p.look(t, mine.Task)
	require.Equal(t, 9000, d.Task.Search.Compared)
	require.NoError(t, fingertaskdb.Sink{Station: "test-air"}.Clear(t.Context(), nil))

	forged := told(candidate(uuid.New(), uuid.New()), "test-air")
	p.tell(t, uuid.NewString(), forged)
	p.tell(t, uuid.NewString(), "nonsense")
	good := told(candidate(uuid.New(), uuid.New()), "test-air")
	p.tell(t, good.Task.String(), good)
	n, err = p.store.TakeTold(t.Context(), 50)
	require.ErrorContains(t, err, "not readable")
	require.NotContains(t, err.Error(), "nonsense")
	require.Equal(t, 1, n, "what cannot be used stands in nobody's way")
	stuck, err := p.store.Stuck(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, stuck)

	refused := told(candidate(uuid.New(), uuid.New()), "test-air")
	refused.Candidacy.Link = uuid.Nil
	p.tell(t, refused.Task.String(), refused)
	_, err = p.store.TakeTold(t.Context(), 50)
	require.Error(t, err)
	n, err = p.store.TakeTold(t.Context(), 50)
	require.NoError(t, err, "later, not at once")
	require.Zero(t, n)
	p.now = p.now.Add(2 * time.Minute)
	_, err = p.store.TakeTold(t.Context(), 50)
	require.Error(t, err)
}

// What the centre tells is held against the taking that it is about, and comes from the centre whatever it says.
func TestWhatIsToldOfAnotherPersonIsNoTask(t *testing.T) {
	p := open(t)
	file, other := p.cross(t, "X100", "ERIKSSON"), p.cross(t, "X200", "MARTIN")
	for name, change := range map[string]func(*fingers.Candidacy){
		"":             func(c *fingers.Candidacy) { c.Place = "test-air" },
		"another link": func(c *fingers.Candidacy) { c.Link = uuid.New() },
		"another file": func(c *fingers.Candidacy) { c.File = other },
	} {
		c := told(candidate(file, uuid.New()), "test-air")
		_, err := p.db.Pool.Exec(t.Context(), `INSERT INTO finger_taking (id, scan_id, link, taken_at, body, prints, current, file_id, crossing_id, settled_at, outcome)
			SELECT $1, s.id, $2, now(), '{}', '{}', false, $3, $1, now(), 'enrolled' FROM scan s LIMIT 1`, c.Taking, c.Candidacy.Link, file)
		require.NoError(t, err)
		change(&c.Candidacy)
		p.tell(t, c.Task.String(), c)
		_, err = p.store.TakeTold(t.Context(), 50)
		if name == "" {
			require.NoError(t, err)
			require.Equal(t, "central", p.look(t, c.Task).Task.Candidacy.Place)
			continue
		}
		require.ErrorContains(t, err, "another person", name)
	}
	require.Equal(t, 1, p.count(t, "finger_task"))
	stuck, err := p.store.Stuck(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, stuck)
}

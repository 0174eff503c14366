package archive_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// engine is a gallery of everybody at the post as it stands now.
func (p *post) engine() abis.Engine {
	p.Helper()
	engine := abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), p.centre.clock.now)
	_, err := p.prints.Each(p.Context(), func(link uuid.UUID, prints []fingers.Print) error {
		list := make([]abis.Finger, len(prints))
		for n, one := range prints {
			list[n] = abis.Finger{Position: one.Position, Template: one.Template}
		}
		return engine.Insert(p.Context(), link, list)
	})
	require.NoError(p, err)
	return engine
}

// search makes the post's own searches.
func (p *post) search() {
	p.Helper()
	worker := identify.NewWorker(identify.WorkerConfig{
		Queue: p.prints, Engine: p.engine(), Policy: fingers.DefaultPolicy, Place: p.name, Actor: service(), Now: p.centre.clock.now, NewID: uuid.New,
	})
	for n := 1; n > 0; {
		var err error
		n, err = worker.Step(p.Context())
		require.NoError(p, err)
	}
}

func (p *post) linkOf(taking uuid.UUID) (link uuid.UUID) {
	p.Helper()
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT link FROM finger_taking WHERE id = $1`, taking).Scan(&link))
	return link
}

// finding is what the check says at the counter of somebody whose prints were taken.
func (p *post) finding(scan border.Scan) border.Finding {
	p.Helper()
	check := fingers.NewCheck(fingers.CheckConfig{
		Store: p.prints, Policy: fingers.DefaultPolicy(), Engine: p.engine(), Apart: p.tasks, Bearers: p.prints, Readers: fingers.OneReader(fingerstest.NewReader(1, true)),
		Station: p.name, Now: p.centre.clock.now, NewID: uuid.New,
	})
	f, err := check.Check(p.Context(), border.Subject{
		Identity: scan.Identity, Document: scan.Document, Scan: scan.ID, Lane: scan.Lane, Direction: border.Entry,
		Today: traveldoc.DateOf(p.centre.clock.now()),
	})
	require.NoError(p, err)
	return f
}

// separated is a holder's file, and somebody else who showed his document: the second line said so.
func separated(c *centre, a *post) (holder, bearer enrolled, task, own uuid.UUID) {
	c.Helper()
	holder = a.enrol("L898902C3", 1)
	a.sent()
	bearer = a.enrol("L898902C3", 2, mismatched())
	a.search()
	a.sent()
	task = a.task()
	require.Equal(c, holder.link, a.linkOf(bearer.taking.ID))
	require.Equal(c, map[uuid.UUID]int{holder.link: 4}, c.gallery())
	a.say(task, fingers.Different)
	a.sent()
	return holder, bearer, task, a.linkOf(bearer.taking.ID)
}

// Whoever was found with another person's document is known by his fingers from then on, wherever he comes with a passport of another name.
func TestTheBearerOfAnothersDocumentIsFoundAgain(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	holder, bearer, task, own := separated(c, a)
	require.NotEqual(t, holder.link, own)
	require.Equal(t, map[uuid.UUID]int{holder.link: 4, own: 4}, c.gallery())
	n, err := a.engine().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Zero(t, a.count("finger_link WHERE link = $1", own), "a person without a file")
	require.Equal(t, 1, a.count("finger_bearer WHERE link = $1 AND task = $2 AND holder = $3 AND by = 'sam'", own, task, holder.link))
	require.Equal(t, 4, a.count("biometric.print WHERE link = $1 AND state = 'erased' AND ground = 'moved'", holder.link), "under the holder nothing stays")
	require.Zero(t, a.count("biometric.sealed s JOIN biometric.blob b USING (digest) JOIN biometric.print p ON p.id = s.id WHERE p.state = 'erased' AND b.sealed IS NOT NULL"))
	require.Zero(t, c.count("biometric.named n JOIN biometric.blob b USING (station, digest) JOIN biometric.print p ON p.id = n.print_id WHERE p.state = 'erased' AND b.sealed IS NOT NULL"))
	require.Zero(t, c.count("biometric.missing"))
	require.Equal(t, 1, a.count("audit WHERE object_kind = 'fingerprint_taking' AND object_id = $1 AND decision = 'separated' AND actor = 'sam-id' AND purpose = 'adjudication'", bearer.taking.ID.String()))
	known, err := a.prints.Known(t.Context(), border.Subject{Identity: holder.scan.Identity, Document: holder.scan.Document, Scan: uuid.New()})
	require.NoError(t, err)
	require.Len(t, known.References, 4)
	require.Equal(t, holder.link, known.References[0].Link)

	scan := a.open("P77777777")
	a.take(scan, 2)
	f := a.finding(scan)
	require.Equal(t, border.Hit, f.Outcome, "%+v", f)
	require.Equal(t, fingers.CodeCandidate, f.Evidence[1].Code, "after what it is about")
	var said *border.Evidence
	for n, e := range f.Evidence {
		if e.Code == fingers.CodeBearer {
			said = &f.Evidence[n]
		}
	}
	require.NotNil(t, said, "why he is known")
	require.Equal(t, []string{own.String(), task.String(), "sam"}, []string{said.Ref, said.Relation, said.Found})
	decided := a.decide(scan, f)
	a.search()
	var candidate uuid.UUID
	require.NoError(t, a.db.Pool.QueryRow(t.Context(), `SELECT id FROM finger_task WHERE candidate_link = $1 AND candidate_file IS NULL`, own).Scan(&candidate))
	d, err := a.desk.Look(t.Context(), adjudicator(a.name), candidate)
	require.NoError(t, err)
	require.Equal(t, task, d.Task.Candidacy.CandidateBearer)
	require.Equal(t, task, d.Bearer.Task)
	a.sent()

	a.say(candidate, fingers.SamePerson)
	a.sent()
	require.Equal(t, 1, a.count("finger_link WHERE link = $1 AND file_id = $2", own, decided.TravellerID), "his own file's")
	require.Equal(t, 1, c.count("finger_bearer WHERE link = $1 AND joined_file = $2", own, decided.TravellerID))
	require.Zero(t, a.count("file_link"), "the document's holder is nobody else")
	require.NoError(t, a.desk.Reopen(t.Context(), adjudicator(a.name), candidate, "not sure any more"))
	a.sent()
	require.Zero(t, a.count("finger_link WHERE link = $1", own))
	require.Equal(t, 1, c.count("finger_bearer WHERE link = $1 AND joined_file IS NULL", own))

	elsewhere := b.enrol("Q55555555", 2)
	b.sent()
	told := 0
	for _, row := range c.toldRows() {
		if row.Station != b.name || row.Candidacy.CandidateLink != own {
			continue
		}
		told++
		require.Equal(t, elsewhere.link, row.Candidacy.Link)
		require.Equal(t, task, row.Candidacy.CandidateBearer)
		require.Equal(t, uuid.Nil, row.Candidacy.CandidateFile)
		require.Equal(t, a.name, row.Candidacy.CandidateStation)
		b.say(row.Task, fingers.SamePerson)
	}
	require.Equal(t, 1, told)
	b.sent()
	require.Equal(t, 1, c.count("finger_bearer WHERE link = $1 AND joined_file = $2", own, elsewhere.event.TravellerID))
}

// A verdict that is taken back puts the prints where they stood; erasing them leaves the holder's alone.
func TestTheBearerOfAnothersDocumentIsGivenBackAndErased(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	holder, bearer, task, own := separated(c, a)
	require.NoError(t, a.desk.Reopen(t.Context(), adjudicator(a.name), task, "another print came"))
	a.sent()
	require.Equal(t, holder.link, a.linkOf(bearer.taking.ID))
	require.Equal(t, map[uuid.UUID]int{holder.link: 4}, c.gallery())
	require.Equal(t, 4, a.count("biometric.print WHERE link = $1 AND state = 'disputed'", holder.link))
	require.Equal(t, 4, c.count("biometric.print WHERE link = $1 AND state = 'disputed'", holder.link))
	for _, count := range []func(string, ...any) int{a.count, c.count} {
		require.Equal(t, 1, count("biometric.link_key WHERE id = $1 AND wrapped IS NULL", own), "nobody's key")
	}
	require.Zero(t, c.count("finger_bearer"))
	a.centre.clock.move(time.Minute)
	require.NoError(t, a.desk.Adjudicate(t.Context(), adjudicator(a.name), task, fingers.Adjudication{Verdict: fingers.Different, Reason: "core and delta"}, nil))
	a.sent()
	again := a.linkOf(bearer.taking.ID)
	require.NotContains(t, []uuid.UUID{own, holder.link}, again)
	require.Equal(t, map[uuid.UUID]int{holder.link: 4, again: 4}, c.gallery())

	entry := func(verb audit.Verb) audit.Entry { return bordertest.Entry(verb, "biometric_key", task) }
	held, err := a.prints.Held(t.Context(), holder.event.TravellerID, entry(audit.Consultation))
	require.NoError(t, err)
	require.Equal(t, 1, held.Keys, "the bearer's prints are not the holder's to erase")
	held, err = a.prints.HeldOfBearer(t.Context(), task, entry(audit.Consultation))
	require.NoError(t, err)
	require.Equal(t, 4, held.Prints)
	erased, err := a.prints.EraseBearer(t.Context(), task, "request", entry(audit.Erasure))
	require.NoError(t, err)
	require.Equal(t, held, erased)
	a.sent()
	require.Equal(t, map[uuid.UUID]int{holder.link: 4}, c.gallery())
	require.Equal(t, 1, c.count("biometric.link_key WHERE id = $1 AND wrapped IS NULL", again))
	require.NoError(t, a.desk.Reopen(t.Context(), adjudicator(a.name), task, "after the erasure"), "nothing is left to give back")
}

// annul annuls the decision.
func (e enrolled) annul(p *post) {
	p.Helper()
	c := border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.event.CrossingID, Station: e.scan.Station, Lane: e.scan.Lane, Officer: e.scan.Officer, Reason: "wrong_key",
		CorrectedAt: p.centre.clock.now(),
	}
	_, err := p.store.Annul(p.Context(), c, p.centre.clock.now().Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", e.event.CrossingID))
	require.NoError(p, err)
}

// The annulled decision takes its verdict and the bearer with it.
func TestABearerGoesWithTheDecisionHeStoodWith(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	holder, bearer, _, own := separated(c, a)
	bearer.annul(a)
	a.sent()
	require.Equal(t, holder.link, a.linkOf(bearer.taking.ID))
	require.Equal(t, map[uuid.UUID]int{holder.link: 4}, c.gallery())
	require.Equal(t, 4, a.count("biometric.print WHERE link = $1 AND state = 'apart'", holder.link))
	require.Equal(t, 1, c.count("biometric.link_key WHERE id = $1 AND wrapped IS NULL", own))
}

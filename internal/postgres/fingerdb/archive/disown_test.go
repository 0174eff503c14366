package archive_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// twoPosts is a document's holder at one post, and somebody else who was enrolled with it at another, of whom the centre told.
func twoPosts(c *centre) (a, b *post, holder, bearer enrolled) {
	c.Helper()
	a, b = newPost(c, "test-air"), newPost(c, "test-sea")
	holder = a.enrol("L898902C3", 1)
	a.sent()
	bearer = b.enrol("L898902C3", 2)
	b.sent()
	return a, b, holder, bearer
}

// findingOf is what the check says of somebody who shows a document at the post.
func (p *post) findingOf(number string, who uint64) border.Finding {
	p.Helper()
	scan := p.open(number)
	p.take(scan, who)
	return p.finding(scan)
}

func codesOf(f border.Finding) (codes []string) {
	for _, e := range f.Evidence {
		codes = append(codes, e.Code)
	}
	return codes
}

// Two people with one document, each enrolled at his post: the second line of the later post says so. The prints there are the bearer's, who has
// no file: he is no longer verified as the document's holder, and found wherever he comes; the holder is not taken for him.
func TestTwoPeopleAtTwoPostsAreParted(t *testing.T) {
	c := newCentre(t)
	a, b, holder, bearer := twoPosts(c)
	require.Contains(t, codesOf(b.findingOf("L898902C3", 2)), fingers.CodeMatch, "before, the post takes him for the holder")
	task := b.task()
	b.say(task, fingers.Different)
	b.sent()
	require.Zero(t, b.count("finger_link"))
	require.Equal(t, 1, b.count("finger_bearer WHERE link = $1 AND task = $2 AND holder = $3 AND by = 'sam' AND returned_at IS NULL", bearer.link, task, holder.link))
	require.Equal(t, 1, b.count("audit WHERE object_kind = 'fingerprint_taking' AND object_id = $1 AND decision = 'separated' AND actor = 'sam-id' AND purpose = 'adjudication'",
		bearer.taking.ID.String()))
	require.Equal(t, 1, c.count("finger_bearer WHERE link = $1 AND station = 'test-sea' AND task = $2", bearer.link, task))
	require.Equal(t, map[uuid.UUID]int{holder.link: 4, bearer.link: 4}, c.gallery(), "both are searched among")

	f := b.findingOf("L898902C3", 2)
	require.Equal(t, border.Hit, f.Outcome, "he comes again with the document")
	require.Subset(t, codesOf(f), []string{fingers.CodeCandidate, fingers.CodeBearer})
	require.NotContains(t, codesOf(f), fingers.CodeMatch)
	require.Equal(t, border.NoHit, b.findingOf("L898902C3", 1).Outcome, "the holder comes there")
	b.learnFiles()
	a.learnFiles()
	require.True(t, b.elsewhere("L898902C3"), "the holder's prints are at the other post")
	require.False(t, a.elsewhere("L898902C3"), "and nowhere else")

	third := newPost(c, "test-land")
	third.enrol("P77777777", 2)
	third.sent()
	rows := c.toldRows()
	require.Len(t, rows, 2, "the bearer is found at a third post under another name")
	at := slices.IndexFunc(rows, func(r fingers.Told) bool { return r.Station == third.name })
	require.NotEqual(t, -1, at)
	found := rows[at].Candidacy
	require.Equal(t, []any{fingers.GroundCandidate, bearer.link, task, uuid.Nil}, []any{found.Ground, found.CandidateLink, found.CandidateBearer, found.CandidateFile})
	third.enrol("L898902C3", 1)
	third.sent()
	require.Len(t, c.toldRows(), 2, "the holder is compared with his own prints alone")
}

// A verdict that is taken back gives the link back to its file, also at the centre.
func TestThePartingOfTwoPostsIsTakenBack(t *testing.T) {
	for name, undo := range map[string]func(b *post, task uuid.UUID, bearer enrolled){
		"by the second line": func(b *post, task uuid.UUID, _ enrolled) {
			require.NoError(b, b.desk.Reopen(b.Context(), adjudicator(b.name), task, "looked at the wrong finger"))
		},
		"and said again": func(b *post, task uuid.UUID, _ enrolled) {
			require.NoError(b, b.desk.Reopen(b.Context(), adjudicator(b.name), task, "looked at the wrong finger"))
			require.NoError(b, b.desk.Release(b.Context(), adjudicator(b.name), task))
			b.say(task, fingers.Different)
			require.NoError(b, b.desk.Reopen(b.Context(), adjudicator(b.name), task, "again"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentre(t)
			_, b, holder, bearer := twoPosts(c)
			task := b.task()
			b.say(task, fingers.Different)
			b.sent()
			undo(b, task, bearer)
			b.sent()
			require.Equal(t, 1, b.count("finger_link WHERE link = $1 AND file_id = $2", bearer.link, bearer.event.TravellerID))
			require.Zero(t, b.count("finger_bearer WHERE returned_at IS NULL"))
			require.Zero(t, c.count("finger_bearer"))
			require.Equal(t, map[uuid.UUID]int{holder.link: 4, bearer.link: 4}, c.gallery())
			require.Contains(t, codesOf(b.findingOf("L898902C3", 2)), fingers.CodeMatch)
		})
	}
}

// When the decision that the prints stood with is undone the parting goes with it, and the prints are nobody's.
func TestAnAnnulledDecisionUndoesThePartingOfTwoPosts(t *testing.T) {
	c := newCentre(t)
	_, b, holder, bearer := twoPosts(c)
	b.say(b.task(), fingers.Different)
	b.sent()
	b.annulled(bearer.event)
	b.sent()
	require.Zero(t, b.count("finger_link"))
	require.Zero(t, b.count("finger_bearer WHERE returned_at IS NULL"))
	require.Zero(t, c.count("finger_bearer"))
	require.Equal(t, map[uuid.UUID]int{holder.link: 4}, c.gallery())
}

// Prints that wait at the counter while their link is taken from the file do not give it back with the decision.
func TestAnOpenInspectionDoesNotGiveTheLinkBack(t *testing.T) {
	c := newCentre(t)
	_, b, _, bearer := twoPosts(c)
	scan := b.open("L898902C3")
	taking := b.take(scan, 2)
	b.say(b.task(), fingers.Different)
	b.decide(scan)
	require.Zero(t, b.count("finger_link"), "the link is the bearer's")
	require.Equal(t, 1, b.count("finger_taking WHERE id = $1 AND link = $2 AND outcome = 'presented'", taking.ID, bearer.link))
	require.Equal(t, 1, b.count("finger_search WHERE taking_id = $1 AND done_at IS NULL", taking.ID), "and somebody looks whose they are")
}

// Erasing the file that was shown leaves the bearer; his own prints go by the task.
func TestErasingTheFileLeavesThePartedLink(t *testing.T) {
	c := newCentre(t)
	_, b, _, bearer := twoPosts(c)
	task := b.task()
	b.say(task, fingers.Different)
	held, err := b.prints.Erase(t.Context(), bearer.event.TravellerID, "on_request", bordertest.Entry(audit.Erasure, "biometric_key", bearer.event.TravellerID))
	require.NoError(t, err)
	require.Zero(t, held.Keys)
	held, err = b.prints.EraseBearer(t.Context(), task, "on_request", bordertest.Entry(audit.Erasure, "biometric_key", task))
	require.NoError(t, err)
	require.Equal(t, 1, held.Keys)
	require.NoError(t, b.desk.Reopen(t.Context(), adjudicator(b.name), task, "looked at the wrong finger"))
	require.Zero(t, b.count("finger_link"), "what is erased is nobody's")
}

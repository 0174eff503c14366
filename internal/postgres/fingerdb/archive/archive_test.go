package archive_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb/archive"
	"github.com/openbmis/openbmis/replication"
)

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

// mismatched is what the check says of prints that are not the file's.
func mismatched() border.Finding {
	return border.Finding{
		Check: fingers.CheckName, Outcome: border.Hit, Matcher: "test", At: bordertest.Noon,
		Evidence: []border.Evidence{{Code: fingers.CodeMismatch, Found: "2.0", Severity: border.SecondLine}},
	}
}

// A search waits for every template of its taking, whatever comes first; images keep nobody waiting.
func TestASearchIsDueWhenAllTemplatesHaveCome(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	who := a.enrol("L898902C3", 1)
	a.events()
	require.Equal(t, 1, c.count("finger_search WHERE done_at IS NULL"))
	require.Equal(t, 8, c.count("biometric.missing"))
	for n := range 4 {
		require.Zero(t, c.search(), "%d of four templates are here", n)
		require.Equal(t, 1, a.blobs(1))
	}
	require.Equal(t, 4, c.count("biometric.missing"), "images")
	require.Equal(t, map[uuid.UUID]int{who.link: 4}, c.gallery())
	require.Equal(t, 1, c.search())
	require.Equal(t, 1, c.count("finger_search WHERE done_at IS NOT NULL AND found = 0 AND (search ->> 'fingers')::int = 4"))
	require.Equal(t, 1, c.audited("fingerprint_search", fingers.PurposeOfIdentification))
	require.Zero(t, c.search(), "it is made once")
	require.Equal(t, 4, a.blobs(math.MaxInt))
	require.Zero(t, c.count("biometric.missing"))
	require.NotContains(t, c.log.String(), "ERIKSSON")
}

// A search of the centre that has no answer is made again, ever later up to ten minutes; each try is audited with its purpose, and why stands
// with it.
func TestASearchOfTheCentreWithoutAnAnswerIsMadeAgainLater(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	who := a.enrol("L898902C3", 1)
	a.events()
	a.blobs(math.MaxInt)
	due := func() int {
		list, err := c.archive.Searches(t.Context(), 10)
		require.NoError(t, err)
		return len(list)
	}
	for n := range 10 {
		require.Equal(t, 1, due(), "try %d", n)
		entry := service().Entry(c.clock.now(), audit.Consultation, "fingerprint_search", uuid.NewString())
		entry.Purpose = fingers.PurposeOfIdentification
		require.NoError(t, c.archive.Failed(t.Context(), who.taking.ID, "timeout", entry))
		wait := min(10*time.Minute, 5*time.Second<<n)
		c.clock.move(wait - time.Millisecond)
		require.Zero(t, due(), "not before %s", wait)
		c.clock.move(time.Millisecond)
	}
	require.Equal(t, 10, c.audited("fingerprint_search", fingers.PurposeOfIdentification))
	require.Equal(t, 1, c.count("finger_search WHERE done_at IS NULL AND attempts = 10 AND reason = 'timeout'"))
	require.Equal(t, 1, c.search())
	require.Equal(t, 1, c.count("finger_search WHERE done_at IS NOT NULL AND reason = ''"))
}

func TestBlobsMayComeBeforeTheirEvent(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	who := a.enrol("L898902C3", 1)
	require.Equal(t, 8, a.blobs(math.MaxInt))
	require.Empty(t, c.gallery(), "nobody said whose they are")
	a.events()
	require.Zero(t, c.count("biometric.missing"))
	require.Equal(t, map[uuid.UUID]int{who.link: 4}, c.gallery())
	require.Equal(t, 1, c.search())
}

// told are the rows of the dataset.
func (c *centre) toldRows() (list []fingers.Told) {
	c.Helper()
	rows, err := c.db.Pool.Query(c.Context(), `SELECT row::text FROM ref_row WHERE dataset = $1 ORDER BY key`, fingers.ToldDataset)
	require.NoError(c, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c, err)
	for _, text := range texts {
		var one fingers.Told
		require.NoError(c, json.Unmarshal([]byte(text), &one))
		list = append(list, one)
	}
	return list
}

// One person enrolled under two names at two posts: the second post is told, by references alone.
func TestACandidateOfAnotherStationIsTold(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.enrol("X11111111", 2)
	a.sent()
	require.Empty(t, c.toldRows())
	require.Empty(t, c.told)
	second := b.enrol("Y22222222", 1)
	b.sent()
	rows := c.toldRows()
	require.Len(t, rows, 1)
	require.Equal(t, []string{fingers.ToldDataset}, c.told)
	got := rows[0]
	require.Equal(t, "test-sea", got.Station)
	require.Equal(t, second.taking.ID, got.Taking)
	require.Equal(t, fingers.TaskID(second.taking.ID, first.link, fingers.GroundCandidate), got.Task)
	require.Equal(t, archive.Place, got.Candidacy.Place)
	require.Equal(t, second.link, got.Candidacy.Link)
	require.Equal(t, second.event.TravellerID, got.Candidacy.File)
	require.Equal(t, first.link, got.Candidacy.CandidateLink)
	require.Equal(t, first.event.TravellerID, got.Candidacy.CandidateFile)
	require.Equal(t, "test-air", got.Candidacy.CandidateStation)
	require.Greater(t, got.Candidacy.Score, fingers.DefaultPolicy().Candidate)
	require.Len(t, got.Candidacy.Fingers, 4)
	require.Equal(t, 1, got.Search.Found)
	require.Equal(t, fingers.PurposeOfIdentification, got.Search.Purpose)
	require.NotContains(t, string(marshal(t, got)), "ERIKSSON")
	require.Equal(t, got.Task, b.task())
	a.pull()
	require.Zero(t, a.count("finger_told"), "what concerns one post is told to no other")
}

// Whoever comes again with the same document is nobody's candidate, wherever he crosses.
func TestOwnPrintsAreNoCandidates(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	a.enrol("L898902C3", 1)
	a.sent()
	b.enrol("L898902C3", 1)
	b.sent()
	require.Equal(t, 2, c.count("finger_search WHERE done_at IS NOT NULL"))
	require.Len(t, c.gallery(), 2)
	require.Empty(t, c.toldRows())
}

// Two people with one document, each at his post: the second post is told that the prints are not those of the first.
func TestAMismatchBetweenTwoStationsIsTold(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	second := b.enrol("L898902C3", 2)
	b.sent()
	rows := c.toldRows()
	require.Len(t, rows, 1)
	require.Equal(t, fingers.GroundMismatch, rows[0].Candidacy.Ground)
	require.Equal(t, "test-sea", rows[0].Station)
	require.Equal(t, first.link, rows[0].Candidacy.CandidateLink)
	require.Equal(t, "test-air", rows[0].Candidacy.CandidateStation)
	require.Len(t, rows[0].Candidacy.Fingers, 4)
	require.Less(t, rows[0].Candidacy.Score, fingers.DefaultPolicy().Verify)

	b.say(b.task(), fingers.SamePerson)
	b.sent()
	require.NoError(t, b.desk.Reopen(t.Context(), adjudicator(b.name), b.task(), "looked at the wrong finger"))
	b.sent()
	require.Equal(t, 1, c.count("finger_enrolment WHERE taking_id = $1 AND state = 'enrolled'", second.taking.ID), "it never was disputed")
	require.Equal(t, 1, b.count("finger_taking WHERE id = $1 AND outcome = 'enrolled'", second.taking.ID))
	require.Equal(t, 4, c.gallery()[second.link])
}

// A pair of whom people said that they are two is not told again, from either side.
func TestAPairSaidToBeDifferentIsNotToldAgain(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	b.enrol("Y22222222", 1)
	b.sent()
	b.say(b.task(), fingers.Different)
	b.sent()
	require.Len(t, c.toldRows(), 1)
	for _, e := range []struct {
		at     *post
		number string
	}{{b, "Y22222222"}, {a, "L898902C3"}} {
		e.at.enrol(e.number, 1, mismatched()) // a new search for the same pair
		e.at.sent()
	}
	require.Equal(t, 4, c.count("finger_search WHERE done_at IS NOT NULL"))
	require.Len(t, c.toldRows(), 1)

	require.NoError(t, b.desk.Reopen(t.Context(), adjudicator(b.name), fingers.TaskID(b.firstTaking(), first.link, fingers.GroundCandidate), "they are one"))
	b.sent()
	a.enrol("L898902C3", 1, mismatched())
	a.sent()
	require.Len(t, c.toldRows(), 2, "nobody says so any more")
}

// firstTaking is the taking of the post's oldest task about a candidate.
func (p *post) firstTaking() (id uuid.UUID) {
	p.Helper()
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT taking FROM finger_task WHERE ground = 'candidate' ORDER BY raised_at LIMIT 1`).Scan(&id))
	return id
}

// grouped reports whether the centre takes two files for one person.
func (c *centre) grouped(a, b uuid.UUID) bool {
	c.Helper()
	return c.count(`traveller_file x JOIN traveller_group g ON g.traveller_id = x.traveller_id
		JOIN traveller_group h ON h.leader = g.leader JOIN traveller_file y ON y.traveller_id = h.traveller_id
		WHERE x.file_id = $1 AND y.file_id = $2 AND x.traveller_id <> y.traveller_id`, a, b) == 1
}

// What a second line says of two files of two stations makes them one person at the centre, until it takes that back.
func TestAVerdictJoinsTravellersAndReopeningPartsThem(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	first := a.enrol("L898902C3", 1)
	a.sent()
	second := b.enrol("Y22222222", 1)
	b.sent()
	one, other := first.event.TravellerID, second.event.TravellerID
	require.False(t, c.grouped(one, other))
	b.say(b.task(), fingers.SamePerson)
	b.sent()
	require.True(t, c.grouped(one, other))
	require.Equal(t, 1, c.count("finger_task WHERE verdict = 'same' AND linked IS NOT NULL"))

	require.NoError(t, b.desk.Reopen(t.Context(), adjudicator(b.name), b.task(), "another look"))
	b.sent()
	require.False(t, c.grouped(one, other))
	require.Equal(t, 1, c.count("finger_task WHERE verdict = '' AND linked IS NULL"))
	c.clock.move(time.Minute)
	d, err := b.desk.Look(t.Context(), adjudicator(b.name), b.task())
	require.NoError(t, err)
	require.NotNil(t, d.Task)
	require.NoError(t, b.desk.Adjudicate(t.Context(), adjudicator(b.name), b.task(), fingers.Adjudication{Verdict: fingers.SamePerson, Reason: "one after all", Agreed: "sara"}, nil))
	b.sent()
	require.True(t, c.grouped(one, other), "and joins them again")
}

func TestWithdrawnErasedAndDestroyedPrintsLeaveTheGallery(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *post, enrolled){
		"the decision was annulled": func(t *testing.T, p *post, e enrolled) {
			c := border.CorrectionEvent{
				CorrectionID: uuid.New(), CrossingID: e.event.CrossingID, Station: p.name, Lane: "1", Officer: e.scan.Officer, Reason: "wrong_key",
				CorrectedAt: p.centre.clock.now(),
			}
			_, err := p.store.Annul(t.Context(), c, p.centre.clock.now().Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", e.event.CrossingID))
			require.NoError(t, err)
		},
		"the key was destroyed": func(t *testing.T, p *post, e enrolled) {
			require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
				_, err := p.prints.Destroy(t.Context(), tx, e.event.TravellerID, "retention", bordertest.Entry(audit.Erasure, "biometric_key", e.event.TravellerID))
				return err
			}))
		},
		"the person asked for it": func(t *testing.T, p *post, e enrolled) {
			_, err := p.prints.Erase(t.Context(), e.event.TravellerID, "request", bordertest.Entry(audit.Erasure, "biometric_key", e.event.TravellerID))
			require.NoError(t, err)
		},
		"the prints were erased": func(t *testing.T, p *post, e enrolled) {
			var ids []uuid.UUID
			for _, s := range e.taking.Slots {
				ids = append(ids, s.Print)
			}
			p.erased(e, ids)
		},
	} {
		for _, searched := range []bool{true, false} {
			t.Run(name+map[bool]string{true: " later", false: " before the search"}[searched], func(t *testing.T) {
				c := newCentre(t)
				a := newPost(c, "test-air")
				stays, goes := a.enrol("X11111111", 2), a.enrol("L898902C3", 1)
				a.events()
				a.blobs(math.MaxInt)
				c.follow()
				if searched {
					require.Equal(t, 2, c.search())
				}
				n, err := c.engine.Count(t.Context())
				require.NoError(t, err)
				require.Equal(t, 2, n)
				leave(t, a, goes)
				a.sent()
				require.Equal(t, map[uuid.UUID]int{stays.link: 4}, c.gallery())
				n, err = c.engine.Count(t.Context())
				require.NoError(t, err)
				require.Equal(t, 1, n, "the gallery that runs follows")
				require.Zero(t, c.count("finger_search WHERE done_at IS NULL"), "nobody searches for what is gone")
				persons, err := c.archive.Persons(t.Context())
				require.NoError(t, err)
				require.Equal(t, 1, persons)
				require.Zero(t, c.archive.Unreadable())
			})
		}
	}
}

// erased sends the event that a station writes of prints that it keeps no longer.
func (p *post) erased(e enrolled, ids []uuid.UUID) {
	p.Helper()
	p.record(e.event.TravellerID, fingers.Event{
		Step: fingers.Erased, At: p.centre.clock.now(), By: fingers.CheckName, Taking: e.taking.ID,
		Erasure: &fingers.Erasure{Prints: ids, Ground: "retention"},
	})
}

func TestWhatWasWithdrawnAndDecidedAnewIsSearchedForAgain(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	e := a.enrol("L898902C3", 1)
	a.sent()
	cor := border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.event.CrossingID, Station: a.name, Lane: "1", Officer: e.scan.Officer, Reason: "wrong_key",
		CorrectedAt: c.clock.now(),
	}
	_, err := a.store.Annul(t.Context(), cor, c.clock.now().Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", e.event.CrossingID))
	require.NoError(t, err)
	a.sent()
	require.Empty(t, c.gallery())
	a.decide(e.scan)
	a.events()
	require.Equal(t, 1, c.count("finger_search WHERE done_at IS NULL"))
	require.Equal(t, 1, c.search())
	require.Equal(t, map[uuid.UUID]int{e.link: 4}, c.gallery())
}

// Prints that did not match their file are nobody's references, and are searched for.
func TestDisputedPrintsAreSearchedForAndNotInTheGallery(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	thief := b.enrol("Y22222222", 9)
	b.sent()
	own := a.enrol("L898902C3", 1)
	a.sent()
	second := a.enrol("L898902C3", 9, mismatched())
	a.sent()
	require.Equal(t, 4, c.gallery()[own.link])
	rows := c.toldRows()
	require.Len(t, rows, 1)
	require.Equal(t, fingers.TaskID(second.taking.ID, thief.link, fingers.GroundCandidate), rows[0].Task)
	require.Equal(t, 4, c.count("biometric.print WHERE taking_id = $1 AND state = 'disputed'", second.taking.ID))
	var task uuid.UUID
	require.NoError(t, a.db.Pool.QueryRow(t.Context(), `SELECT id FROM finger_task WHERE ground = 'mismatch'`).Scan(&task))
	a.say(task, fingers.SamePerson)
	a.sent()
	require.Equal(t, 4, c.count("biometric.print WHERE taking_id = $1 AND state = 'reference'", second.taking.ID), "the second line says that they are his")
	require.NoError(t, a.desk.Reopen(t.Context(), adjudicator(a.name), task, "another look"))
	a.sent()
	require.Equal(t, 4, c.count("biometric.print WHERE taking_id = $1 AND state = 'disputed'", second.taking.ID))
}

// Rows that somebody changes places of do not open: neither in the gallery nor in a search; the others do.
func TestSwappedRowsDoNotOpen(t *testing.T) {
	const swapDigests = `UPDATE biometric.named n SET digest = o.digest FROM biometric.named o WHERE n.print_id IN ($1, $2) AND o.print_id IN ($1, $2)
		AND n.print_id <> o.print_id AND n.kind LIKE 'print.template.%' AND o.kind LIKE 'print.template.%'`
	for name, test := range map[string]struct {
		damage string
		of     func(a, b enrolled) []any
		opens  int // prints in the gallery after it, of eight
	}{
		"two fingers of one person": {swapDigests, func(a, _ enrolled) []any { return []any{a.taking.Slots[0].Print, a.taking.Slots[1].Print} }, 6},
		"one finger of two persons": {swapDigests, func(a, b enrolled) []any { return []any{a.taking.Slots[0].Print, b.taking.Slots[0].Print} }, 6},
		"the sealed bytes": {`UPDATE biometric.blob b SET sealed = o.sealed FROM biometric.blob o WHERE b.exhibit_id = $1 AND o.exhibit_id = $2 AND b.kind = o.kind`,
			func(a, b enrolled) []any { return []any{a.taking.Slots[0].Print, b.taking.Slots[0].Print} }, 7},
		"a print under another person": {`UPDATE biometric.print SET link = $2 WHERE id = $1`,
			func(a, b enrolled) []any { return []any{a.taking.Slots[0].Print, b.link} }, 7},
		"the keys of two persons": {`UPDATE biometric.link_key k SET wrapped = o.wrapped FROM biometric.link_key o WHERE k.id IN ($1, $2) AND o.id IN ($1, $2) AND k.id <> o.id`,
			func(a, b enrolled) []any { return []any{a.link, b.link} }, 0},
		"another finger": {`UPDATE biometric.print SET position = 1 WHERE id = $1 OR id = $2`,
			func(a, b enrolled) []any { return []any{a.taking.Slots[0].Print, b.taking.Slots[0].Print} }, 6},
		"another version": {`UPDATE biometric.named SET version = 2 WHERE print_id IN ($1, $2)`,
			func(a, b enrolled) []any { return []any{a.taking.Slots[0].Print, b.taking.Slots[0].Print} }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentre(t)
			p := newPost(c, "test-air")
			a, b := p.enrol("L898902C3", 1), p.enrol("X11111111", 2)
			p.events()
			p.blobs(math.MaxInt)
			c.exec(test.damage, test.of(a, b)...)
			opens := 0
			for _, n := range c.gallery() {
				opens += n
			}
			require.Equal(t, test.opens, opens)
			if name != "a print under another person" { // of him nothing is asked for any more: the row is no print of that key
				require.Equal(t, 8-test.opens, c.archive.Unreadable())
			}
			due, err := c.archive.Searches(t.Context(), 10)
			require.NoError(t, err, "one print must not keep the others waiting")
			require.Len(t, due, 2)
			if test.opens == 0 {
				_, err := c.worker.Step(t.Context())
				require.NoError(t, err)
				require.Equal(t, 2, c.count("finger_search WHERE reason = $1 AND done_at IS NULL", identify.ReasonUnreadable), "no answer, not 'nobody'")
			}
		})
	}
}

func TestABlobOfAnotherKindIsRefused(t *testing.T) {
	c := newCentre(t)
	a := newPost(c, "test-air")
	a.enrol("L898902C3", 1)
	b, err := a.prints.Next(t.Context())
	require.NoError(t, err)
	whole, err := a.prints.Read(t.Context(), b.Digest, 0, int(b.Size))
	require.NoError(t, err)
	refused := func(err error) string {
		var refusal *replication.BlobRefusal
		require.ErrorAs(t, err, &refusal)
		return refusal.Reason
	}
	for _, kind := range []string{"reading", "image.white", "print.template.nose", "print.voice.right_index", "print."} {
		other := *b
		other.Kind = kind
		_, _, err := c.archive.Piece(t.Context(), a.name, other, 0, whole)
		require.Equal(t, archive.ReasonKind, refused(err), kind)
	}
	evidence := *b
	evidence.Kind = "reading"
	_, _, err = c.stores.Piece(t.Context(), a.name, evidence, 0, whole)
	require.Equal(t, "unreadable", refused(err), "in the other store the seal does not fit")
	require.Zero(t, c.count("exhibit_blob"))

	swapped := *b
	swapped.Kind = "print.template." + biometrics.LeftThumb.String()
	_, _, err = c.stores.Piece(t.Context(), a.name, swapped, 0, whole)
	require.Equal(t, "unreadable", refused(err))
	_, done, err := c.stores.Piece(t.Context(), a.name, *b, 0, whole)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, 1, c.count("biometric.blob"))
	_, _, err = c.stores.Piece(t.Context(), "test-sea", *b, 0, whole)
	require.Equal(t, "foreign_key", refused(err), "the key is another station's")
	require.Error(t, c.stores.Bury(t.Context(), "test-sea", replication.Tombstone{Key: b.Key, Kind: replication.KindOfPrints, Ground: "retention"}))
	require.Equal(t, 1, c.count("biometric.link_key WHERE wrapped IS NOT NULL"))
}

// No station changes what another enrolled, whatever ids its events name.
func TestAStationSpeaksOfItsOwnPrintsOnly(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	e := a.enrol("L898902C3", 1)
	a.events()
	a.blobs(math.MaxInt)
	other := b.enrol("Y22222222", 2)
	b.events()
	at := c.clock.now()
	for _, step := range []fingers.Event{
		{Step: fingers.Withdrawn, At: at, Taking: e.taking.ID},
		{Step: fingers.Erased, At: at, Taking: e.taking.ID, Erasure: &fingers.Erasure{Prints: []uuid.UUID{e.taking.Slots[0].Print}, Ground: "retention"}},
		{Step: fingers.Enrolled, At: at, Taking: e.taking.ID, Enrolment: &fingers.Enrolment{
			Taking: fingers.Taking{ID: e.taking.ID}, File: other.event.TravellerID, Crossing: other.event.CrossingID, Link: e.link,
		}},
	} {
		b.record(other.event.TravellerID, step)
	}
	b.events()
	require.Equal(t, 4, c.gallery()[e.link])
	require.Equal(t, 1, c.count("finger_search WHERE taking_id = $1 AND done_at IS NULL", e.taking.ID))
	require.Equal(t, 1, c.count("finger_enrolment WHERE taking_id = $1 AND station = 'test-air' AND state = 'enrolled'", e.taking.ID))
}

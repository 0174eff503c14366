package centraldb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/replication"
)

// maxNamedPrints bounds what one enrolment names: a template and an image of two impressions of ten fingers, twice over.
const maxNamedPrints = 80

func (r *recordRow) decodePrints() error {
	r.prints = new(fingers.Event)
	body := *r.event
	body.Payload = r.Body
	if err := readPayload(&body, r.prints); err != nil {
		return wrap(err, "body")
	}
	if r.File != uuid.Nil { // what is erased was nobody's
		r.seen = []sighting{{file: r.File}}
	}
	e := r.prints
	switch e.Step {
	case fingers.Enrolled:
		switch x := e.Enrolment; {
		case x == nil || x.File == uuid.Nil || x.File != r.File || x.Crossing == uuid.Nil:
			return errors.New("body: enrolment: expected that of the record's file, with its crossing")
		case !slices.Contains([]string{"", fingers.OutcomeEnrolled, fingers.OutcomePresented, fingers.OutcomeDisputed}, x.Outcome):
			return errors.New("body: enrolment: outcome: expected enrolled, presented or disputed")
		case len(x.Prints) > maxNamedPrints:
			return fmt.Errorf("body: enrolment: prints: expected at most %d", maxNamedPrints)
		case len(x.Prints) > 0 && x.Link == uuid.Nil:
			return errors.New("body: enrolment: link: expected the person's reference")
		case slices.ContainsFunc(x.Prints, wrongNames(x.Link)):
			return errors.New("body: enrolment: prints: expected templates and images of fingers of the link, with their digests")
		}
	case fingers.Separated, fingers.Returned:
		return checkSeparation(e)
	case fingers.Erased:
		if e.Erasure == nil {
			return errors.New("body: erasure: expected which prints")
		}
	case fingers.Raised:
		if e.Candidacy == nil || e.Task == uuid.Nil {
			return errors.New("body: candidacy: expected the task and what it is about")
		}
	case fingers.Adjudicated:
		if e.Adjudication == nil || e.Task == uuid.Nil {
			return errors.New("body: adjudication: expected the task and what was decided")
		}
	case fingers.Searched, fingers.Claimed, fingers.Released, fingers.Reopened, fingers.Withdrawn: // they name what came before
	}
	return nil
}

// wrongNames says of what an event names whether it is no template or image of a finger of a link.
func wrongNames(link uuid.UUID) func(fingers.Named) bool {
	return func(n fingers.Named) bool {
		return len(n.Digest) != replication.HashSize || !n.Position.Finger() || n.Kind != "template" && n.Kind != "image" || n.Link != link ||
			!slices.Contains([]string{"", fingers.StateReference, fingers.StatePresented, fingers.StateDisputed}, n.State)
	}
}

// storePrints keeps what the centre does with an event about prints. The others are records and no more.
func (b *batch) storePrints(ctx context.Context, r *recordRow) error {
	switch r.prints.Step {
	case fingers.Enrolled:
		return b.enrol(r)
	case fingers.Withdrawn:
		b.out.Queue(`UPDATE finger_enrolment SET state = 'withdrawn' WHERE taking_id = $1 AND station = $2`, r.prints.Taking, b.station)
		b.out.Queue(forgetSearch, r.prints.Taking, b.station)
		b.printsBecome(r.prints.Taking, "apart")
		b.look(r)
	case fingers.Erased:
		b.erase(r.prints.Erasure.Prints)
	case fingers.Separated, fingers.Returned:
		return b.separate(r)
	case fingers.Raised:
		b.raised(r.prints)
	case fingers.Adjudicated:
		return b.adjudicated(ctx, r, r.prints.Adjudication.Verdict)
	case fingers.Reopened:
		return b.adjudicated(ctx, r, "")
	case fingers.Searched, fingers.Claimed, fingers.Released:
	}
	return nil
}

// stateOfEnrolment is what an enrolment makes of those of its prints of which it does not say so itself, and what it is called then. One
// without an outcome is of a station that knew none yet.
func stateOfEnrolment(e *fingers.Enrolment) (prints, enrolment string) {
	switch {
	case e.Outcome == fingers.OutcomeEnrolled:
		return fingers.StateReference, e.Outcome
	case e.Outcome != "":
		return e.Outcome, e.Outcome
	case e.References:
		return "reference", "enrolled"
	case e.Verified != nil:
		return "disputed", "disputed"
	}
	return "presented", "presented"
}

const (
	putEnrolment = `INSERT INTO finger_enrolment (taking_id, station, file_id, traveller_id, crossing_id, link, state, enrolled_at, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (taking_id) DO UPDATE SET file_id = excluded.file_id,
			traveller_id = excluded.traveller_id, crossing_id = excluded.crossing_id, link = excluded.link, state = excluded.state,
			enrolled_at = excluded.enrolled_at, body = excluded.body WHERE finger_enrolment.station = excluded.station`
	putPrints = `INSERT INTO biometric.print (id, link, taking_id, station, position, quality, state, taken_at)
		SELECT DISTINCT ON (n.id) n.id, $1, $2, $3, n.position, n.quality, n.state, $5
		FROM unnest($6::uuid[], $7::smallint[], $8::smallint[], $4::text[]) AS n (id, position, quality, state)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state WHERE biometric.print.state <> 'erased' AND biometric.print.station = excluded.station`
	// namePrints remembers what an enrolment names. What is here already, or was destroyed, is not missing.
	namePrints = `INSERT INTO biometric.named (print_id, kind, station, key_id, version, size, digest, named_at, settled_at)
		SELECT n.id, n.kind, $1, $2, n.version, n.size, n.digest, $3, coalesce(b.received_at, k.destroyed_at)
		FROM unnest($4::uuid[], $5::text[], $6::smallint[], $7::bigint[], $8::bytea[]) AS n (id, kind, version, size, digest)
			LEFT JOIN biometric.blob b ON b.station = $1 AND b.digest = n.digest
			LEFT JOIN biometric.link_key k ON k.id = $2 AND k.station = $1 AND k.destroyed_at IS NOT NULL
		ON CONFLICT (print_id, kind) DO NOTHING`
	// oweSearch: a new enrolment is searched for among all, and prints that did not match their file.
	oweSearch = `INSERT INTO finger_search (taking_id, due_at, since) SELECT taking_id, $2, $2 FROM finger_enrolment WHERE taking_id = $1 AND station = $3
		ON CONFLICT (taking_id) DO UPDATE SET due_at = excluded.due_at, since = excluded.since, attempts = 0, reason = '', done_at = NULL`
	forgetSearch = `DELETE FROM finger_search WHERE done_at IS NULL
		AND taking_id IN (SELECT taking_id FROM finger_enrolment WHERE taking_id = $1 AND station = $2)`
	// forgetErased: of whom nothing is left to search by, nobody searches.
	forgetErased = `DELETE FROM finger_search s WHERE done_at IS NULL AND taking_id IN (SELECT taking_id FROM biometric.print WHERE id = ANY ($1) AND station = $2)
		AND NOT EXISTS (SELECT FROM biometric.print p WHERE p.taking_id = s.taking_id AND p.state <> 'erased')`
	// dirtyErased lets the projector look again at whose prints they were: a station may hold none of him any more.
	dirtyErased = `INSERT INTO stay_dirty (travellers, queued_at) SELECT array_agg(DISTINCT e.traveller_id), $3 FROM finger_enrolment e
		WHERE e.link IN (SELECT link FROM biometric.print WHERE id = ANY ($1) AND station = $2) AND e.station = $2 HAVING count(*) > 0`
	linksChanged = `UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id = ANY ($1) AND station = $2`
)

func (b *batch) enrol(r *recordRow) error {
	e := r.prints.Enrolment
	b.look(r)
	body, err := json.Marshal(e.Taking)
	if err != nil {
		return fmt.Errorf("taking %s: %w", e.Taking.ID, err)
	}
	state, called := stateOfEnrolment(e)
	b.out.Queue(putEnrolment, e.Taking.ID, b.station, e.File, r.traveller(), e.Crossing, orNull(e.Link), called, r.EventTime, string(body))
	if len(e.Prints) == 0 {
		return nil
	}
	b.namePrints(e.Link, e.Taking, e.Prints, state)
	b.out.Queue(linksChanged, []uuid.UUID{e.Link}, b.station)
	if e.Search || e.Outcome == "" && (called == "enrolled" && e.Verified == nil || called == "disputed") {
		b.out.Queue(oweSearch, e.Taking.ID, b.receivedAt, b.station)
	}
	return nil
}

// look lets the projector publish again where prints of the record's traveller are.
func (b *batch) look(r *recordRow) {
	if id := r.traveller(); id != uuid.Nil {
		b.dirty = append(b.dirty, id)
	}
}

func (b *batch) namePrints(link uuid.UUID, taking fingers.Taking, prints []fingers.Named, state string) {
	quality := map[uuid.UUID]int16{}
	for _, s := range taking.Slots {
		quality[s.Print] = int16(max(min(s.Quality, 100), 0))
	}
	var ids []uuid.UUID
	var positions, qualities, versions []int16
	var kinds, states []string
	var sizes []int64
	var digests [][]byte
	for _, n := range prints {
		ids, digests, sizes = append(ids, n.ID), append(digests, n.Digest), append(sizes, int64(n.Size))
		positions, qualities = append(positions, int16(n.Position)), append(qualities, quality[n.ID])
		kinds, states = append(kinds, replication.PrefixOfPrints+n.Kind+"."+n.Position.String()), append(states, cmp.Or(n.State, state))
		versions = append(versions, int16(n.Version)) //nolint:gosec // a small number; what is not finds no blob
	}
	b.out.Queue(putPrints, link, taking.ID, b.station, states, taking.At, ids, positions, qualities)
	b.out.Queue(namePrints, b.station, link, b.receivedAt, ids, kinds, versions, sizes, digests)
}

func (b *batch) printsBecome(taking uuid.UUID, state string) {
	b.out.Queue(`WITH changed AS (UPDATE biometric.print SET state = $3 WHERE taking_id = $1 AND station = $2 AND state <> 'erased' RETURNING link)
		UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id IN (SELECT link FROM changed)`, taking, b.station, state)
}

func (b *batch) erase(prints []uuid.UUID) {
	b.out.Queue(`WITH gone AS (UPDATE biometric.print SET state = 'erased' WHERE id = ANY ($1) AND station = $2 RETURNING link)
		UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id IN (SELECT link FROM gone)`, prints, b.station)
	b.out.Queue(`UPDATE biometric.blob SET sealed = NULL WHERE station = $2 AND digest IN
		(SELECT digest FROM biometric.named WHERE print_id = ANY ($1) AND station = $2)`, prints, b.station)
	b.out.Queue(`UPDATE biometric.named SET settled_at = $3 WHERE print_id = ANY ($1) AND station = $2 AND settled_at IS NULL`,
		prints, b.station, b.receivedAt)
	b.out.Queue(forgetErased, prints, b.station)
	b.out.Queue(dirtyErased, prints, b.station, b.receivedAt)
}

const (
	putTask = `INSERT INTO finger_task (task, taking_id, station, place, ground, link, candidate_link, file, candidate_file, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (task) DO NOTHING`
	taskDecided = `UPDATE finger_task SET verdict = $2, decided_at = $3 WHERE task = $1 AND station = $4`
	// mismatchDecided lets the prints of a mismatch be the person's ($2 disputed, $3 enrolled), or no longer be. Those of a mismatch that the
	// centre found between two stations were never disputed.
	mismatchDecided = `WITH moved AS (UPDATE finger_enrolment e SET state = $3 FROM finger_task t
			WHERE t.task = $1 AND t.station = $5 AND NOT t.told AND t.ground = 'mismatch' AND e.taking_id = t.taking_id AND e.station = $5 AND e.state = $2
			RETURNING e.taking_id),
		changed AS (UPDATE biometric.print SET state = $4 WHERE taking_id IN (SELECT taking_id FROM moved) AND state <> 'erased' RETURNING link)
		UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint WHERE id IN (SELECT link FROM changed)`
)

func (b *batch) raised(e *fingers.Event) {
	c := e.Candidacy
	b.out.Queue(putTask, e.Task, e.Taking, b.station, c.Place, c.Ground, c.Link, c.CandidateLink, orNull(c.File), orNull(c.CandidateFile), b.receivedAt)
}

// adjudicated keeps what people said of a task; an empty verdict takes it back.
func (b *batch) adjudicated(ctx context.Context, r *recordRow, verdict fingers.Verdict) error {
	if err := b.flush(ctx); err != nil { // the task may have come in the same batch
		return err
	}
	b.out.Queue(taskDecided, r.prints.Task, string(verdict), r.EventTime, b.station)
	b.look(r) // a verdict of a mismatch makes prints references, or no longer
	switch verdict {
	case fingers.SamePerson:
		b.out.Queue(mismatchDecided, r.prints.Task, "disputed", "enrolled", "reference", b.station)
		b.out.Queue(joinCandidate, r.prints.Task, b.station)
		b.out.Queue(joinParted, r.prints.Task, b.station)
		return b.joinFiles(ctx, r)
	case "":
		b.out.Queue(mismatchDecided, r.prints.Task, "enrolled", "disputed", "disputed", b.station)
		b.out.Queue(freeParted, r.prints.Task, b.station)
		return b.partFiles(ctx, r)
	case fingers.Different, fingers.Undecided:
	}
	return nil
}

const (
	// filesOfTask takes the file that the prints are of now, which another decision may have changed since the task was raised. Of a bearer of
	// another person's document there is none: the file that he showed is not his.
	filesOfTask = `SELECT a.file_id, t.candidate_file, a.traveller_id, c.traveller_id, array_remove(ARRAY[t.word], NULL) FROM finger_task t
			LEFT JOIN finger_enrolment e ON e.taking_id = t.taking_id AND e.station = t.station
			JOIN traveller_file a ON a.file_id = coalesce(e.file_id, t.file) JOIN traveller_file c ON c.file_id = t.candidate_file
		WHERE t.task = $1 AND t.station = $2 AND t.told AND t.ground = 'candidate' AND a.traveller_id <> c.traveller_id
			AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.taking_id = t.taking_id AND b.station = t.station)`
	taskWord = `UPDATE finger_task SET linked = CASE WHEN $3 THEN $2::uuid END, word = $2 WHERE task = $1`
)

// joinFiles makes the files of two stations one person, because the second line of one of them says so of a candidate that the centre found.
// About files of its own a station writes the link itself.
func (b *batch) joinFiles(ctx context.Context, r *recordRow) error {
	return b.word(ctx, r, filesOfTask+` AND t.linked IS NULL`, file.Link{Verdict: file.Same, Ground: file.GroundDuplicate})
}

// partFiles takes joinFiles back.
func (b *batch) partFiles(ctx context.Context, r *recordRow) error {
	return b.word(ctx, r, filesOfTask+` AND t.linked IS NOT NULL`, file.Link{Verdict: file.Undecided, Ground: file.GroundUndo})
}

// word says of the files of a task who they are. It takes the place of what the task said before.
func (b *batch) word(ctx context.Context, r *recordRow, files string, l file.Link) error {
	l.Evidence = "fingerprints, task " + r.prints.Task.String()
	var first, second uuid.UUID
	var before []uuid.UUID
	err := b.tx.QueryRow(ctx, files, r.prints.Task, b.station).Scan(&l.A, &l.B, &first, &second, &before)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("files of task %s: %w", r.prints.Task, err)
	}
	pair := file.PairOf(l.A, l.B)
	l.A, l.B = pair.A, pair.B
	standing, err := json.Marshal(file.StandingLink{ID: r.ID, At: r.EventTime, Supersedes: before, Link: l})
	if err != nil {
		return fmt.Errorf("link of task %s: %w", r.prints.Task, err)
	}
	b.out.Queue(`INSERT INTO file_link (record_id, a, b, link, station, officer, event_time) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, first, second, standing, r.Station, r.Officer, r.EventTime)
	b.out.Queue(taskWord, r.prints.Task, r.ID, l.Verdict == file.Same)
	b.regroup = append(b.regroup, first, second)
	return nil
}

package fingerdb

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

const (
	enrolled  = fingers.OutcomeEnrolled
	presented = fingers.OutcomePresented
	disputed  = fingers.OutcomeDisputed
)

// stateOf is what the prints of a taking of an outcome are.
func stateOf(outcome string) string {
	if outcome == enrolled {
		return fingers.StateReference
	}
	return outcome
}

const (
	// takingsOfScan are what stands of a scan ($1) and what was a hit before another took its place, as a decision ($3, null: none) left them
	// ($4). foreign: the link is of a file of somebody else than the bearer of file $2, who was another one when the prints were kept, or was
	// taken from his file meanwhile.
	takingsOfScan = `SELECT t.id, t.link, t.body, t.current, t.answer, EXISTS (SELECT FROM finger_link l JOIN traveller f ON f.id = l.file_id
				JOIN traveller o ON o.id = $2 WHERE l.link = t.link AND f.group_id <> o.group_id)
			OR EXISTS (SELECT FROM finger_bearer b WHERE b.link = t.link AND b.returned_at IS NULL)
				AND NOT EXISTS (SELECT FROM finger_link l WHERE l.link = t.link)
		FROM finger_taking t WHERE t.scan_id = $1 AND (t.current OR t.answer IS NOT NULL) AND t.crossing_id IS NOT DISTINCT FROM $3
			AND t.outcome = $4 AND t.purged_at IS NULL ORDER BY NOT t.current, t.taken_at, t.id FOR UPDATE OF t`
	// printsOfScan locks the key, so that it is not destroyed while a decision names what it sealed.
	printsOfScan = `SELECT t.id, s.id, p.link, p.position, s.kind, s.version, s.size, s.digest FROM finger_taking t
			JOIN biometric.print p ON p.id = ANY (t.prints) JOIN biometric.sealed s ON s.id = p.id JOIN biometric.link_key k ON k.id = p.link
		WHERE t.scan_id = $1 AND t.crossing_id IS NOT DISTINCT FROM $2 AND t.purged_at IS NULL AND p.state <> 'erased' AND k.destroyed_at IS NULL
		ORDER BY p.position, s.id, s.kind FOR UPDATE OF k`
	// onFile says whether the person has references, as one or several files.
	onFile = `SELECT EXISTS (SELECT FROM traveller o JOIN traveller t ON t.group_id = o.group_id JOIN finger_link l ON l.file_id = t.id
			JOIN biometric.print p ON p.link = l.link AND p.state = 'reference' WHERE o.id = $1)`

	settleLink = `INSERT INTO finger_link (link, file_id, crossing_id, since) SELECT $1::uuid, $2::uuid, $3::uuid, $4::timestamptz
		WHERE NOT EXISTS (SELECT FROM finger_bearer WHERE link = $1 AND returned_at IS NULL) ON CONFLICT (link) DO NOTHING`
	settleTaking = `UPDATE finger_taking SET file_id = $2, crossing_id = $3, settled_at = $4, outcome = $5, enrolled = $6 WHERE id = $1`
	settlePrints = `UPDATE biometric.print p SET state = n.state FROM unnest($1::uuid[], $2::text[]) AS n (id, state)
		WHERE p.id = n.id AND p.state <> 'erased'`
	oweBlobs = `UPDATE biometric.blob SET state = 'waiting', waiting_at = $2 WHERE digest = ANY ($1) AND state = 'apart'`
	// keepBest lets the best impressions of each finger of a file ($1) be references, at most $2: of two of the same bytes one, of two of the
	// same quality the newer.
	keepBest = `UPDATE biometric.print p SET state = 'presented' FROM (
			SELECT id, again, row_number() OVER (PARTITION BY position, again ORDER BY quality DESC, taken_at DESC, id) AS place FROM (
				SELECT p.id, p.position, p.quality, p.taken_at,
					row_number() OVER (PARTITION BY p.position, s.mark ORDER BY p.quality DESC, p.taken_at DESC, p.id) > 1 AS again
				FROM finger_link l JOIN biometric.print p ON p.link = l.link AND p.state = 'reference'
					JOIN biometric.sealed s ON s.id = p.id AND s.kind LIKE 'print.image.%'
				WHERE l.file_id = $1) AS marked) AS ranked
		WHERE p.id = ranked.id AND (again OR place > $2)`
	galleryChanged = `UPDATE biometric.link_key SET changed = pg_current_xact_id()::text::bigint
		WHERE id IN (SELECT link FROM finger_link WHERE file_id = $1)`
	oweSearch = `INSERT INTO finger_search (taking_id, due_at, since) VALUES ($1, $2, $2)
		ON CONFLICT (taking_id) DO UPDATE SET due_at = excluded.due_at, since = excluded.since, attempts = 0, reason = '', done_at = NULL`
)

// settling is a taking that a decision settles.
type settling struct {
	taking  fingers.Taking
	link    uuid.UUID
	current bool           // it stands; otherwise another took the place of a hit
	noted   *fingers.Noted // the hit that the check noted of it
	foreign bool           // its link is another person's file's
	named   []fingers.Named
	known   bool // the file has references
	outcome string
	score   *float64
	search  bool
}

// Settle makes what stands of an inspection the file's, in the transaction of the decision. Its prints become references when the traveller
// was admitted and nothing was on file, or finger by finger when they matched; they are evidence when nothing was compared or he was not
// admitted, and disputed when they did not match. So are those that did not match before others took their place. The centre is told and owed
// the sealed bytes, and a search one to many is due for whoever was not found to be the person of the file. fingers.ErrChanged when the
// decision rests on an answer about other prints. It says whether there was anything.
func (s *Store) Settle(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error) {
	list, err := s.toSettle(ctx, tx, inspection, e.TravellerID, nil, "")
	if err != nil {
		return false, wrap(err, "settle prints of inspection %s", inspection)
	}
	for n := range list {
		t := &list[n]
		if err := t.judge(e); err != nil {
			return false, wrap(err, "settle prints of inspection %s", inspection)
		}
		if err := s.settle(ctx, tx, t, e, entry); err != nil {
			return false, wrap(err, "settle prints of inspection %s", inspection)
		}
	}
	return len(list) > 0, nil
}

// Conclude lets the decision that ends a case of the second line stand in the place of the one that referred the traveller: of somebody who
// is admitted then, what the referral kept as evidence becomes what it would have become at the counter.
func (s *Store) Conclude(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error) {
	if e.Referral == uuid.Nil || e.Decision.Verdict != border.Admit {
		return false, nil
	}
	list, err := s.toSettle(ctx, tx, inspection, e.TravellerID, &e.Referral, presented)
	if err != nil || len(list) == 0 || !list[0].current {
		return false, wrap(err, "conclude prints of inspection %s", inspection)
	}
	t := &list[0]
	if !fingers.AnswerOf(e.Findings).About(t.taking) {
		return false, nil // nobody compared these: they stay what they are
	}
	if err := t.judge(e); err != nil || t.outcome != enrolled {
		return false, wrap(err, "conclude prints of inspection %s", inspection)
	}
	return true, wrap(s.settle(ctx, tx, t, e, entry), "conclude prints of inspection %s", inspection)
}

func (s *Store) settle(ctx context.Context, tx pgx.Tx, t *settling, e border.CrossingEvent, entry audit.Entry) error {
	if err := s.settleRows(ctx, tx, t, e); err != nil {
		return err
	}
	event := fingers.Event{Step: fingers.Enrolled, At: e.CrossedAt, By: e.Officer, Taking: t.taking.ID, Enrolment: &fingers.Enrolment{
		Taking: t.taking, File: e.TravellerID, Crossing: e.CrossingID, Link: t.link, Prints: t.named, Outcome: t.outcome,
		References: t.outcome == enrolled, Search: t.search, Verified: t.score,
	}}
	own := about(entry, t.taking.ID, t.outcome, len(t.named))
	if err := s.write(ctx, tx, event, scene{file: e.TravellerID, lane: e.Lane, officer: e.Officer, at: e.CrossedAt, status: e.Status}, own); err != nil {
		return err
	}
	return s.raiseMismatch(ctx, tx, t, e)
}

// toSettle are the takings of a scan that a decision (nil: none yet) left with an outcome.
func (s *Store) toSettle(ctx context.Context, tx pgx.Tx, inspection, file uuid.UUID, crossing *uuid.UUID, outcome string) ([]settling, error) {
	var found []settling
	named := map[uuid.UUID][]fingers.Named{}
	var known bool
	b := &pgx.Batch{}
	b.Queue(takingsOfScan, inspection, file, crossing, outcome).Query(func(rows pgx.Rows) (err error) {
		found, err = pgx.CollectRows(rows, settlingRow)
		return err
	})
	b.Queue(printsOfScan, inspection, crossing).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			taking, n, err := namedRow(rows)
			if err != nil {
				return err
			}
			named[taking] = append(named[taking], n)
		}
		return rows.Err()
	})
	b.Queue(onFile, file).QueryRow(func(row pgx.Row) error { return row.Scan(&known) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	for n := range found {
		found[n].named, found[n].known = named[found[n].taking.ID], known
	}
	return found, nil
}

func settlingRow(row pgx.CollectableRow) (t settling, err error) {
	var link *uuid.UUID
	var id uuid.UUID
	var body, answer []byte
	if err := row.Scan(&id, &link, &body, &t.current, &answer, &t.foreign); err != nil {
		return t, err
	}
	t.link = orNil(link)
	if answer != nil {
		t.noted = new(fingers.Noted)
		if err := json.Unmarshal(answer, t.noted); err != nil {
			return t, err
		}
	}
	return t, json.Unmarshal(body, &t.taking)
}

func namedRow(row pgx.CollectableRow) (taking uuid.UUID, n fingers.Named, err error) {
	var kind string
	if err = row.Scan(&taking, &n.ID, &n.Link, &n.Position, &kind, &n.Version, &n.Size, &n.Digest); err != nil {
		return taking, n, err
	}
	n.Kind, _, err = ParseBlobKind(kind)
	return taking, n, err
}

// judge says what becomes of the prints with a decision.
func (t *settling) judge(e border.CrossingEvent) error {
	a := fingers.AnswerOf(e.Findings)
	switch {
	case !t.current: // others took its place, after it was a hit
		t.outcome, t.score = presented, nil
		if t.noted != nil && t.noted.Code == fingers.CodeMismatch {
			t.outcome, t.score = disputed, &t.noted.Score
		}
	case !a.About(t.taking):
		return fingers.ErrChanged
	default:
		t.score, t.outcome = a.Score, t.becomes(a, e.Decision.Verdict)
	}
	t.keep(a)
	t.search = len(t.named) > 0 && (!t.current || !t.known || t.foreign || t.outcome == disputed || t.score == nil)
	return nil
}

// becomes is the outcome of what stands. Without references on file the prints are the first; against references they must have matched:
// what nobody compared proves nothing. Only who is admitted founds a file's references, and only under a link that is his.
func (t *settling) becomes(a fingers.Answer, verdict border.Verdict) string {
	switch {
	case a.Mismatch:
		return disputed
	case len(t.named) == 0, t.foreign, t.known && a.Score == nil, verdict != border.Admit:
		return presented
	}
	return enrolled
}

// keep says of each print what it is. Of somebody who has references a finger becomes one only when it alone was found to be his: one genuine
// finger does not speak for the others.
func (t *settling) keep(a fingers.Answer) {
	references := false
	for n := range t.named {
		t.named[n].State = stateOf(t.outcome)
		if t.outcome == enrolled && t.known && !slices.Contains(a.Matched, t.named[n].ID) {
			t.named[n].State = fingers.StatePresented
		}
		references = references || t.named[n].State == fingers.StateReference
	}
	if t.outcome == enrolled && !references {
		t.outcome = presented
	}
}

func (s *Store) settleRows(ctx context.Context, tx pgx.Tx, t *settling, e border.CrossingEvent) error {
	references, ids, digests, states := []uuid.UUID{}, make([]uuid.UUID, len(t.named)), make([][]byte, len(t.named)), make([]string, len(t.named))
	for n, x := range t.named {
		ids[n], digests[n], states[n] = x.ID, x.Digest, x.State
		if x.State == fingers.StateReference {
			references = append(references, x.ID)
		}
	}
	b := &pgx.Batch{}
	b.Queue(settleTaking, t.taking.ID, e.TravellerID, e.CrossingID, e.CrossedAt, t.outcome, references)
	if len(t.named) > 0 {
		b.Queue(settleLink, t.link, e.TravellerID, e.CrossingID, e.CrossedAt)
		b.Queue(settlePrints, ids, states)
		b.Queue(oweBlobs, digests, s.o.Now())
		if t.outcome == enrolled {
			b.Queue(keepBest, e.TravellerID, Impressions)
			b.Queue(galleryChanged, e.TravellerID)
		}
		if t.search {
			b.Queue(oweSearch, t.taking.ID, s.o.Now())
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

// raiseMismatch opens the task about prints that did not match their file.
func (s *Store) raiseMismatch(ctx context.Context, tx pgx.Tx, t *settling, e border.CrossingEvent) error {
	if t.outcome != disputed || t.link == uuid.Nil {
		return nil
	}
	c := fingers.Candidacy{
		Ground: fingers.GroundMismatch, Place: e.Station, Link: t.link, File: e.TravellerID, CandidateLink: t.link, CandidateFile: e.TravellerID,
	}
	if t.current {
		fingers.Mismatch(&c, e.Findings)
	} else {
		c.Score, c.Fingers, c.Engine = t.noted.Score, t.noted.Fingers, t.noted.Engine
	}
	return s.raise(ctx, tx, t.taking.ID, c, nil)
}

func (s *Store) raise(ctx context.Context, tx pgx.Tx, taking uuid.UUID, c fingers.Candidacy, search *fingers.Search) error {
	if s.o.Tasks == nil {
		return nil
	}
	return s.o.Tasks.Raise(ctx, tx, taking, c, search)
}

// scene is where and when a record about prints was made.
type scene struct {
	file    uuid.UUID
	lane    string
	officer string
	at      time.Time
	status  border.Status
}

// write appends the record of an event, its audit entry and the event for the centre.
func (s *Store) write(ctx context.Context, tx pgx.Tx, event fingers.Event, p scene, entry audit.Entry) error {
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	return recorddb.Append(ctx, tx, border.Record{
		ID: s.o.NewID(), Kind: border.FingerprintEvent, File: p.file, Subject: event.Taking, Station: s.o.Station, Lane: p.lane,
		Officer: p.officer, Zone: s.o.Zone.String(), EventTime: p.at, RecordedAt: p.at, Origin: border.Live,
		Status: cmp.Or(p.status, border.Confirmed), Body: body,
	}, entry)
}

// about is the entry of an act on a taking within another act.
func about(entry audit.Entry, taking uuid.UUID, decision string, n int) audit.Entry {
	entry.ObjectKind, entry.ObjectID, entry.Decision, entry.ResultCount, entry.Commitment, entry.QueryHMAC =
		"fingerprint_taking", taking.String(), decision, n, nil, nil
	return entry
}

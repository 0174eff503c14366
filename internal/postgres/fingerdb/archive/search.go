package archive

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

const maxDueOnce = 16

const (
	// ofPerson are all links of the traveller of an enrolment e: of all his files at all stations, as far as the centre takes them for one. Links
	// of bearers of other persons' documents are those of whose file a later verdict says, and never of the file that was shown. Of such a
	// bearer himself only his own link is known.
	ofPerson = `(SELECT coalesce(array_agg(DISTINCT o.link), '{}') FROM (
			SELECT x.link, x.traveller_id FROM finger_enrolment x WHERE x.link IS NOT NULL AND x.state <> 'withdrawn'
				AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.link = x.link)
			UNION ALL SELECT b.link, f.traveller_id FROM finger_bearer b JOIN traveller_file f ON f.file_id = b.joined_file) AS o
			LEFT JOIN traveller_group g ON g.traveller_id = o.traveller_id LEFT JOIN traveller_group own ON own.traveller_id = e.traveller_id
		WHERE CASE WHEN EXISTS (SELECT FROM finger_bearer b WHERE b.link = e.link) THEN false
			ELSE coalesce(g.leader, o.traveller_id) = coalesce(own.leader, e.traveller_id) END) || e.link`
	// dueSearches are the searches that are due and whose templates have all come.
	dueSearches = `SELECT s.taking_id, e.link, e.file_id, e.station, coalesce(e.body ->> 'lane', ''), ` + ofPerson + `
		FROM finger_search s JOIN finger_enrolment e USING (taking_id)
		WHERE s.done_at IS NULL AND s.due_at <= $1 AND e.state <> 'withdrawn' AND e.link IS NOT NULL AND NOT EXISTS (
			SELECT FROM biometric.print p JOIN biometric.missing m ON m.print_id = p.id WHERE p.taking_id = s.taking_id AND ($3 OR m.kind LIKE 'print.template.%'))
		ORDER BY s.due_at, s.taking_id LIMIT $2`
	templatesOfTaking = `SELECT ` + storedColumns + fromStored + `WHERE p.taking_id = $1 AND p.state <> 'erased' AND` + templatesOnly + `
		ORDER BY p.position, p.id`
	namedPrints      = `SELECT count(*) FROM biometric.print WHERE taking_id = $1 AND state <> 'erased'`
	templatesOfLinks = `SELECT ` + storedColumns + fromStored + `WHERE p.link = ANY ($1) AND p.state = 'reference' AND` + templatesOnly + `
		ORDER BY p.link, p.position, p.quality DESC, p.id LIMIT 256`
	searchFailed = `UPDATE finger_search SET attempts = attempts + 1, reason = $2,
			due_at = $3::timestamptz + least(interval '10 minutes', interval '5 seconds' * power(2, least(attempts, 10)))
		WHERE taking_id = $1 AND done_at IS NULL`
	searchDone = `UPDATE finger_search SET done_at = $2, found = $3, search = $4, reason = '' WHERE taking_id = $1 AND done_at IS NULL`
)

// Searches are what is due now, oldest first, with its prints' templates in clear.
func (a *Archive) Searches(ctx context.Context, limit int) ([]fingers.Due, error) {
	rows, err := a.o.DB.Pool.Query(ctx, dueSearches, a.o.Now(), min(limit, maxDueOnce), a.o.Images)
	if err != nil {
		return nil, wrap(err, "searches that are due")
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d fingers.Due, err error) {
		err = row.Scan(&d.Taking, &d.Link, &d.File, &d.Station, &d.Lane, &d.Own)
		return d, err
	})
	if err != nil {
		return nil, wrap(err, "searches that are due")
	}
	for n := range due {
		if due[n].Prints, err = a.ofTaking(ctx, due[n].Taking); err != nil {
			return nil, wrap(err, "searches that are due")
		}
		named := 0
		if err := a.o.DB.Pool.QueryRow(ctx, namedPrints, due[n].Taking).Scan(&named); err != nil {
			return nil, wrap(err, "searches that are due")
		}
		due[n].Unreadable = max(0, named-len(due[n].Prints))
	}
	return due, nil
}

// ofTaking are the prints of a taking, with images when the engine needs them.
func (a *Archive) ofTaking(ctx context.Context, taking uuid.UUID) ([]fingers.Print, error) {
	if !a.o.Images {
		return a.templates(ctx, a.o.DB.Pool, templatesOfTaking, taking)
	}
	list, _, err := a.fingers(ctx, wholeTaking, taking)
	prints := make([]fingers.Print, len(list))
	for n, f := range list {
		prints[n] = fingers.Print{Position: f.Position, Template: f.Template, Image: f.Image}
	}
	return prints, err
}

// Failed says that a search had no answer: it is tried again after a pause that grows.
func (a *Archive) Failed(ctx context.Context, taking uuid.UUID, reason string, entry audit.Entry) error {
	return wrap(a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, searchFailed, taking, reason, a.o.Now()); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	}), "search of taking %s failed", taking)
}

// enrolled is a taking as its enrolment stands.
type enrolled struct {
	station    string
	link, file uuid.UUID
	own        []uuid.UUID
}

const settledTaking = `SELECT e.station, e.link, e.file_id, ` + ofPerson + ` FROM finger_enrolment e
	WHERE e.taking_id = $1 AND e.state <> 'withdrawn' AND e.link IS NOT NULL FOR UPDATE OF e`

// SearchDone writes a search among all stations' people with its audit entry, compares the taking with what the same person enrolled at other
// stations, and tells the taking's station of every candidate and mismatch of whom nobody has said yet that they are two persons.
func (a *Archive) SearchDone(ctx context.Context, taking uuid.UUID, search fingers.Search, list []fingers.Candidacy, entry audit.Entry) error {
	told := 0
	err := a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		told = 0
		var e enrolled
		var link *uuid.UUID
		err := tx.QueryRow(ctx, settledTaking, taking).Scan(&e.station, &link, &e.file, &e.own)
		if errors.Is(err, pgx.ErrNoRows) { // withdrawn meanwhile: that it was searched for is written all the same
			return auditlog.Insert(ctx, tx, entry)
		}
		if err != nil {
			return err
		}
		e.link = orNil(link)
		list, err := a.others(ctx, tx, e, list)
		if err != nil {
			return err
		}
		mismatches, err := a.mismatches(ctx, tx, taking, e, search)
		if err != nil {
			return err
		}
		search.Found = len(list) + search.More
		if told, err = a.tell(ctx, tx, taking, e, search, append(list, mismatches...)); err != nil {
			return err
		}
		return a.written(ctx, tx, taking, search, entry)
	})
	if err == nil && told > 0 {
		a.o.Published(fingers.ToldDataset)
	}
	return wrap(err, "search of taking %s", taking)
}

func (a *Archive) written(ctx context.Context, tx pgx.Tx, taking uuid.UUID, search fingers.Search, entry audit.Entry) error {
	body, err := json.Marshal(search)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, searchDone, taking, a.o.Now(), search.Found, string(body)); err != nil {
		return err
	}
	entry.ResultCount = search.Found
	return auditlog.Insert(ctx, tx, entry)
}

// whoseLinks are the candidates' files and stations; a link whose every enrolment was withdrawn is nobody's. A bearer of another person's
// document has no file, unless a later verdict says whose he is, and the task that found him.
const whoseLinks = `SELECT DISTINCT ON (e.link) e.link, CASE WHEN b.link IS NULL THEN e.file_id ELSE b.joined_file END, e.station, b.task
	FROM finger_enrolment e LEFT JOIN finger_bearer b ON b.link = e.link
	WHERE e.link = ANY ($1) AND e.state <> 'withdrawn' ORDER BY e.link, e.enrolled_at DESC`

// saidDifferent are those of some links of whom people said that they are not the person of a link.
const saidDifferent = `SELECT candidate_link FROM finger_task WHERE verdict = 'different' AND ground = 'candidate' AND link = $1 AND candidate_link = ANY ($2)
	UNION SELECT link FROM finger_task WHERE verdict = 'different' AND ground = 'candidate' AND candidate_link = $1 AND link = ANY ($2)`

// others are the candidates that are other people, as far as files and people say, with their files and stations.
func (a *Archive) others(ctx context.Context, tx pgx.Tx, e enrolled, list []fingers.Candidacy) ([]fingers.Candidacy, error) {
	if len(list) == 0 {
		return nil, nil
	}
	links := make([]uuid.UUID, len(list))
	for n, c := range list {
		links[n] = c.CandidateLink
	}
	type of struct {
		file, bearer *uuid.UUID
		station      string
	}
	whose, apart := map[uuid.UUID]of{}, map[uuid.UUID]bool{}
	b := &pgx.Batch{}
	b.Queue(whoseLinks, links).Query(func(rows pgx.Rows) error {
		var link uuid.UUID
		var one of
		_, err := pgx.ForEachRow(rows, []any{&link, &one.file, &one.station, &one.bearer}, func() error { whose[link] = one; return nil })
		return err
	})
	b.Queue(saidDifferent, e.link, links).Query(func(rows pgx.Rows) error {
		var link uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&link}, func() error { apart[link] = true; return nil })
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	var others []fingers.Candidacy
	for _, c := range list {
		at, known := whose[c.CandidateLink]
		if !known || apart[c.CandidateLink] || contains(e.own, c.CandidateLink) {
			continue
		}
		c.Place, c.Link, c.File, c.CandidateFile, c.CandidateStation = Place, e.link, e.file, orNil(at.file), at.station
		c.CandidateBearer = orNil(at.bearer)
		others = append(others, c)
	}
	return others, nil
}

func contains(list []uuid.UUID, id uuid.UUID) bool {
	for _, one := range list {
		if one == id {
			return true
		}
	}
	return false
}

// mismatches are the person's own prints from other stations that are not like those of the taking: two people with one document, or a
// finger taken for another. The reads belong to the search, and are audited with it.
func (a *Archive) mismatches(ctx context.Context, tx pgx.Tx, taking uuid.UUID, e enrolled, search fingers.Search) ([]fingers.Candidacy, error) {
	var elsewhere []uuid.UUID
	for _, link := range e.own {
		if link != e.link {
			elsewhere = append(elsewhere, link)
		}
	}
	if len(elsewhere) == 0 {
		return nil, nil
	}
	presented, err := a.templates(ctx, tx, templatesOfTaking, taking)
	if err != nil {
		return nil, err
	}
	references, err := a.templates(ctx, tx, templatesOfLinks, elsewhere)
	if err != nil {
		return nil, err
	}
	var found []fingers.Candidacy
	for _, link := range elsewhere {
		of := ofLink(references, link)
		if len(of) == 0 {
			continue
		}
		if c, is := a.o.Policy().MismatchWith(presented, of); is {
			c.Place, c.Link, c.File, c.CandidateLink, c.Engine, c.Version = Place, e.link, e.file, link, search.Engine, search.Version
			c.CandidateStation = of[0].Station
			found = append(found, c)
		}
	}
	return found, nil
}

func ofLink(prints []fingers.Print, link uuid.UUID) []fingers.Print {
	var of []fingers.Print
	for _, p := range prints {
		if p.Link == link {
			of = append(of, p)
		}
	}
	return of
}

const putTask = `INSERT INTO finger_task (task, taking_id, station, place, ground, link, candidate_link, file, candidate_file, at, told)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true) ON CONFLICT (task) DO NOTHING`

// tell publishes what the station has to look at. A task that is there already is told of no more.
func (a *Archive) tell(ctx context.Context, tx pgx.Tx, taking uuid.UUID, e enrolled, search fingers.Search, list []fingers.Candidacy) (int, error) {
	now := a.o.Now().UTC().Truncate(time.Microsecond)
	var changes []replication.Change
	for _, c := range list {
		t := fingers.Told{
			Task: fingers.TaskID(taking, c.CandidateLink, c.Ground), Station: e.station, Taking: taking, Search: search, Candidacy: c, At: now,
		}
		tag, err := tx.Exec(ctx, putTask, t.Task, taking, e.station, Place, c.Ground, c.Link, c.CandidateLink, orNull(c.File), orNull(c.CandidateFile), now)
		if err != nil {
			return 0, err
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		data, err := json.Marshal(t)
		if err != nil {
			return 0, err
		}
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: t.Task.String(), Data: data})
	}
	if len(changes) == 0 {
		return 0, nil
	}
	_, err := centraldb.Publish(ctx, tx, fingers.ToldDataset, Place, now, changes)
	return len(changes), err
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

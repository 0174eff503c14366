package fingerdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const (
	// dueSearches are the searches that are due, with all links of the person, which are no candidates: those of his files, and the one that
	// the prints stand under, which may be that of somebody without a file.
	dueSearches = `SELECT s.taking_id, t.link, t.file_id, coalesce(t.body ->> 'station', ''), coalesce(t.body ->> 'lane', ''),
			array_append((SELECT coalesce(array_agg(l.link ORDER BY l.since, l.link), '{}') FROM traveller o JOIN traveller f ON f.group_id = o.group_id
				JOIN finger_link l ON l.file_id = f.id WHERE o.id = t.file_id AND l.link <> t.link), t.link)
		FROM finger_search s JOIN finger_taking t ON t.id = s.taking_id
		WHERE s.done_at IS NULL AND s.due_at <= $1 AND t.link IS NOT NULL AND t.crossing_id IS NOT NULL
		ORDER BY s.due_at, s.taking_id LIMIT $2`
	searchFailed = `UPDATE finger_search SET attempts = attempts + 1, reason = $2,
			due_at = $3::timestamptz + least(interval '10 minutes', interval '5 seconds' * power(2, least(attempts, 10)))
		WHERE taking_id = $1 AND done_at IS NULL`
	searchDone = `UPDATE finger_search SET done_at = $2, found = $3, reason = '' WHERE taking_id = $1`
	// settledTaking is a taking with the group of its file; both null while no decision settled it.
	settledTaking = `SELECT t.link, t.file_id, f.group_id, coalesce(t.body ->> 'lane', '') FROM finger_taking t LEFT JOIN traveller f ON f.id = t.file_id
		WHERE t.id = $1 FOR UPDATE OF t`
	// filesOfLinks are the files of links, and the tasks that made links those of bearers of other persons' documents.
	filesOfLinks = `SELECT coalesce(l.link, b.link), l.file_id, f.group_id, b.task FROM unnest($1::uuid[]) AS c (link)
		LEFT JOIN finger_link l ON l.link = c.link LEFT JOIN traveller f ON f.id = l.file_id
		LEFT JOIN finger_bearer b ON b.link = c.link AND b.returned_at IS NULL WHERE l.link IS NOT NULL OR b.link IS NOT NULL`
)

// Searches are what is due now, oldest first, with its prints' templates in clear.
func (s *Store) Searches(ctx context.Context, limit int) ([]fingers.Due, error) {
	rows, err := s.o.DB.Pool.Query(ctx, dueSearches, s.o.Now(), min(limit, maxDueOnce))
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
		if err := s.probe(ctx, &due[n]); err != nil {
			return nil, wrap(err, "searches that are due")
		}
	}
	return due, nil
}

// probe opens the prints of a search. What does not open is counted: the other searches must not wait for it.
func (s *Store) probe(ctx context.Context, d *fingers.Due) error {
	rows, err := s.o.DB.Pool.Query(ctx, ofTaking, d.Taking)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, storedRow)
	if err != nil {
		return err
	}
	o := s.opener()
	for _, x := range list {
		p, err := o.template(x)
		switch {
		case err == nil:
			d.Prints = append(d.Prints, p)
		case x.sealed != nil && x.key.Wrapped != nil: // not erased
			d.Unreadable++
		}
	}
	return nil
}

// Failed says that a search had no answer: it is tried again after a pause that grows.
func (s *Store) Failed(ctx context.Context, taking uuid.UUID, reason string, entry audit.Entry) error {
	return wrap(s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, searchFailed, taking, reason, s.o.Now()); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	}), "search of taking %s failed", taking)
}

// SearchDone writes a search one to many with its audit entry. Of a taking that a decision settled it is a record for the centre, each
// candidate of another person is raised, and the search is due no more. Of one that none settled the entry is all: nobody is told of prints
// that are nobody's, and the decision makes the search due.
func (s *Store) SearchDone(ctx context.Context, taking uuid.UUID, search fingers.Search, list []fingers.Candidacy, entry audit.Entry) error {
	settled := false
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var link, file, group *uuid.UUID
		var lane string
		err := tx.QueryRow(ctx, settledTaking, taking).Scan(&link, &file, &group, &lane)
		if errors.Is(err, pgx.ErrNoRows) {
			return fingers.ErrNoPrint
		}
		if err != nil {
			return err
		}
		if settled = file != nil; !settled {
			return auditlog.Insert(ctx, tx, entry)
		}
		if list, err = s.others(ctx, tx, list, orNil(link), *file, *group); err != nil {
			return err
		}
		search.Found = len(list) + search.More
		return s.searched(ctx, tx, taking, *file, lane, search, list, entry)
	})
	if err == nil && settled {
		s.Committed()
	}
	return wrap(err, "search of taking %s", taking)
}

// others are the candidates that are other people, as far as the files say, with the files that their links are of.
func (s *Store) others(ctx context.Context, tx pgx.Tx, list []fingers.Candidacy, link, file, group uuid.UUID) ([]fingers.Candidacy, error) {
	if len(list) == 0 {
		return nil, nil
	}
	links := make([]uuid.UUID, len(list))
	for n, c := range list {
		links[n] = c.CandidateLink
	}
	rows, err := tx.Query(ctx, filesOfLinks, links)
	if err != nil {
		return nil, err
	}
	type of struct{ file, group, task *uuid.UUID }
	files := map[uuid.UUID]of{}
	var at uuid.UUID
	var one of
	if _, err := pgx.ForEachRow(rows, []any{&at, &one.file, &one.group, &one.task}, func() error { files[at] = one; return nil }); err != nil {
		return nil, err
	}
	var others []fingers.Candidacy
	for _, c := range list {
		whose := files[c.CandidateLink]
		if c.CandidateLink == link || orNil(whose.group) == group {
			continue
		}
		c.Link, c.File, c.CandidateFile, c.CandidateBearer = link, file, orNil(whose.file), orNil(whose.task)
		others = append(others, c)
	}
	return others, nil
}

func (s *Store) searched(ctx context.Context, tx pgx.Tx, taking, file uuid.UUID, lane string, search fingers.Search, list []fingers.Candidacy,
	entry audit.Entry,
) error {
	now := s.o.Now().UTC().Truncate(time.Microsecond)
	event := fingers.Event{Step: fingers.Searched, At: now, By: fingers.CheckName, Taking: taking, Search: &search}
	entry.ResultCount = search.Found
	if err := s.write(ctx, tx, event, scene{file: file, lane: lane, officer: fingers.CheckName, at: now, status: s.o.Status()}, entry); err != nil {
		return err
	}
	for _, c := range list {
		if err := s.raise(ctx, tx, taking, c, &search); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, searchDone, taking, now, search.Found)
	return err
}

package hitdb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// ServiceName is who raises hits and keeps their timers in records and in the audit log: nobody decides.
const ServiceName = "hits"

func (s *Store) service(lane string) audit.Actor {
	return audit.Actor{ID: ServiceName, Name: ServiceName, Role: "service", Post: s.cfg.Writer.Station, Lane: lane}
}

// Found raises the hits of a finding on a scan that waits. It is for the moment in which a check answers: what it does not come to
// write, the decision or the dismissal raises.
func (s *Store) Found(ctx context.Context, scan border.Scan, f border.Finding) error {
	matches := hit.Raises([]border.Finding{f})
	if len(matches) == 0 {
		return nil
	}
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		_, err := s.raiseAll(ctx, tx, raiseOfScan(scan), matches)
		return err
	})
	if err != nil {
		return fmt.Errorf("raise hits of inspection %s: %w", scan.ID, err)
	}
	s.Committed()
	return nil
}

func raiseOfScan(scan border.Scan) hit.Raise {
	return hit.Raise{
		Inspection: scan.ID, Station: scan.Station, Lane: scan.Lane, CrossedAt: scan.At, Direction: scan.Direction, Identity: scan.Identity,
		Document: scan.Document, Transport: scan.Transport,
	}
}

// Decided raises, in the transaction of a decision, the hits of its findings that are not raised yet, and writes the decision into the
// way of all of them. It says whether there was any.
func (s *Store) Decided(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error) {
	matches := hit.Raises(e.Findings)
	if len(matches) == 0 {
		return false, nil
	}
	base := hit.Raise{
		Inspection: inspection, File: e.TravellerID, Station: e.Station, Lane: e.Lane, CrossedAt: e.CrossedAt, Direction: e.Direction,
		Identity: e.Identity, Document: e.Document, Transport: e.Transport,
	}
	ids, err := s.raiseAll(ctx, tx, base, matches)
	if err != nil {
		return false, err
	}
	told := hit.Referral{Crossing: e.CrossingID, Verdict: e.Decision.Verdict, Reason: e.Decision.Reason, File: e.TravellerID}
	return true, s.tellAll(ctx, tx, ids, author(entry, e.Officer), e.Referral == uuid.Nil, told)
}

// Dismissed does the same for a scan that is put aside: a hit does not go away with it.
func (s *Store) Dismissed(ctx context.Context, tx pgx.Tx, d border.DismissalEvent, entry audit.Entry) (bool, error) {
	matches := hit.Raises(d.Hits)
	if len(matches) == 0 || d.Identity == nil || d.Document == nil {
		return false, nil
	}
	base := hit.Raise{
		Inspection: d.InspectionID, Station: d.Station, Lane: d.Lane, CrossedAt: d.DismissedAt, Identity: *d.Identity, Document: *d.Document,
	}
	ids, err := s.raiseAll(ctx, tx, base, matches)
	if err != nil {
		return false, err
	}
	return true, s.tellAll(ctx, tx, ids, author(entry, d.Officer), true, hit.Referral{Dismissed: d.Reason})
}

// author is who acts, as the entry of his act says.
func author(entry audit.Entry, name string) audit.Actor {
	return audit.Actor{ID: entry.Actor, Name: name, Role: entry.Role, Post: entry.Post, Lane: entry.Lane, Workstation: entry.Workstation}
}

// tellAll writes into the way of hits that the first line had them on its screen, and what it decided.
func (s *Store) tellAll(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, officer audit.Actor, firstLine bool, told hit.Referral) error {
	for _, id := range ids {
		err := s.change(ctx, tx, id, func(h *hit.Hit) ([]hit.Step, error) {
			var events []hit.Event
			if firstLine && !slices.Contains(h.Viewed, officer.Name) {
				events = append(events, hit.Event{Kind: hit.Viewed})
			}
			events = append(events, hit.Event{Kind: hit.Referred, Referral: &told})
			return s.steps(officer, h, events)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) steps(actor audit.Actor, h *hit.Hit, events []hit.Event) ([]hit.Step, error) {
	steps := make([]hit.Step, len(events))
	for n, e := range events {
		var err error
		if steps[n], err = s.cfg.Writer.Write(actor, h, e); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// raiseAll raises the hits of matches that are not there yet, and gives the ids of all.
func (s *Store) raiseAll(ctx context.Context, tx pgx.Tx, base hit.Raise, matches []hit.Match) ([]uuid.UUID, error) {
	occasion := base.Inspection
	if base.Retro != "" {
		occasion = base.Crossing
	}
	ids := make([]uuid.UUID, 0, len(matches))
	known, err := lookUp(ctx, tx, matches)
	if err != nil {
		return nil, err
	}
	for _, m := range matches {
		id := hit.ID(occasion, m.Alert)
		if slices.Contains(ids, id) {
			continue // two checks met the same alert: the first says so
		}
		ids = append(ids, id)
		if err := s.raise(ctx, tx, id, known.complete(m.Of(base))); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) // two transactions lock them in one order
	return ids, nil
}

const insertHit = `
INSERT INTO hit (id, inspection_id, crossing_id, file_id, lane, raised_at, retro, check_name, alert, alert_version, subject, category, action,
    band, score, rank, safety, surname, given_names, stage, due_at, simulator, steps, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 1, clock_timestamp())
ON CONFLICT (id) DO NOTHING`

// raise raises a hit unless it is there. Of two transactions that raise it at once the second waits for the first.
func (s *Store) raise(ctx context.Context, tx pgx.Tx, id uuid.UUID, r hit.Raise) error {
	h := &hit.Hit{ID: id, Raise: r} // the writer reads the lane and the file
	step, err := s.cfg.Writer.Write(s.service(r.Lane), h, hit.Event{Kind: hit.Raised, Raise: &r})
	if err != nil {
		return err
	}
	safety := r.Safety
	if safety == nil {
		safety = []string{}
	}
	tag, err := tx.Exec(ctx, insertHit, id, idOrNull(r.Inspection), idOrNull(r.Crossing), idOrNull(r.File), r.Lane, h.RaisedAt, r.Retro, r.Check,
		r.Alert, r.AlertVersion, r.Subject, r.Category, r.Action, r.Band, r.Score, hit.RankOf(r), safety, r.Identity.Surname,
		r.Identity.GivenNames, h.Stage(), instantOrNull(h.Due()), r.Simulator)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return s.write(ctx, tx, h, []hit.Step{step})
}

// book is what the station holds of alerts and their lists.
type book struct {
	alerts map[string]*alerts.Alert
	lists  map[string]*alerts.ListInfo
}

const selectReference = `SELECT key, data FROM ref_row WHERE dataset = $1 AND key = ANY ($2)`

// lookUp reads the alerts of matches and their lists from the reference data. What cannot be read is left out: the match itself says
// enough to raise the hit.
func lookUp(ctx context.Context, tx pgx.Tx, matches []hit.Match) (book, error) {
	var keys []string
	for _, m := range matches {
		keys = append(keys, alerts.RowKey(m.Alert), alerts.ListKey(m.List))
	}
	return readBook(ctx, tx, keys)
}

func readBook(ctx context.Context, tx pgx.Tx, keys []string) (book, error) {
	b := book{map[string]*alerts.Alert{}, map[string]*alerts.ListInfo{}}
	rows, err := tx.Query(ctx, selectReference, alerts.ListsDataset, keys)
	if err != nil {
		return b, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var data []byte
		if err := rows.Scan(&key, &data); err != nil {
			return b, err
		}
		switch kind, name := alerts.SplitKey(key); kind {
		case 'a':
			if a, err := alerts.ParseRow(data); err == nil {
				b.alerts[name] = &a
			}
		case 'l':
			var l alerts.ListInfo
			if json.Unmarshal(data, &l) == nil {
				b.lists[name] = &l
			}
		}
	}
	return b, rows.Err()
}

func (b book) complete(r hit.Raise) hit.Raise { return r.Know(b.alerts[r.Alert], b.lists[r.List]) }

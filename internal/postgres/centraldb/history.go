package centraldb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// readHistory reads the person that a file belongs to, of whatever station.
func (r *Reader) readHistory(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) (h central.History, err error) {
	h.TravellerID = id
	var files []uuid.UUID
	if h.Travellers, files, err = groupOf(ctx, tx, id); err != nil {
		return h, err
	}
	if len(h.Travellers) == 0 {
		return h, problem.New(problem.NotFound, "traveller_unknown")
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM crossing WHERE traveller_id = ANY($1)`, h.Travellers).Scan(&h.Total); err != nil {
		return h, fmt.Errorf("count crossings: %w", err)
	}
	if h.Events, err = readEvents(ctx, tx, h.Travellers); err != nil {
		return h, err
	}
	h.More = h.Total > len(h.Events)
	if err := addCorrections(ctx, tx, h.Events); err != nil {
		return h, err
	}
	records, err := readRecords(ctx, tx, h.Travellers, h.Events)
	if err != nil {
		return h, err
	}
	if h.Total == 0 && len(records) == 0 {
		return h, problem.New(problem.NotFound, "traveller_unknown")
	}
	h.Entries = entries(h.Events, records)
	if h.Stay, err = readStay(ctx, tx, files); err != nil {
		return h, err
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM file_conflict WHERE travellers && $1)`, h.Travellers).Scan(&h.Conflict)
	if err != nil {
		return h, fmt.Errorf("look for a conflict: %w", err)
	}
	return h, r.addStays(ctx, tx, &h, now)
}

func readEvents(ctx context.Context, tx pgx.Tx, travellers []uuid.UUID) ([]central.Event, error) {
	rows, err := tx.Query(ctx, `SELECT `+crossingFields+`, c.payload, EXISTS (
			SELECT FROM movement_void v WHERE v.movement_id = c.crossing_id
			AND NOT EXISTS (SELECT FROM record_superseded s WHERE s.record_id = v.record_id))
		FROM crossing c WHERE c.traveller_id = ANY($1) ORDER BY c.crossed_at DESC, c.event_id DESC LIMIT $2`, travellers, central.HistoryLimit)
	if err != nil {
		return nil, fmt.Errorf("read crossings: %w", err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e central.Event, err error) {
		var payload []byte
		if err := row.Scan(append(crossingTargets(&e.Crossing), &payload, &e.Voided)...); err != nil {
			return e, err
		}
		var sent border.CrossingEvent
		if err := json.Unmarshal(payload, &sent); err != nil {
			return e, errors.New("stored payload of a crossing cannot be read") // the cause may repeat its values
		}
		e.Findings, e.Note, e.Status, e.Category, e.Basis = sent.Findings, sent.Decision.Note, sent.Status, sent.Category, sent.Basis
		e.Grant, e.Particulars, e.Approver = sent.Grant, sent.Particulars, sent.Approver
		return e, nil
	})
	return events, wrap(err, "read crossings")
}

// addCorrections attaches the corrections of annulled crossings, in one query for all.
func addCorrections(ctx context.Context, tx pgx.Tx, events []central.Event) error {
	var ids []uuid.UUID
	at := map[uuid.UUID]int{}
	for i := range events {
		if events[i].AnnulledAt != nil {
			ids, at[events[i].CrossingID] = append(ids, events[i].CrossingID), i
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT ON (crossing_id) crossing_id, station, lane, officer, reason, corrected_at
		FROM crossing_correction WHERE crossing_id = ANY($1) ORDER BY crossing_id, corrected_at`, ids)
	if err != nil {
		return fmt.Errorf("read corrections: %w", err)
	}
	corrections, err := pgx.CollectRows(rows, pgx.RowToStructByPos[central.Correction])
	if err != nil {
		return fmt.Errorf("read corrections: %w", err)
	}
	for i := range corrections {
		events[at[corrections[i].CrossingID]].Correction = &corrections[i]
	}
	return nil
}

// confidentialKinds are the kinds of records that only the named service may see, or see counted.
func confidentialKinds() (kinds []string) {
	for _, k := range border.RecordKinds() {
		if k.Confidential() {
			kinds = append(kinds, string(k))
		}
	}
	return kinds
}

// readRecords reads every version of every record about the travellers, or about a crossing of theirs, but the confidential ones.
func readRecords(ctx context.Context, tx pgx.Tx, travellers []uuid.UUID, events []central.Event) ([]central.Record, error) {
	crossings := make([]uuid.UUID, len(events))
	for i := range events {
		crossings[i] = events[i].CrossingID
	}
	rows, err := tx.Query(ctx, `
		SELECT r.payload, r.received_at, coalesce((
				SELECT array_agg(s.by_record ORDER BY s.by_record) FROM record_superseded s JOIN record b ON b.id = s.by_record
				WHERE s.record_id = r.id AND b.kind <> ALL($3)), '{}'), EXISTS (
				SELECT FROM movement_void v WHERE v.movement_id = r.id
				AND NOT EXISTS (SELECT FROM record_superseded s WHERE s.record_id = v.record_id))
		FROM record r WHERE r.kind <> ALL($3) AND r.id IN (
			SELECT id FROM record WHERE traveller_id = ANY($1)
			UNION SELECT record_id FROM file_link WHERE a = ANY($1) OR b = ANY($1)
			UNION SELECT id FROM record WHERE subject = ANY($2))
		ORDER BY r.event_time DESC, r.id DESC LIMIT $4`, travellers, crossings, confidentialKinds(), central.HistoryLimit)
	if err != nil {
		return nil, fmt.Errorf("read records: %w", err)
	}
	records, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r central.Record, err error) {
		var payload []byte
		if err := row.Scan(&payload, &r.ReceivedAt, &r.SupersededBy, &r.Voided); err != nil {
			return r, err
		}
		if err := json.Unmarshal(payload, &r.Record); err != nil {
			return r, errors.New("stored payload of a record cannot be read") // the cause may repeat its values
		}
		r.Facts = central.FactsOf(r.Record)
		return r, nil
	})
	return records, wrap(err, "read records")
}

// entries puts crossings and records into one timeline, newest first.
func entries(events []central.Event, records []central.Record) []central.Entry {
	list := make([]central.Entry, 0, len(events)+len(records))
	for i := range events {
		list = append(list, central.Entry{At: events[i].CrossedAt, Event: &events[i]})
	}
	for i := range records {
		list = append(list, central.Entry{At: records[i].EventTime, Record: &records[i]})
	}
	slices.SortStableFunc(list, func(a, b central.Entry) int { return b.At.Compare(a.At) })
	return list
}

// addStays computes the person's stays from what stands.
func (r *Reader) addStays(ctx context.Context, tx pgx.Tx, h *central.History, now time.Time) error {
	persons, err := readPersons(ctx, tx, scope{members: map[uuid.UUID][]uuid.UUID{h.TravellerID: h.Travellers}})
	if err != nil || len(persons) == 0 {
		return err
	}
	who := persons[0]
	timeline := stay.Build(who.history)
	if h.Papers, err = who.readPapers(); err != nil {
		return err
	}
	h.Problems = timeline.Problems
	for i := len(timeline.Stays) - 1; i >= 0; i-- {
		s := timeline.Stays[i]
		line := central.StayLine{Stay: s}
		last := s.To
		if s.Open {
			zone, err := time.LoadLocation(who.zones[s.Entry.ID])
			if err != nil {
				zone = time.UTC
			}
			last = today(now, zone)
		}
		if full(s.From) && full(last) {
			line.Days = max(stay.DaysBetween(s.From, last)+1, 1)
			line.Overstay = timeline.Answer(r.regimes, stay.Ask{On: last}).Overstay
		}
		h.Stays = append(h.Stays, line)
	}
	return nil
}

func full(d traveldoc.Date) bool { return d.Precision() == traveldoc.PrecisionDay }

func readStay(ctx context.Context, tx pgx.Tx, files []uuid.UUID) (*central.Stay, error) {
	s := new(central.Stay)
	err := tx.QueryRow(ctx, `
		SELECT inside, coalesce(entered_at, last_at), CASE WHEN inside THEN entry_station ELSE station END, last_lawful, uncertain
		FROM stay WHERE group_id = ANY($1) AND station <> ''`, files).Scan(&s.Inside, &s.Since, &s.Station, &s.PermittedUntil, &s.Uncertain)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no crossing stands: there is no stay, and that is no fault
	}
	return s, wrap(err, "read stay")
}

func dateOf(day time.Time) traveldoc.Date { return traveldoc.DateOf(day.UTC()) }

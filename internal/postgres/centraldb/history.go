package centraldb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func readHistory(ctx context.Context, tx pgx.Tx, traveller uuid.UUID) (h central.History, err error) {
	h.TravellerID = traveller
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM crossing WHERE traveller_id = $1`, traveller).Scan(&h.Total); err != nil {
		return h, fmt.Errorf("count crossings: %w", err)
	}
	if h.Total == 0 {
		return h, problem.New(problem.NotFound, "traveller_unknown")
	}
	if h.Events, err = readEvents(ctx, tx, traveller); err != nil {
		return h, err
	}
	h.More = h.Total > len(h.Events)
	if err := addCorrections(ctx, tx, h.Events); err != nil {
		return h, err
	}
	h.Stay, err = readStay(ctx, tx, []uuid.UUID{traveller})
	return h, err
}

func readEvents(ctx context.Context, tx pgx.Tx, traveller uuid.UUID) ([]central.Event, error) {
	rows, err := tx.Query(ctx, `SELECT `+crossingFields+`, c.payload FROM crossing c WHERE c.traveller_id = $1
		ORDER BY c.crossed_at DESC, c.event_id DESC LIMIT $2`, traveller, central.HistoryLimit)
	if err != nil {
		return nil, fmt.Errorf("read crossings: %w", err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e central.Event, err error) {
		var payload []byte
		if err := row.Scan(append(crossingTargets(&e.Crossing), &payload)...); err != nil {
			return e, err
		}
		var sent border.CrossingEvent
		if err := json.Unmarshal(payload, &sent); err != nil {
			return e, errors.New("stored payload of a crossing cannot be read") // the cause may repeat its values
		}
		e.Findings, e.Note = sent.Findings, sent.Decision.Note
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

func readStay(ctx context.Context, tx pgx.Tx, files []uuid.UUID) (*central.Stay, error) {
	s := new(central.Stay)
	err := tx.QueryRow(ctx, `
		SELECT inside, coalesce(entered_at, last_at), CASE WHEN inside THEN entry_station ELSE station END, last_lawful, uncertain
		FROM stay WHERE group_id = ANY($1)`, files).Scan(&s.Inside, &s.Since, &s.Station, &s.PermittedUntil, &s.Uncertain)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no crossing stands: there is no stay, and that is no fault
	}
	return s, wrap(err, "read stay")
}

func dateOf(day time.Time) traveldoc.Date { return traveldoc.DateOf(day.UTC()) }

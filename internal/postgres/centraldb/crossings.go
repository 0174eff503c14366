package centraldb

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// crossingColumns are written by copyCrossings, in the order of crossingValues.
var crossingColumns = []string{ //nolint:gochecknoglobals // a constant list
	"crossed_at", "event_id", "crossing_id", "traveller_id", "received_at", "origin", "origin_seq", "station",
	"local_date", "zone", "lane", "officer", "direction", "mode", "transport", "purpose",
	"surname", "given_names", "birth_date", "sex", "nationality", "doc_code", "doc_number", "doc_no", "issuing_state",
	"outcome", "reason", "hits", "not_checked", "payload",
}

// insertCrossing is for a few rows what copyCrossings' COPY is for many.
func insertCrossing() string {
	places := make([]string, len(crossingColumns))
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	return "INSERT INTO crossing (" + strings.Join(crossingColumns, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
}

func (b *batch) copyCrossings(ctx context.Context, crossings []*crossingRow) error {
	if len(crossings) <= few {
		for _, c := range crossings {
			b.out.Queue(insertCrossing(), b.crossingValues(c)...)
		}
		return nil
	}
	source := pgx.CopyFromSlice(len(crossings), func(i int) ([]any, error) { return b.crossingValues(crossings[i]), nil })
	if _, err := b.tx.CopyFrom(ctx, pgx.Identifier{"crossing"}, crossingColumns, source); err != nil {
		return fmt.Errorf("store crossings: %w", err)
	}
	return nil
}

func (b *batch) crossingValues(r *crossingRow) []any {
	return []any{
		r.CrossedAt, r.event.ID, r.CrossingID, r.traveller, b.receivedAt, b.origin, r.event.Seq, r.Station,
		r.localDate, r.Zone, r.Lane, r.Officer, string(r.Direction), string(r.Mode), r.Transport, r.Purpose,
		r.Identity.Surname, r.Identity.GivenNames, r.Identity.BirthDate.String(), r.Identity.Sex, r.Identity.Nationality,
		r.Document.Code, r.Document.Number, r.docNo, r.Document.IssuingState,
		string(r.Decision.Verdict), r.Decision.Reason, r.hits, r.notChecked, []byte(r.event.Payload),
	}
}

// dismiss stores scans that were put aside.
func (b *batch) dismiss(dismissals []decoded) {
	for _, item := range dismissals {
		d := item.dismissal
		b.out.Queue(`
			INSERT INTO inspection_dismissal (event_id, origin, origin_seq, station, reason, dismissed_at, received_at, payload)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			item.event.ID, b.origin, item.event.Seq, b.station, d.Reason, d.DismissedAt, b.receivedAt, []byte(item.event.Payload))
	}
}

package stationdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

const openReferral = `
insert into referral (id, inspection_id, file_id, station, zone, lane, direction, referred_by, reason, severity, surname, given_names,
    opened_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, clock_timestamp())`

// referral opens the case of the second line that a decision to refer is.
func referral(b *pgx.Batch, inspection uuid.UUID, e border.CrossingEvent) {
	b.Queue(openReferral, e.CrossingID, inspection, e.TravellerID, e.Station, e.Zone, e.Lane, e.Direction, e.Officer, e.Decision.Reason,
		gravest(e.Findings), e.Identity.Surname, e.Identity.GivenNames, e.CrossedAt)
}

func gravest(findings []border.Finding) border.Severity {
	severity := border.Note
	for _, f := range findings {
		switch f.Severity() {
		case border.SecondLine:
			return border.SecondLine
		case border.Acknowledge:
			severity = border.Acknowledge
		case border.Note:
		}
	}
	return severity
}

const withdrawReferral = `
update referral set outcome = 'withdrawn', closed_at = $2, changed_at = clock_timestamp(), steps = 1 where id = $1 and steps = 0 and closed_at is null`

// withdraw ends the case of a referral that is undone, if nobody has claimed it yet. What the second line decided is not undone here.
func withdraw(ctx context.Context, tx pgx.Tx, c border.CorrectionEvent, newID func() uuid.UUID, entry audit.Entry) error {
	var file, outcomeOf *uuid.UUID
	var zone, station string
	err := tx.QueryRow(ctx, `select d.referral, r.file_id, coalesce(r.zone, ''), coalesce(r.station, '')
		from decision d left join referral r on r.id = d.crossing_id where d.crossing_id = $1`, c.CrossingID).Scan(&outcomeOf, &file, &zone, &station)
	switch {
	case err != nil:
		return err
	case outcomeOf != nil:
		return border.ErrTooLate
	case file == nil:
		return nil
	}
	tag, err := tx.Exec(ctx, withdrawReferral, c.CrossingID, c.CorrectedAt)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return secondline.ErrTouched
	}
	return recordWithdrawal(ctx, tx, c, border.Record{ID: newID(), File: *file, Zone: zone, Station: station}, entry)
}

func recordWithdrawal(ctx context.Context, tx pgx.Tx, c border.CorrectionEvent, r border.Record, entry audit.Entry) (err error) {
	r.Kind, r.Subject, r.Lane, r.Officer = border.ReferralEvent, c.CrossingID, c.Lane, c.Officer
	r.EventTime, r.RecordedAt, r.Origin, r.Status = c.CorrectedAt, c.CorrectedAt, border.Live, border.Confirmed
	step := secondline.Event{Seq: 1, Kind: secondline.Withdrawn, By: c.Officer, At: c.CorrectedAt.UTC().Truncate(time.Microsecond)}
	if r.Body, err = json.Marshal(step); err != nil {
		return err
	}
	entry.ObjectKind, entry.ObjectID = "referral", c.CrossingID.String()
	return recorddb.Append(ctx, tx, r, entry)
}

package shiftdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/shift"
)

const shiftColumns = `s.id, s.responsible, s.covers_from, s.begun_at, coalesce(s.offered_at, 'epoch'), s.offered_by, s.note, s.digest,
	coalesce(s.signed_at, 'epoch'), s.signed_by,
	array(select person from shift_member m where m.shift_id = s.id and left_at is null order by person),
	array(select person from shift_read r where r.shift_id = s.id order by person)`

// The state needs the shift that runs, those that wait for a signature, the last that was offered, and the one that is asked for.
const loadShifts = `select ` + shiftColumns + ` from shift s where s.offered_at is null or s.signed_at is null or s.id = $1
	or s.id = (select id from shift where offered_at is not null order by offered_at desc, id desc limit 1)`

func shiftRow(row pgx.CollectableRow) (shift.Shift, error) {
	var s shift.Shift
	err := row.Scan(&s.ID, &s.Responsible, &s.From, &s.BegunAt, &s.OfferedAt, &s.OfferedBy, &s.Note, &s.Digest, &s.SignedAt, &s.SignedBy,
		&s.Team, &s.Readers)
	s.OfferedAt, s.SignedAt = orZero(s.OfferedAt), orZero(s.SignedAt)
	return s, err
}

type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// load reads the post's state in one round trip.
func load(ctx context.Context, db batcher, also uuid.UUID) (shift.State, error) {
	state := shift.NewState()
	b := &pgx.Batch{}
	each(b, loadShifts, shiftRow, func(x shift.Shift) {
		state.Shifts[x.ID] = x
		if x.Runs() {
			state.Current = x.ID
		}
	}, also)
	each(b, `select lane, direction, officer, opened_at from shift_lane where closed_at is null`, laneRow,
		func(l shift.Lane) { state.Lanes[l.Officer] = l })
	each(b, `select code, holder, lost from shift_stamp where ended_at is null or lost`, pgx.RowToStructByPos[shift.Stamp],
		func(x shift.Stamp) { state.Stamps[x.Code] = x })
	b.Queue(`select coalesce((select lost_at from shift_outage where back_at is null), 'epoch'),
		coalesce((select level from shift_relaxation where until_at is null), $1)`, shift.Full).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&state.LinkLost, &state.Level)
		state.LinkLost = orZero(state.LinkLost)
		return err
	})
	return state, db.SendBatch(ctx, b).Close()
}

func laneRow(row pgx.CollectableRow) (l shift.Lane, err error) {
	err = row.Scan(&l.Name, &l.Direction, &l.Officer, &l.Since)
	l.Since = l.Since.UTC()
	return l, err
}

// each queues a query whose rows are handed on one by one.
func each[T any](b *pgx.Batch, query string, read pgx.RowToFunc[T], use func(T), args ...any) {
	b.Queue(query, args...).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, read)
		for _, x := range list {
			use(x)
		}
		return err
	})
}

package shiftdb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/shift"
)

// orZero turns the epoch, which stands for null, into the zero instant.
func orZero(t time.Time) time.Time {
	if t.Unix() == 0 {
		return time.Time{}
	}
	return t.UTC()
}

// statement is one write of a projection.
type statement struct {
	sql  string
	args []any
}

// project writes the rows that an event comes to. id is the record's.
func project(ctx context.Context, tx pgx.Tx, id uuid.UUID, e shift.Event, register []byte) error {
	b := &pgx.Batch{}
	for _, s := range statements(id, e, register) {
		b.Queue(s.sql, s.args...)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("step %s: %w", e.Step, err)
	}
	return nil
}

const addMember = `insert into shift_member (shift_id, person, joined_at) values ($1, $2, $3)`

func statements(id uuid.UUID, e shift.Event, register []byte) []statement {
	switch e.Step {
	case shift.Begun:
		list := []statement{{`insert into shift (id, responsible, covers_from, begun_at) values ($1, $2, $3, $4)`, []any{e.Shift, e.By, e.From, e.At}}}
		for _, person := range e.Team {
			list = append(list, statement{addMember, []any{e.Shift, person, e.At}})
		}
		return list
	case shift.Joined:
		return []statement{{addMember, []any{e.Shift, e.Person, e.At}}}
	case shift.Left:
		return []statement{{`update shift_member set left_at = $3 where shift_id = $1 and person = $2 and left_at is null`, []any{e.Shift, e.Person, e.At}}}
	case shift.Offered:
		return []statement{{`update shift set offered_at = $2, offered_by = $3, note = $4, digest = $5, register = $6 where id = $1`,
			[]any{e.Shift, e.At, e.By, e.Text, e.Digest, register}}}
	case shift.Signed:
		return []statement{{`update shift set signed_at = $2, signed_by = $3 where id = $1`, []any{e.Shift, e.At, e.Person}}}
	case shift.Read:
		return []statement{{`insert into shift_read (shift_id, person, read_at) values ($1, $2, $3)`, []any{e.Shift, e.Person, e.At}}}
	case shift.Written:
		return []statement{{`insert into shift_text (shift_id, section, version, text, by, at, late)
			select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, (select offered_at is not null from shift where id = $1)
			from shift_text where shift_id = $1 and section = $2`, []any{e.Shift, e.Section, e.Text, e.By, e.At}}}
	default:
		return workStatements(id, e)
	}
}

func workStatements(id uuid.UUID, e shift.Event) []statement {
	switch e.Step {
	case shift.Opened:
		return []statement{{`insert into shift_lane (id, lane, direction, officer, opened_at) values ($1, $2, $3, $4, $5)`,
			[]any{id, e.Lane, e.Direction, e.Person, e.At}}}
	case shift.Closed:
		return []statement{{`update shift_lane set closed_at = greatest($2, opened_at), cause = $3 where officer = $1 and closed_at is null`,
			[]any{e.Person, e.At, e.Kind}}}
	case shift.Relaxed:
		return []statement{
			{`update shift_relaxation set until_at = $1 where until_at is null`, []any{e.At}},
			{`insert into shift_relaxation (id, level, reason, by, from_at) values ($1, $2, $3, $4, $5)`, []any{id, e.Kind, e.Text, e.By, e.At}},
		}
	case shift.Noted:
		return []statement{{`insert into shift_note (id, section, kind, text, by, at) values ($1, $2, $3, $4, $5, $6)`,
			[]any{id, e.Section, e.Kind, e.Text, e.By, e.At}}}
	case shift.Issued:
		return []statement{{`insert into shift_stamp (id, code, holder, issued_at) values ($1, $2, $3, $4)`, []any{id, e.Code, e.Person, e.At}}}
	case shift.Returned:
		return []statement{{`update shift_stamp set ended_at = $2 where code = $1 and ended_at is null`, []any{e.Code, e.At}}}
	case shift.Lost:
		return []statement{
			{`update shift_stamp set ended_at = $2, lost = true, remark = $3 where code = $1 and ended_at is null`, []any{e.Code, e.At, e.Text}},
			{`insert into shift_stamp (id, code, holder, issued_at, ended_at, lost, remark) select $1, $2, '', $3, $3, true, $4
				where not exists (select from shift_stamp where code = $2 and lost)`, []any{id, e.Code, e.At, e.Text}},
		}
	case shift.LinkLost:
		return []statement{{`insert into shift_outage (id, lost_at) values ($1, $2)`, []any{id, e.At}}}
	case shift.LinkBack:
		return []statement{{`update shift_outage set back_at = greatest($1, lost_at) where back_at is null`, []any{e.At}}}
	default:
		return nil
	}
}

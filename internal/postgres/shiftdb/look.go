package shiftdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// Brief is what every page of the station says of its shifts. It changes when a shift event is written, and is kept in memory: a
// page at the counter asks the database nothing for it.
type Brief struct {
	// Running is the shift that runs; zero when none does.
	Running uuid.UUID
	// Last is the hand-over that officers read when they take a lane: of the last shift that was offered; zero when there is none.
	Last    shift.Shift
	HasLast bool
}

// Unread reports whether the person has a hand-over to read.
func (b Brief) Unread(person string) bool {
	return b.HasLast && !slices.Contains(b.Last.Readers, person) && b.Last.OfferedBy != person && b.Last.SignedBy != person
}

// Brief is what every page says of the post's shifts.
func (s *Store) Brief(ctx context.Context) (Brief, error) {
	s.mu.Lock() // while it is read too, so that what is kept is never older than the last step
	defer s.mu.Unlock()
	if s.brief != nil {
		return *s.brief, nil
	}
	state, err := load(ctx, s.cfg.DB.Pool, uuid.Nil)
	if err != nil {
		return Brief{}, fmt.Errorf("shifts: %w", err)
	}
	b := Brief{Running: state.Current}
	b.Last, b.HasLast = state.Last()
	s.brief = &b
	return b, nil
}

// State is the post as its shift events left it, for the page of those on duty. It names officers, no travellers.
func (s *Store) State(ctx context.Context) (shift.State, error) {
	state, err := load(ctx, s.cfg.DB.Pool, uuid.Nil)
	if err != nil {
		return state, fmt.Errorf("shifts: %w", err)
	}
	return state, nil
}

const listShifts = `select ` + shiftColumns + ` from shift s
	where ($1::uuid is null or (s.begun_at, s.id) < (select begun_at, id from shift where id = $1)) order by s.begun_at desc, s.id desc limit $2`

// List are the shifts, newest first, those before the one given.
func (s *Store) List(ctx context.Context, before uuid.UUID, limit int) ([]shift.Shift, error) {
	var after *uuid.UUID
	if before != uuid.Nil {
		after = &before
	}
	rows, err := s.cfg.DB.Pool.Query(ctx, listShifts, after, limit)
	if err != nil {
		return nil, fmt.Errorf("shifts: %w", err)
	}
	list, err := pgx.CollectRows(rows, shiftRow)
	if err != nil {
		return nil, fmt.Errorf("shifts: %w", err)
	}
	return list, nil
}

// Folder is a shift with its register.
type Folder struct {
	Shift    shift.Shift
	Register shift.Register
	// Encoded are the bytes that the digest is of; nil while the shift runs.
	Encoded []byte
	// Late are the sections completed after the register was offered; they are no part of what was signed.
	Late []shift.WrittenText
	// Versions tells how many versions a section has.
	Versions map[shift.Section]int
}

// Genuine reports whether the register is the one that was offered.
func (f Folder) Genuine() bool { return f.Shift.Runs() || shift.Digest(f.Encoded) == f.Shift.Digest }

// Open reads a shift with its register: of one that runs as it stands now, of another as it was offered. The read is audited.
func (s *Store) Open(ctx context.Context, id uuid.UUID, entry audit.Entry) (Folder, error) {
	f := Folder{Versions: map[shift.Section]int{}}
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		state, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		x, ok := state.Shifts[id]
		if !ok {
			return problem.New(problem.NotFound, "shift_unknown")
		}
		f.Shift = x
		if err := s.open(ctx, tx, &f); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return Folder{}, fmt.Errorf("shift %s: %w", id, err)
	}
	return f, nil
}

func (s *Store) open(ctx context.Context, tx pgx.Tx, f *Folder) (err error) {
	if f.Shift.Runs() {
		f.Register, err = s.fill(ctx, tx, f.Shift, s.cfg.Now().UTC().Truncate(time.Microsecond).Add(time.Microsecond)) // what happened just now too
	} else if err = tx.QueryRow(ctx, `select register from shift where id = $1`, f.Shift.ID).Scan(&f.Encoded); err == nil {
		f.Register, err = shift.Decode(f.Encoded)
	}
	if err != nil {
		return err
	}
	texts, err := s.texts(ctx, tx, f.Shift.ID, "")
	for _, t := range texts {
		f.Versions[t.Section]++
		if t.Late {
			f.Late = slices.DeleteFunc(f.Late, func(old shift.WrittenText) bool { return old.Section == t.Section })
			f.Late = append(f.Late, t)
		}
	}
	return err
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func (s *Store) texts(ctx context.Context, db querier, id uuid.UUID, section shift.Section) ([]shift.WrittenText, error) {
	rows, err := db.Query(ctx, `select section, text, by, at, version, late from shift_text
		where shift_id = $1 and ($2 = '' or section = $2) order by section, version`, id, string(section))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (shift.WrittenText, error) {
		t, err := pgx.RowToStructByPos[shift.WrittenText](row)
		t.At = t.At.UTC()
		return t, err
	})
}

// Versions are all versions of a section's text, oldest first.
func (s *Store) Versions(ctx context.Context, id uuid.UUID, section shift.Section, entry audit.Entry) ([]shift.WrittenText, error) {
	var list []shift.WrittenText
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
		if list, err = s.texts(ctx, tx, id, section); err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return nil, fmt.Errorf("shift %s: %w", id, err)
	}
	return list, nil
}

// Duty is who was on duty at an instant: the shift that ran, its team, and the lanes that were open.
type Duty struct {
	Shift       uuid.UUID // zero when none ran
	Responsible string
	Team        []string
	Lanes       []shift.Lane
}

// OnDuty tells who was on duty at an instant. The read is audited.
func (s *Store) OnDuty(ctx context.Context, at time.Time, entry audit.Entry) (Duty, error) {
	var d Duty
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		each(b, `select id, responsible, array(select person from shift_member m where m.shift_id = s.id and joined_at <= $1
			and coalesce(left_at > $1, true) order by person) from shift s where begun_at <= $1 and coalesce(offered_at > $1, true)`,
			func(row pgx.CollectableRow) (x Duty, err error) {
				return x, row.Scan(&x.Shift, &x.Responsible, &x.Team)
			},
			func(x Duty) { d.Shift, d.Responsible, d.Team = x.Shift, x.Responsible, x.Team }, at)
		each(b, `select lane, direction, officer, opened_at from shift_lane where opened_at <= $1 and coalesce(closed_at > $1, true)
			order by lane, officer`, laneRow, func(l shift.Lane) { d.Lanes = append(d.Lanes, l) }, at)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		entry.ResultCount = len(d.Team) + len(d.Lanes)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return Duty{}, fmt.Errorf("who was on duty: %w", err)
	}
	return d, nil
}

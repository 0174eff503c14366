package listdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// PageSize is how many alerts, notes or proposals a page shows.
const PageSize = 50

// Look says which part of a proposal is wanted: the alerts of an effect, or what was refused or noted.
type Look struct {
	Effect Effect // empty: the first effect that the proposal has
	Notes  bool   // notes instead of alerts
	Refuse bool   // what was refused instead of alerts
	After  string // id of the alert before the page
	AfterN int64  // number of the note before the page
}

// Row is an alert of a proposal, as it was and as it shall be. One of both is nil when it is new, or goes.
type Row struct {
	ID            string
	Line          int64 // in the file
	Effect        Effect
	Before, After *alerts.Alert
	Fields        []string // that change: names in JSON
	Conflicts     []Conflict
}

// Note is an entry of the file that was refused, or taken with a remark.
type Note struct {
	N                   int64
	Refused             bool
	Line                int64
	Entry, Field, Value string
	Reason              string // listfile's code, or a problem's
}

// Progress is how far long work is.
type Progress struct {
	Stage       string // "reading", "comparing", "publishing"
	Done, Total int64
}

// Review is a proposal with a page of what it does: of a pending one on the present version, of a decided one what it did.
type Review struct {
	Proposal
	Look     Look
	Current  int64 // version of the list now
	Rows     []Row
	Notes    []Note
	More     bool // there is a page after this one
	Progress *Progress
	// MayApprove says that the person is a second one and may; MayReject that he may say no, or take back; Own that he is the proposer.
	MayApprove, MayReject, Own bool
}

// errMoved asks for the effects to be counted anew, which nobody else may do at the same time.
var errMoved = errors.New("counted on another version")

// Review shows a page of what a proposal does. That a second person saw it is kept: nobody approves what he has not seen.
func (l *Lists) Review(ctx context.Context, by Person, id uuid.UUID, look Look) (r Review, err error) {
	if err := by.must(auth.AlertView); err != nil {
		return r, err
	}
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		r, err = l.review(ctx, tx, by, id, look)
		return err
	})
	if errors.Is(err, errMoved) {
		err = l.alone(ctx, func(tx pgx.Tx) error {
			p, err := proposal(ctx, tx, by, id)
			if err != nil || p.State != Pending {
				return err
			}
			if err := count(ctx, tx, &p); err != nil {
				return err
			}
			r, err = l.review(ctx, tx, by, id, look)
			return err
		})
	}
	return r, wrapped(err, "review a proposal for a list")
}

func (l *Lists) review(ctx context.Context, tx pgx.Tx, by Person, id uuid.UUID, look Look) (r Review, err error) {
	if r.Proposal, err = proposal(ctx, tx, by, id); err != nil {
		return r, err
	}
	if err := l.present(ctx, tx, &r); err != nil {
		return r, err
	}
	r.Look = looked(look, r.Counts)
	if err := l.page(ctx, tx, by, &r); err != nil {
		return r, err
	}
	r.Own = by.is(r.Proposed.ID, r.Proposed.Login)
	err = keeps(ctx, tx, by, &r.Proposal)
	if err != nil && !errors.Is(err, errOtherAgency) {
		return r, err
	}
	second := !r.Own && err == nil && by.may(auth.AlertApprove)
	r.MayReject = (r.State == Pending || r.State == Reading) && (second || r.Own && by.may(auth.AlertManage))
	r.MayApprove = r.State == Pending && second && (r.Counts.Changes() > 0 || r.Act == ActSettings)
	if r.MayApprove {
		if err := l.saw(ctx, tx, by, &r); err != nil {
			return r, err
		}
	}
	entry := by.Entry(l.now(), audit.Consultation, kindOf("list_proposal", r.Agency), r.ID.String())
	entry.Purpose, entry.ResultCount = "four_eyes", len(r.Rows)
	return r, auditlog.Insert(ctx, tx, entry)
}

// present says how the list is now, and how far long work is.
func (l *Lists) present(ctx context.Context, tx pgx.Tx, r *Review) error {
	err := tx.QueryRow(ctx, `select coalesce((select version from alert_list where id = $1), 0)`, r.List).Scan(&r.Current)
	if err != nil {
		return err
	}
	switch r.State {
	case Reading, Publishing:
		var p Progress
		err := tx.QueryRow(ctx, `select stage, done, total from list_progress where proposal = $1`, r.ID).Scan(&p.Stage, &p.Done, &p.Total)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		r.Progress = &p
		return err
	case Pending:
		base, err := baseOf(ctx, tx, &r.Proposal)
		if err == nil && base != r.Base {
			err = errMoved
		}
		return err
	case Failed, Approved, Rejected:
	}
	return nil
}

// looked is the look with the first effect that there is.
func looked(look Look, c Counts) Look {
	if look.Notes || look.Refuse || c.Of(look.Effect) > 0 && look.Effect != Unchanged {
		return look
	}
	look.Effect = ""
	for _, e := range Effects() {
		if c.Of(e) > 0 {
			look.Effect = e
			break
		}
	}
	return look
}

func (l *Lists) page(ctx context.Context, tx pgx.Tx, by Person, r *Review) error {
	if r.Look.Notes || r.Look.Refuse {
		return notes(ctx, tx, r)
	}
	if r.Look.Effect == "" || r.State == Publishing || r.State == Reading {
		return nil
	}
	rows, err := tx.Query(ctx, rowsOf(r.State), r.ID, r.List, r.Look.Effect, r.Look.After, PageSize+1)
	if err != nil {
		return err
	}
	if r.Rows, err = pgx.CollectRows(rows, scanRow); err != nil {
		return err
	}
	if r.More = len(r.Rows) > PageSize; r.More {
		r.Rows = r.Rows[:PageSize]
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Before != nil && row.After != nil {
			row.Fields = listfile.Differ(*row.Before, *row.After)
		}
		if row.After != nil && r.State == Pending {
			if row.Conflicts, err = l.conflicts(ctx, tx, by, *row.After); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf reads alerts of a proposal: while it is pending beside how they are, once approved what it made of them.
func rowsOf(state Standing) string {
	if state == Approved {
		return `select p.id, p.line, p.effect, case when p.effect <> 'added' then w.body end, case when p.effect <> 'removed' then v.body end
			from list_proposed p join alert_version v on v.list = $2 and v.id = p.id and v.proposal = p.proposal
			left join alert_version w on w.list = v.list and w.id = v.id and w.version = v.version - 1
			where p.proposal = $1 and p.effect = $3 and p.id > $4 order by p.id limit $5`
	}
	return `select p.id, p.line, p.effect, case when p.effect <> 'added' then v.body end, p.body
		from list_proposed p left join alert a on a.list = $2 and a.id = p.id
		left join alert_version v on v.list = a.list and v.id = a.id and v.version = a.version
		where p.proposal = $1 and p.effect = $3 and p.id > $4 order by p.id limit $5`
}

func scanRow(row pgx.CollectableRow) (r Row, err error) {
	var before, after *string
	if err := row.Scan(&r.ID, &r.Line, &r.Effect, &before, &after); err != nil {
		return r, err
	}
	for _, side := range []struct {
		body *string
		into **alerts.Alert
	}{{before, &r.Before}, {after, &r.After}} {
		if side.body == nil {
			continue
		}
		*side.into = new(alerts.Alert)
		if err := json.Unmarshal([]byte(*side.body), *side.into); err != nil {
			return r, err
		}
	}
	return r, nil
}

func notes(ctx context.Context, tx pgx.Tx, r *Review) error {
	rows, err := tx.Query(ctx, `select n, refused, line, entry, field, value, reason from list_note
		where proposal = $1 and refused = $2 and n > $3 order by n limit $4`, r.ID, r.Look.Refuse, r.Look.AfterN, PageSize+1)
	if err != nil {
		return err
	}
	r.Notes, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Note, err error) {
		err = row.Scan(&n.N, &n.Refused, &n.Line, &n.Entry, &n.Field, &n.Value, &n.Reason)
		return n, err
	})
	if r.More = len(r.Notes) > PageSize; r.More {
		r.Notes = r.Notes[:PageSize]
	}
	return err
}

// saw remembers that a second person has seen the proposal on its base.
func (l *Lists) saw(ctx context.Context, tx pgx.Tx, by Person, r *Review) error {
	_, err := tx.Exec(ctx, `insert into list_seen (proposal, person, base, at) values ($1, $2, $3, $4)
		on conflict (proposal, person) do update set base = excluded.base, at = excluded.at`, r.ID, by.ID, r.Base, l.now())
	return err
}

// Proposals lists what was proposed that the person may know of, newest first, before a proposal (the zero time and id for the newest);
// with open only what waits. It names nobody who is listed.
func (l *Lists) Proposals(ctx context.Context, by Person, open bool, before time.Time, id uuid.UUID) (all []Proposal, more bool, err error) {
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+proposalFields+` from list_proposal
			where (agency = '' or agency = $1) and (not $2 or state in ('reading', 'pending', 'publishing', 'failed'))
			and ($3 or (proposed_at, id) < ($4, $5)) order by proposed_at desc, id desc limit $6`,
			by.Desk(), open, before.IsZero(), before, id, PageSize+1)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, scanProposal)
		return err
	})
	if more = len(all) > PageSize; more {
		all = all[:PageSize]
	}
	return all, more, wrapped(err, "proposals for lists")
}

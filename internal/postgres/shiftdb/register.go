package shiftdb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
)

// Decisions of the shift that had not been undone when it ended.
const standing = `
with span as (select $1::timestamptz as since, $2::timestamptz as until),
decided as (
    select d.*, i.identity, s.direction
    from span, decision d join inspection i on i.id = d.inspection_id join scan s on s.id = d.inspection_id
    where d.decided_at >= since and d.decided_at < until
      and not exists (select from correction c where c.crossing_id = d.crossing_id and c.corrected_at < until)
) `

const nationality = `coalesce(nullif(identity ->> 'nationality', ''), '') as nationality`

const (
	traffic = standing + `select direction, coalesce(nullif(event ->> 'category', ''), 'ordinary') as category, ` + nationality + `, count(*)::int
		from decided where verdict = 'admit' group by 1, 2, 3 order by 1, 2, 3`
	// Letters of the form, in the order of the form; before there were forms, the decision's own reason.
	refusals = standing + `select coalesce((select string_agg(r, ', ' order by r) from jsonb_array_elements_text(event -> 'refusal' -> 'reasons') r),
		reason) as reasons, ` + nationality + `, count(*)::int from decided where verdict = 'refuse' group by 1, 2 order by 1, 2`
	overstays = standing + `select ` + nationality + `, count(*)::int from decided
		where verdict = 'admit' and direction = 'exit' and coalesce((event -> 'grant' ->> 'overstay')::int, 0) > 0 group by 1 order by 1`
	hits = standing + `select check_name, count(*)::int from decided join finding f using (crossing_id)
		where f.outcome = 'hit' group by 1 order by 1`
	notChecked = standing + `select check_name, count(*)::int from decided join finding f using (crossing_id)
		where f.outcome = 'not_checked' and verdict = 'admit' group by 1 order by 1`
	provisional = standing + `select count(*)::int from decided where status = 'provisional'`
	corrections = `select c.reason, d.decided_at < $1 as late, count(*)::int from correction c join decision d using (crossing_id)
		where c.corrected_at >= $1 and c.corrected_at < $2 group by 1, 2 order by 1, 2`
	// A record belongs to the shift in which it was written down, whatever it is about.
	records = `select kind, case when kind = 'authorisation.changed' then coalesce(body ->> 'kind', '') else '' end, coalesce(body ->> 'ground', ''),
		event_time < $1 as late, count(*)::int from record
		where kind in ('authorisation.changed', 'movement.supplied', 'movement.voided') and recorded_at >= $1 and recorded_at < $2
		group by 1, 2, 3, 4 order by 1, 2, 3, 4`
	receipts  = `select count(*)::int from record where kind = 'receipt.issued' and recorded_at >= $1 and recorded_at < $2`
	rechecked = `select coalesce(body ->> 'outcome', body ->> 'result', ''), count(*)::int from record
		where kind = 'decision.rechecked' and recorded_at >= $1 and recorded_at < $2 group by 1 order by 1`
	// A case that the first line took back in time was none.
	cases = `select count(*) filter (where opened_at >= $1 and outcome <> 'withdrawn')::int,
		count(*) filter (where closed_at is null or closed_at >= $2)::int from referral where opened_at < $2`
	outcomes = `select outcome, count(*)::int from referral where closed_at >= $1 and closed_at < $2 and outcome <> 'withdrawn' group by 1 order by 1`
	// What a signal of need of protection writes is in no number here, not even in that of events on their way.
	waiting = `select count(*)::int from outbox, outbox_state where (seq is null or seq > confirmed_seq) and kind <> 'protection.event'`
)

const (
	laneTimes = `select lane, direction, officer, greatest(opened_at, $1), coalesce(case when closed_at < $2 then closed_at end, 'epoch'),
		case when closed_at < $2 then cause else '' end
		from shift_lane where opened_at < $2 and coalesce(closed_at > $1, true) order by opened_at, lane, officer`
	relaxations = `select level, reason, by, greatest(from_at, $1), coalesce(case when until_at < $2 then until_at end, 'epoch')
		from shift_relaxation where from_at < $2 and coalesce(until_at > $1, true) and not (level = 'full' and from_at < $1) order by from_at, id`
	stampTimes = `select code, holder, greatest(issued_at, $1), coalesce(case when ended_at < $2 then ended_at end, 'epoch'),
		lost and ended_at < $2, case when ended_at < $2 then remark else '' end
		from shift_stamp where issued_at < $2 and coalesce(ended_at >= $1, true) order by issued_at, code, id`
	notes   = `select id, section, kind, text, by, at from shift_note where at >= $1 and at < $2 order by at, id`
	outages = `select greatest(lost_at, $1), coalesce(case when back_at < $2 then back_at end, 'epoch') from shift_outage
		where lost_at < $2 and coalesce(back_at > $1, true) order by lost_at`
	members = `select person, joined_at, coalesce(case when left_at < $2 then left_at end, 'epoch') from shift_member
		where shift_id = $1 and joined_at < $2 order by joined_at, person`
	// The newest version of each section; after the offer the newest of those that were written since too.
	writtenTexts = `select distinct on (section, late) section, text, by, at, version, late from shift_text where shift_id = $1
		order by section, late, version desc`
)

// fill reads the register of a shift until an instant, in one round trip.
func (s *Store) fill(ctx context.Context, db batcher, x shift.Shift, until time.Time) (shift.Register, error) {
	r := shift.Register{
		Shift: x.ID, Station: s.cfg.Station, Zone: s.cfg.Zone.String(), Responsible: x.Responsible, BegunAt: x.BegunAt, From: x.From, Until: until,
	}
	b := &pgx.Batch{}
	fillDecisions(b, &r)
	fillRecords(b, &r)
	fillPost(b, &r)
	each(b, members, memberRow, func(m shift.Member) { r.Team = append(r.Team, m) }, x.ID, until)
	each(b, writtenTexts, pgx.RowToStructByPos[shift.WrittenText], func(t shift.WrittenText) {
		if t.At = t.At.UTC(); !t.Late {
			r.Texts = append(r.Texts, t)
		}
	}, x.ID)
	return r, db.SendBatch(ctx, b).Close()
}

func fillDecisions(b *pgx.Batch, r *shift.Register) {
	span := []any{r.From, r.Until}
	collect(b, traffic, &r.Traffic, span)
	collect(b, refusals, &r.Refusals, span)
	collect(b, overstays, &r.Overstays, span)
	collect(b, hits, &r.Hits, span)
	collect(b, notChecked, &r.NotChecked, span)
	collect(b, corrections, &r.Corrections, span)
	number(b, provisional, &r.Provisional, span)
}

func fillRecords(b *pgx.Batch, r *shift.Register) {
	span := []any{r.From, r.Until}
	each(b, records, func(row pgx.CollectableRow) (x repairRow, err error) {
		err = row.Scan(&x.kind, &x.change, &x.Ground, &x.Late, &x.N)
		return x, err
	}, func(x repairRow) { x.add(r) }, span...)
	collect(b, rechecked, &r.Rechecked, span)
	number(b, receipts, &r.Receipts, span)
	number(b, waiting, &r.Waiting, nil)
	b.Queue(cases, span...).QueryRow(func(row pgx.Row) error { return row.Scan(&r.Referrals.Opened, &r.Referrals.Open) })
	collect(b, outcomes, &r.Referrals.Outcomes, span)
}

type repairRow struct {
	kind   border.RecordKind
	change string
	shift.Repair
}

// add puts changes of authorisation apart from repaired movements.
func (x repairRow) add(r *shift.Register) {
	if x.kind == border.AuthorisationChanged {
		x.Kind = x.change
		r.Authorisations = append(r.Authorisations, x.Repair)
		return
	}
	x.Kind = string(x.kind)
	r.Repairs = append(r.Repairs, x.Repair)
}

func fillPost(b *pgx.Batch, r *shift.Register) {
	span := []any{r.From, r.Until}
	each(b, laneTimes, pgx.RowToStructByPos[shift.LaneTime], func(x shift.LaneTime) {
		x.From, x.Until = x.From.UTC(), orZero(x.Until)
		r.Lanes = append(r.Lanes, x)
	}, span...)
	each(b, relaxations, pgx.RowToStructByPos[shift.Relaxation], func(x shift.Relaxation) {
		x.From, x.Until = x.From.UTC(), orZero(x.Until)
		r.Relaxations = append(r.Relaxations, x)
	}, span...)
	each(b, stampTimes, pgx.RowToStructByPos[shift.StampTime], func(x shift.StampTime) {
		x.From, x.Until = x.From.UTC(), orZero(x.Until)
		r.Stamps = append(r.Stamps, x)
	}, span...)
	each(b, notes, pgx.RowToStructByPos[shift.Note], func(x shift.Note) {
		x.At = x.At.UTC()
		r.Notes = append(r.Notes, x)
	}, span...)
	each(b, outages, pgx.RowToStructByPos[shift.Outage], func(x shift.Outage) {
		x.From, x.Until = x.From.UTC(), orZero(x.Until)
		r.Outages = append(r.Outages, x)
	}, span...)
}

func memberRow(row pgx.CollectableRow) (shift.Member, error) {
	m, err := pgx.RowToStructByPos[shift.Member](row)
	m.From, m.Until = m.From.UTC(), orZero(m.Until)
	return m, err
}

func collect[T any](b *pgx.Batch, query string, into *[]T, args []any) {
	each(b, query, pgx.RowToStructByPos[T], func(x T) { *into = append(*into, x) }, args...)
}

func number(b *pgx.Batch, query string, into *int, args []any) {
	b.Queue(query, args...).QueryRow(func(row pgx.Row) error { return row.Scan(into) })
}

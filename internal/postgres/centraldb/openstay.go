package centraldb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/traveldoc"
)

// stayRow is a row of table stay.
type stayRow struct {
	group, traveller uuid.UUID
	inside           bool
	lastAt           time.Time
	station          string
	movement         uuid.UUID
	enteredAt        *time.Time
	enteredOn        *time.Time
	entryStation     string
	entryZone        string
	nationality      string
	lastLawful       *time.Time
	uncertain        bool
	published        bool
}

// stayOf says where a person's latest stay stands; nil when no movement of his stands.
func (p *Projector) stayOf(who *person, now time.Time) *stayRow {
	last := who.latest()
	if last == nil && p.worthTelling(who, now) { // nothing stands; the row remembers that the stations are told so
		return &stayRow{group: who.key(), traveller: who.travellers[0], lastAt: who.lastVoided, movement: who.voided[0], published: true}
	}
	if last == nil {
		return nil
	}
	row := &stayRow{
		group: who.key(), traveller: who.travellers[0], lastAt: last.At, station: last.Station, movement: last.ID,
		nationality: last.Nationality, uncertain: who.timeline.Uncertain(), published: p.worthTelling(who, now),
	}
	end, open := who.timeline.EndOfStay(p.Regimes)
	if !open {
		return row
	}
	entry := who.timeline.OpenStay().Entry
	row.inside, row.movement, row.entryStation, row.nationality = true, entry.ID, entry.Station, entry.Nationality
	at := entry.At
	row.enteredAt, row.enteredOn, row.lastLawful = &at, day(entry.Date), day(end)
	row.entryZone, _ = p.zone(who.zones[entry.ID])
	return row
}

// day is a date as the database takes it; null when it is not a full one.
func day(d traveldoc.Date) *time.Time {
	if d.Precision() != traveldoc.PrecisionDay {
		return nil
	}
	first := d.First()
	return &first
}

// overdue says by how many days the stay is too long today, at the post where it began; 0 when it is lawful, closed or unbounded.
func (p *Projector) overdue(row *stayRow, now time.Time) int {
	if row == nil || !row.inside || row.lastLawful == nil {
		return 0
	}
	_, zone := p.zone(row.entryZone)
	return max(stay.DaysBetween(dateOf(*row.lastLawful), today(now, zone)), 0)
}

const stayColumns = `group_id, traveller_id, inside, last_at, station, movement_id, entered_at, entered_on, entry_station, entry_zone,
	nationality, last_lawful, uncertain, published`

func (r *stayRow) targets() []any {
	return []any{
		&r.group, &r.traveller, &r.inside, &r.lastAt, &r.station, &r.movement, &r.enteredAt, &r.enteredOn, &r.entryStation, &r.entryZone,
		&r.nationality, &r.lastLawful, &r.uncertain, &r.published,
	}
}

func (r *stayRow) same(o *stayRow) bool {
	equal := func(a, b *time.Time) bool { return a == nil && b == nil || a != nil && b != nil && a.Equal(*b) }
	return r.group == o.group && r.traveller == o.traveller && r.inside == o.inside && r.lastAt.Equal(o.lastAt) && r.station == o.station &&
		r.movement == o.movement && equal(r.enteredAt, o.enteredAt) && equal(r.enteredOn, o.enteredOn) && r.entryStation == o.entryStation &&
		r.entryZone == o.entryZone && r.nationality == o.nationality && equal(r.lastLawful, o.lastLawful) && r.uncertain == o.uncertain &&
		r.published == o.published
}

// keepStays brings table stay up to date for whole persons, and notes who left the list of overstayers.
func (p *Projector) keepStays(ctx context.Context, tx pgx.Tx, persons []*person, now time.Time) error {
	old, err := readStays(ctx, tx, persons)
	if err != nil {
		return err
	}
	var changed []*stayRow
	var gone []uuid.UUID
	kept := map[uuid.UUID]*stayRow{}
	for _, who := range persons {
		row := p.stayOf(who, now)
		if row == nil {
			continue
		}
		kept[row.group] = row
		if before := old[row.group]; before == nil || !row.same(before) {
			changed = append(changed, row)
		}
	}
	for group := range old {
		if kept[group] == nil {
			gone = append(gone, group)
		}
	}
	out := new(pgx.Batch)
	if len(gone) > 0 {
		out.Queue(`DELETE FROM stay WHERE group_id = ANY($1)`, gone)
	}
	p.noteEnds(out, persons, old, kept, now)
	writeStays(out, changed)
	return wrap(tx.SendBatch(ctx, out).Close(), "store stays")
}

// readStays reads the rows that stand for any file of the persons.
func readStays(ctx context.Context, tx pgx.Tx, persons []*person) (map[uuid.UUID]*stayRow, error) {
	var files []uuid.UUID
	for _, who := range persons {
		files = append(files, who.files...)
	}
	rows, err := tx.Query(ctx, `SELECT `+stayColumns+` FROM unnest($1::uuid[]) AS f(id) JOIN stay s ON s.group_id = f.id`, files)
	if err != nil {
		return nil, fmt.Errorf("read stays: %w", err)
	}
	old := make(map[uuid.UUID]*stayRow, len(persons))
	for rows.Next() {
		row := new(stayRow)
		if err := rows.Scan(row.targets()...); err != nil {
			rows.Close()
			return nil, fmt.Errorf("read stays: %w", err)
		}
		old[row.group] = row
	}
	return old, wrap(rows.Err(), "read stays")
}

// writeStays inserts or replaces rows, set-wise.
func writeStays(out *pgx.Batch, rows []*stayRow) {
	if len(rows) == 0 {
		return
	}
	c := newStayColumns(len(rows))
	zones := map[string]bool{}
	for i, r := range rows {
		c.set(i, r)
		if r.inside {
			zones[r.entryZone] = true
		}
	}
	out.Queue(`
		INSERT INTO stay AS s (`+stayColumns+`)
		SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[], $5::text[], $6::uuid[], $7::timestamptz[], $8::date[],
			$9::text[], $10::text[], $11::text[], $12::date[], $13::boolean[], $14::boolean[])
		ON CONFLICT (group_id) DO UPDATE SET
			traveller_id = excluded.traveller_id, inside = excluded.inside, last_at = excluded.last_at, station = excluded.station,
			movement_id = excluded.movement_id, entered_at = excluded.entered_at, entered_on = excluded.entered_on,
			entry_station = excluded.entry_station, entry_zone = excluded.entry_zone, nationality = excluded.nationality,
			last_lawful = excluded.last_lawful, uncertain = excluded.uncertain, published = excluded.published`, c.args()...)
	for zone := range zones {
		out.Queue(`INSERT INTO stay_zone (zone) VALUES ($1) ON CONFLICT DO NOTHING`, zone)
	}
}

// stayColumnSet are rows as the columns of one statement.
type stayColumnSet struct {
	groups, travellers, movements                 []uuid.UUID
	inside, uncertain, published                  []bool
	lastAt                                        []time.Time
	enteredAt, enteredOn, lastLawful              []*time.Time
	stations, entryStations, zones, nationalities []string
}

func newStayColumns(n int) *stayColumnSet {
	return &stayColumnSet{
		make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n), make([]bool, n), make([]bool, n), make([]bool, n), make([]time.Time, n),
		make([]*time.Time, n), make([]*time.Time, n), make([]*time.Time, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n),
	}
}

func (c *stayColumnSet) set(i int, r *stayRow) {
	c.groups[i], c.travellers[i], c.movements[i] = r.group, r.traveller, r.movement
	c.inside[i], c.uncertain[i], c.published[i] = r.inside, r.uncertain, r.published
	c.lastAt[i], c.enteredAt[i], c.enteredOn[i], c.lastLawful[i] = r.lastAt, r.enteredAt, r.enteredOn, r.lastLawful
	c.stations[i], c.entryStations[i], c.zones[i], c.nationalities[i] = r.station, r.entryStation, r.entryZone, r.nationality
}

func (c *stayColumnSet) args() []any {
	return []any{
		c.groups, c.travellers, c.inside, c.lastAt, c.stations, c.movements, c.enteredAt, c.enteredOn, c.entryStations, c.zones,
		c.nationalities, c.lastLawful, c.uncertain, c.published,
	}
}

// noteEnds writes down who was on the list of overstayers and no longer is, and by what.
func (p *Projector) noteEnds(out *pgx.Batch, persons []*person, old, kept map[uuid.UUID]*stayRow, now time.Time) {
	for _, who := range persons {
		for _, id := range who.files {
			before := old[id]
			over := p.overdue(before, now)
			if after := kept[who.key()]; over == 0 || p.overdue(after, now) > 0 && after.movement == before.movement {
				continue
			}
			end := endOf(who, before)
			if joined(who, old) {
				end.cause = central.EndJoined
			}
			out.Queue(`
				INSERT INTO overstay_end (group_id, traveller_id, movement_id, entered_at, station, nationality, last_lawful, days_over, left_at, cause, by_record)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
				who.key(), who.travellers[0], before.movement, before.enteredAt, before.entryStation, before.nationality, before.lastLawful, over, now,
				string(end.cause), orNull(end.by))
		}
	}
}

// joined reports whether several persons of before are one now.
func joined(who *person, old map[uuid.UUID]*stayRow) bool {
	n := 0
	for _, id := range who.files {
		if old[id] != nil {
			n++
		}
	}
	return n > 1
}

// end is why somebody left the list, and the crossing or record that did it, when one did.
type end struct {
	cause central.EndCause
	by    uuid.UUID
}

// endOf compares what was known of an overdue stay with what is known now.
func endOf(who *person, before *stayRow) end {
	if slices.Contains(who.voided, before.movement) {
		return end{cause: central.EndEntryVoided}
	}
	i := slices.IndexFunc(who.timeline.Stays, func(s stay.Stay) bool { return s.Entry != nil && s.Entry.ID == before.movement })
	if i < 0 {
		return end{cause: central.EndJoined}
	}
	s := &who.timeline.Stays[i]
	switch {
	case s.Exit != nil && who.supplied[s.Exit.ID]:
		return end{central.EndRepaired, s.Exit.ID}
	case s.Exit != nil && !dateOf(*before.lastLawful).Before(s.Exit.Date):
		return end{central.EndLateRecord, s.Exit.ID}
	case s.Exit != nil:
		return end{central.EndLateExit, s.Exit.ID}
	case !s.Open && i+1 < len(who.timeline.Stays) && who.timeline.Stays[i+1].Entry != nil:
		return end{central.EndNewEntry, who.timeline.Stays[i+1].Entry.ID}
	case s.Bound == stay.BoundExtension:
		return end{central.EndExtended, extension(who, s.Until)}
	}
	return end{cause: central.EndRecomputed}
}

// extension is the change of authorisation that extended a stay up to a day.
func extension(who *person, until traveldoc.Date) uuid.UUID {
	for _, a := range who.history.Authorisations {
		if a.Kind == stay.Extended && a.Until == until {
			return a.ID
		}
	}
	return uuid.Nil
}

package screeningdb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

const crossingColumns = `c.crossing_id, c.event_id, c.traveller_id, c.crossed_at, c.zone, c.station, c.lane, c.direction, c.mode, c.transport, c.outcome, c.surname,
	c.given_names, c.birth_date, c.nationality, c.doc_number, c.issuing_state, c.annulled_at IS NOT NULL`

func crossingTargets(c *screening.Crossing, birth *string) []any {
	return []any{
		&c.ID, &c.Event, &c.Traveller, &c.At, &c.Zone, &c.Station, &c.Lane, &c.Direction, &c.Mode, &c.Transport, &c.Verdict, &c.Surname,
		&c.GivenNames, birth, &c.Nationality, &c.Document, &c.IssuedBy, &c.Annulled,
	}
}

func scanCrossing(row pgx.CollectableRow) (c screening.Crossing, err error) {
	var birth string
	if err = row.Scan(crossingTargets(&c, &birth)...); err != nil {
		return c, err
	}
	c.At = c.At.UTC()
	if c.BirthDate, err = traveldoc.ParseDate(birth); err != nil {
		return c, fmt.Errorf("birth date: %w", err)
	}
	return c, nil
}

// routeLimit bounds a route: the newest are shown.
const routeLimit = 200

// route is every crossing of a person that is known here, under whatever document the centre links to him, the newest first.
func route(ctx context.Context, tx pgx.Tx, traveller uuid.UUID) (list []screening.Crossing, inside bool, err error) {
	const person = `SELECT $1::uuid UNION SELECT g.traveller_id FROM traveller_group g
		WHERE g.leader = (SELECT leader FROM traveller_group WHERE traveller_id = $1)`
	rows, err := tx.Query(ctx, `SELECT `+crossingColumns+` FROM crossing c WHERE c.traveller_id IN (`+person+`)
		ORDER BY c.crossed_at DESC, c.event_id DESC LIMIT $2`, traveller, routeLimit)
	if err != nil {
		return nil, false, err
	}
	if list, err = pgx.CollectRows(rows, scanCrossing); err != nil {
		return nil, false, err
	}
	for _, c := range list {
		if c.Verdict == border.Admit && !c.Annulled {
			return list, c.Direction == border.Entry, nil
		}
	}
	return list, false, nil
}

const (
	// alongside is how far apart those of one vehicle or manifest are decided at most, onBoard those of one flight or ship.
	alongside = 2 * time.Hour
	onBoard   = 12 * time.Hour
	// nextWithin is how far apart neighbours in a lane are at most; neighbours how many are told on each side.
	nextWithin = 10 * time.Minute
	neighbours = 2
	// companyLimit bounds those of one transport that are named; their number is told.
	companyLimit = 50
)

// company finds who may have travelled along with a crossing, and how that is known.
func company(ctx context.Context, tx pgx.Tx, of screening.Crossing, e border.CrossingEvent) (list []screening.Companion, aboard int, err error) {
	found := map[uuid.UUID]*screening.Companion{}
	add := func(how string, crossings []screening.Crossing) {
		for _, c := range crossings {
			if c.Traveller == of.Traveller {
				continue
			}
			if found[c.Event] == nil {
				found[c.Event] = &screening.Companion{Crossing: c}
			}
			if !slices.Contains(found[c.Event].How, how) {
				found[c.Event].How = append(found[c.Event].How, how)
			}
		}
	}
	if e.Group != uuid.Nil || e.Vehicle != nil || e.Guardian != nil {
		if err := alongsideOf(ctx, tx, of, e, add); err != nil {
			return nil, 0, err
		}
	}
	if of.Transport != "" {
		rows, err := find(ctx, tx, `c.transport = $1 AND c.direction = $2 AND c.crossed_at BETWEEN $3 AND $4 AND c.annulled_at IS NULL
			ORDER BY abs(extract(epoch FROM c.crossed_at - $5::timestamptz)), c.event_id`, of.Transport, string(of.Direction), of.At.Add(-onBoard), of.At.Add(onBoard), of.At)
		if err != nil {
			return nil, 0, err
		}
		aboard = len(rows)
		add(screening.SameTransport, rows[:min(len(rows), companyLimit)])
	}
	for _, side := range []struct {
		from, to time.Time
		order    string
	}{{of.At.Add(-nextWithin), of.At, "DESC"}, {of.At, of.At.Add(nextWithin), "ASC"}} {
		rows, err := find(ctx, tx, `c.station = $1 AND c.lane = $2 AND c.crossed_at BETWEEN $3 AND $4 AND c.event_id <> $5
			ORDER BY c.crossed_at `+side.order+` LIMIT $6`, of.Station, of.Lane, side.from, side.to, of.Event, neighbours)
		if err != nil {
			return nil, 0, err
		}
		add(screening.NextInLane, rows)
	}
	for _, c := range found {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b screening.Companion) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.At.Sub(of.At).Abs(), b.At.Sub(of.At).Abs()), slices.Compare(a.Event[:], b.Event[:]))
	})
	return list, aboard, nil
}

func order(c screening.Companion) int {
	all := []string{screening.SameGroup, screening.SameVehicle, screening.IsGuardian, screening.SameTransport, screening.NextInLane}
	first := len(all)
	for _, how := range c.How {
		first = min(first, slices.Index(all, how))
	}
	return first
}

func find(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]screening.Crossing, error) {
	rows, err := tx.Query(ctx, `SELECT `+crossingColumns+` FROM crossing c WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanCrossing)
}

// alongsideOf finds who was noted in the same vehicle or group, and the adult of a minor: what only the events tell.
func alongsideOf(ctx context.Context, tx pgx.Tx, of screening.Crossing, e border.CrossingEvent, add func(string, []screening.Crossing)) error {
	rows, err := tx.Query(ctx, `SELECT `+crossingColumns+`, c.payload FROM crossing c
		WHERE c.station = $1 AND c.crossed_at BETWEEN $2 AND $3 AND c.annulled_at IS NULL ORDER BY c.crossed_at, c.event_id`,
		of.Station, of.At.Add(-alongside), of.At.Add(alongside))
	if err != nil {
		return err
	}
	var c screening.Crossing
	var birth string
	var payload []byte
	_, err = pgx.ForEachRow(rows, append(crossingTargets(&c, &birth), &payload), func() (err error) {
		var other border.CrossingEvent
		if err = json.Unmarshal(payload, &other); err != nil {
			return fmt.Errorf("crossing: %w", err)
		}
		if c.BirthDate, err = traveldoc.ParseDate(birth); err != nil {
			return fmt.Errorf("birth date: %w", err)
		}
		c.At = c.At.UTC()
		one := []screening.Crossing{c}
		if e.Group != uuid.Nil && other.Group == e.Group {
			add(screening.SameGroup, one)
		}
		if e.Vehicle != nil && other.Vehicle != nil && border.FoldPlate(other.Vehicle.Plate) == border.FoldPlate(e.Vehicle.Plate) {
			add(screening.SameVehicle, one)
		}
		if guards(e.Guardian, other) || guards(other.Guardian, e) {
			add(screening.IsGuardian, one)
		}
		return nil
	})
	return err
}

// guards reports whether an adult who is named with a minor is the one of an event.
func guards(g *border.Guardian, e border.CrossingEvent) bool {
	switch {
	case g == nil:
		return false
	case g.File != uuid.Nil:
		return g.File == e.TravellerID
	}
	return g.DocumentNumber != "" && traveldoc.FoldNumber(g.DocumentNumber) == traveldoc.FoldNumber(e.Document.Number)
}

package screeningdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// keepDiscreet keeps a hit for the agency's desk alone. Nothing of it is published, counted or written to the audit log that others read:
// its first step is what stays of its raising. A newer version of the alert raises it anew; what was done before stays in its steps.
func (k *keeper) keepDiscreet(ctx context.Context, tx pgx.Tx, f screening.Found) error {
	if f.Raise.Retro == screening.AlertChanged && f.Person.Traveller != uuid.Nil {
		var known bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM discreet_hit WHERE traveller_id = $1 AND alert = $2 AND alert_version >= $3)`,
			f.Person.Traveller, f.Raise.Alert, f.Raise.AlertVersion).Scan(&known)
		if err != nil || known {
			return err
		}
	}
	r := f.Raise
	raise, err := json.Marshal(r)
	if err != nil {
		return err
	}
	occasion := r.Crossing
	if occasion == uuid.Nil {
		occasion = r.Inspection
	}
	if r.Flight != nil {
		occasion = r.Flight.Person
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO discreet_hit AS h (id, agency, list, alert, alert_version, matcher, band, score, retro, station, traveller_id, crossing, raised_at,
			crossed_at, raise)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET alert_version = excluded.alert_version, agency = excluded.agency, matcher = excluded.matcher,
			band = excluded.band, score = excluded.score, retro = excluded.retro, raised_at = excluded.raised_at, raise = excluded.raise, state = 'new'
			WHERE h.alert_version < excluded.alert_version`,
		f.ID, f.Agency, r.List, r.Alert, r.AlertVersion, r.Matcher, string(r.Band), r.Score, r.Retro, r.Station, orNull(f.Person.Traveller), occasion,
		k.at, r.CrossedAt, raise)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO discreet_step (hit, n, kind, at, by_login)
		SELECT $1, coalesce(max(n), 0) + 1, 'raised', $2, $3 FROM discreet_step WHERE hit = $1`, f.ID, k.at, Name)
	return err
}

const discreetColumns = `h.id, h.list, h.alert, h.alert_version, h.band, h.score, h.retro, h.station, h.raised_at, h.crossed_at, h.state`

func discreetTargets(r *screening.DiscreetRow) []any {
	return []any{&r.ID, &r.List, &r.Alert, &r.AlertVersion, &r.Band, &r.Score, &r.Retro, &r.Station, &r.RaisedAt, &r.CrossedAt, &r.State}
}

// Discreet are the hits on the discreet alerts of an agency, the newest first, before one (zero: the newest).
func (s *Store) Discreet(
	ctx context.Context, agency string, before screening.Place, limit int, entry audit.Entry,
) (list []screening.DiscreetRow, total int, err error) {
	if agency == "" {
		return nil, 0, nil
	}
	at, id := before.At, before.ID
	if id == uuid.Nil {
		at, id = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), uuid.Max
	}
	entry.ObjectKind = audit.DiscreetObject(agency)
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+discreetColumns+` FROM discreet_hit h WHERE h.agency = $1 AND (h.raised_at, h.id) < ($2, $3)
			ORDER BY h.raised_at DESC, h.id DESC LIMIT $4`, agency, at, id, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r screening.DiscreetRow, err error) {
			err = row.Scan(discreetTargets(&r)...)
			r.RaisedAt, r.CrossedAt = r.RaisedAt.UTC(), r.CrossedAt.UTC()
			return r, err
		})
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM discreet_hit WHERE agency = $1`, agency).Scan(&total); err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return list, total, wrap(err, "read discreet hits")
}

// DiscreetHit opens a discreet hit for the agency that owns the alert, and notes that it was seen.
func (s *Store) DiscreetHit(ctx context.Context, id uuid.UUID, agency, login string, entry audit.Entry) (d screening.DiscreetHit, err error) {
	entry.ObjectKind = audit.DiscreetObject(agency)
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		traveller, err := lockDiscreet(ctx, tx, id, agency, &d)
		if err != nil {
			return err
		}
		if d.State == "new" {
			if err := s.stepDiscreet(ctx, tx, id, "seen", login, nil); err != nil {
				return err
			}
			d.State = "seen"
		}
		if err := readDiscreet(ctx, tx, &d, traveller); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return d, wrap(err, "read a discreet hit")
}

// Report keeps the report of a discreet check; a later one takes its place, and the earlier stays on record.
func (s *Store) Report(ctx context.Context, id uuid.UUID, agency, login string, report screening.Report, entry audit.Entry) error {
	entry.ObjectKind = audit.DiscreetObject(agency)
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := lockDiscreet(ctx, tx, id, agency, new(screening.DiscreetHit)); err != nil {
			return err
		}
		kind := "reported"
		if report.NotThePerson {
			kind = "not_same"
		}
		if err := s.stepDiscreet(ctx, tx, id, kind, login, &report); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, forgetDiscreet, id, s.clock()); err != nil {
			return err
		}
		entry.Decision = kind
		return auditlog.Insert(ctx, tx, entry)
	})
	return wrap(err, "keep a report")
}

// forgetDiscreet forgets a hit that was not of the person, when the law has taken him already: nobody comes back to it for that.
const forgetDiscreet = `UPDATE discreet_hit h SET forgotten_at = $2 FROM passenger_person p WHERE h.id = $1 AND h.state = 'not_same'
	AND h.raise ? 'flight' AND h.forgotten_at IS NULL AND p.id = h.traveller_id AND p.masked_at IS NOT NULL`

func lockDiscreet(ctx context.Context, tx pgx.Tx, id uuid.UUID, agency string, d *screening.DiscreetHit) (traveller *uuid.UUID, err error) {
	var raise []byte
	err = tx.QueryRow(ctx, `SELECT `+discreetColumns+`, h.raise, h.traveller_id, h.forgotten_at IS NOT NULL FROM discreet_hit h
		WHERE h.id = $1 AND h.agency = $2 AND $2 <> '' FOR UPDATE`, id, agency).Scan(append(discreetTargets(&d.DiscreetRow), &raise, &traveller, &d.Forgotten)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, hit.ErrNoSuchHit
	}
	if err != nil {
		return nil, err
	}
	d.RaisedAt, d.CrossedAt = d.RaisedAt.UTC(), d.CrossedAt.UTC()
	return traveller, json.Unmarshal(raise, &d.Raise)
}

func (s *Store) stepDiscreet(ctx context.Context, tx pgx.Tx, id uuid.UUID, kind, login string, report *screening.Report) error {
	var body []byte
	if report != nil {
		var err error
		if body, err = json.Marshal(report); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE discreet_hit SET state = $2 WHERE id = $1`, id, kind); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO discreet_step (hit, n, kind, at, by_login, body)
		SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5 FROM discreet_step WHERE hit = $1`, id, kind, s.clock(), login, body)
	return err
}

func readDiscreet(ctx context.Context, tx pgx.Tx, d *screening.DiscreetHit, traveller *uuid.UUID) error {
	rows, err := tx.Query(ctx, `SELECT kind, at, by_login, body FROM discreet_step WHERE hit = $1 ORDER BY n`, d.ID)
	if err != nil {
		return err
	}
	d.Steps, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (step screening.DiscreetStep, err error) {
		var body []byte
		if err = row.Scan(&step.Kind, &step.At, &step.Login, &body); err != nil || body == nil {
			return step, err
		}
		d.Report = new(screening.Report)
		return step, json.Unmarshal(body, d.Report)
	})
	if err != nil {
		return err
	}
	known, err := readAlerts(ctx, tx, []string{d.Raise.Alert})
	if err != nil {
		return err
	}
	if a, there := known[d.Raise.Alert]; there {
		d.Alert = &a
	}
	if traveller == nil {
		return nil
	}
	if d.Route, d.Inside, err = route(ctx, tx, *traveller); err != nil {
		return err
	}
	return readCompany(ctx, tx, d)
}

func readCompany(ctx context.Context, tx pgx.Tx, d *screening.DiscreetHit) error {
	var c screening.Crossing
	var birth string
	var payload []byte
	err := tx.QueryRow(ctx, `SELECT `+crossingColumns+`, c.payload FROM crossing c WHERE c.crossing_id = $1 AND c.crossed_at = $2 LIMIT 1`,
		d.Raise.Crossing, d.CrossedAt).Scan(append(crossingTargets(&c, &birth), &payload)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var e border.CrossingEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return err
	}
	c.At, c.BirthDate = c.At.UTC(), e.Identity.BirthDate
	d.Crossing, d.Vehicle = &c, e.Vehicle
	d.Companions, d.OnBoard, err = company(ctx, tx, c, e)
	return err
}

package centraldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Reader answers analysts' questions. Whatever shows a person takes the audit entry that goes with it, and the purpose: the
// entry is written in the transaction of the read.
type Reader struct {
	db  *postgres.DB
	key []byte // of the keyed hash of search terms
	// regimes are the rules by which the days of a stay are counted.
	regimes stay.Regimes
}

// WithRegimes is the Reader that counts days of stay by a country's rules instead of 90 in any 180.
func (r *Reader) WithRegimes(regimes stay.Regimes) *Reader {
	return &Reader{db: r.db, key: r.key, regimes: regimes}
}

// NewReader makes a Reader. key is the centre's secret for the keyed hashes of search terms in the audit log.
func NewReader(db *postgres.DB, key []byte) *Reader { return &Reader{db: db, key: key} }

// crossingFields are what scanCrossing reads.
const crossingFields = `c.event_id, c.crossing_id, c.traveller_id, c.crossed_at, c.zone, c.received_at, c.station, c.lane, c.officer,
	c.direction, c.mode, c.transport, c.purpose, c.surname, c.given_names, c.birth_date, c.sex, c.nationality, c.doc_code, c.doc_number,
	c.issuing_state, c.outcome, c.reason, c.hits, c.not_checked, c.annulled_at`

// crossingTargets are the places of crossingFields in c.
func crossingTargets(c *central.Crossing) []any {
	return []any{
		&c.EventID, &c.CrossingID, &c.TravellerID, &c.CrossedAt, &c.Zone, &c.ReceivedAt, &c.Station, &c.Lane, &c.Officer,
		&c.Direction, &c.Mode, &c.Transport, &c.Purpose, &c.Surname, &c.GivenNames, &c.BirthDate, &c.Sex, &c.Nationality, &c.DocCode, &c.DocNumber,
		&c.IssuedBy, &c.Verdict, &c.Reason, &c.Hits, &c.NotChecked, &c.AnnulledAt,
	}
}

func scanCrossing(row pgx.CollectableRow) (c central.Crossing, err error) {
	err = row.Scan(crossingTargets(&c)...)
	return c, err
}

// requirePurpose refuses a look at a person without a purpose, and says so in the audit log.
func (r *Reader) requirePurpose(ctx context.Context, purpose string, entry audit.Entry) error {
	refused := central.CheckPurpose(purpose)
	if refused == nil {
		return nil
	}
	entry.Verb, entry.Decision, entry.Purpose = audit.Denied, "purpose_missing", ""
	if err := auditlog.Insert(ctx, r.db.Pool, entry); err != nil {
		return fmt.Errorf("audit a refused look: %w", errors.Join(err, refused))
	}
	return refused
}

// Latest gives the newest crossings in the order of their receipt. Without a purpose it leaves out who crossed; with one, names
// and numbers are there and the look is audited.
func (r *Reader) Latest(ctx context.Context, limit int, purpose string, entry audit.Entry) (rows []central.Crossing, err error) {
	if purpose != "" {
		if err := r.requirePurpose(ctx, purpose, entry); err != nil {
			return nil, err
		}
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+crossingFields+` FROM crossing c ORDER BY c.received_id DESC LIMIT $1`, limit)
		if err != nil {
			return err
		}
		if rows, err = pgx.CollectRows(found, scanCrossing); err != nil {
			return err
		}
		if purpose == "" {
			anonymise(rows)
			return nil
		}
		entry.Purpose, entry.ResultCount = purpose, len(rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	return rows, wrap(err, "read latest crossings")
}

// anonymise takes out who crossed and leaves what is counted.
func anonymise(rows []central.Crossing) {
	for i := range rows {
		c := &rows[i]
		c.Surname, c.GivenNames, c.BirthDate, c.DocNumber, c.Transport = "", "", "", "", ""
	}
}

// Flows answers a question for counts from the rollups.
func (r *Reader) Flows(ctx context.Context, q central.FlowQuery) ([]central.Flow, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	query, group := `SELECT day, station, direction, outcome, n FROM flow_day_bcp
		WHERE day BETWEEN $1 AND $2 AND ($3 = '' OR station = $3) AND n <> 0 ORDER BY day, station, direction, outcome`, q.Station
	if q.ByCountry {
		query, group = `SELECT day, nationality, direction, outcome, n FROM flow_day_nat
			WHERE day BETWEEN $1 AND $2 AND ($3 = '' OR nationality = $3) AND n <> 0 ORDER BY day, nationality, direction, outcome`, q.Nationality
	}
	rows, err := r.db.Pool.Query(ctx, query, q.From.First(), q.To.First(), group)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	flows, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f central.Flow, err error) {
		var day time.Time
		err = row.Scan(&day, &f.Group, &f.Direction, &f.Verdict, &f.N)
		f.Day = dateOf(day)
		return f, err
	})
	return flows, wrap(err, "read flows")
}

// History gives everything about one person, newest first: the crossings and the records of all his files, and his stays. The
// day of the look decides how long an open stay is.
func (r *Reader) History(ctx context.Context, traveller uuid.UUID, purpose string, entry audit.Entry) (h central.History, err error) {
	if err := r.requirePurpose(ctx, purpose, entry); err != nil {
		return h, err
	}
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		if h, err = r.readHistory(ctx, tx, traveller, entry.At); err != nil {
			return err
		}
		entry.Purpose, entry.ResultCount = purpose, h.Total
		return auditlog.Insert(ctx, tx, entry)
	})
	return h, wrap(err, "read history")
}

// Record writes an audit entry of an act that changes nothing else.
func (r *Reader) Record(ctx context.Context, entry audit.Entry) error {
	return auditlog.Insert(ctx, r.db.Pool, entry)
}

// LastReceived is the greatest number of receipt given to a crossing so far, perhaps not committed yet.
func (r *Reader) LastReceived(ctx context.Context) (n int64, err error) {
	err = r.db.Pool.QueryRow(ctx, `SELECT last_value FROM crossing_received_id`).Scan(&n)
	return n, wrap(err, "look for crossings")
}

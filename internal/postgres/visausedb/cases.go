package visausedb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// MaxReason is the longest reason of a decision, in bytes.
const MaxReason = 2000

// Changed is told of numbers whose uses or cases changed, in the transaction that changed them: the register notes them for its publisher.
type Changed func(ctx context.Context, tx pgx.Tx, numbers []evisa.Number) error

// Cases are the cases of visas.
type Cases struct {
	db      *postgres.DB
	changed Changed
	now     func() time.Time
}

// NewCases makes Cases; changed may be nil.
func NewCases(db *postgres.DB, changed Changed, now func() time.Time) *Cases {
	if changed == nil {
		changed = func(context.Context, pgx.Tx, []evisa.Number) error { return nil }
	}
	return &Cases{db, changed, now}
}

const caseColumns = `SELECT c.crossing_id, c.number, c.kind, c.state, c.opened_at, c.outcome, c.reason, c.decided_by, c.decided_login, c.decided_at,
    (SELECT coalesce(json_agg(json_build_object('crossing', u.crossing_id, 'station', u.station, 'at', u.crossed_at, 'date', u.local_date,
        'entries', u.entries, 'known', u.known, 'annulled', u.annulled, 'lane', x.payload -> 'lane', 'officer', x.payload -> 'officer',
        'identity', x.payload -> 'identity', 'document', x.payload -> 'document') ORDER BY u.crossed_at, u.crossing_id), '[]')
     FROM visa_use u LEFT JOIN crossing x ON x.crossing_id = u.crossing_id AND x.crossed_at = u.crossed_at WHERE u.crossing_id = ANY (c.crossings))
FROM visa_case c `

// List is a page of the cases in a state, or of all where it is empty, the oldest first. entry is the audit entry of the look.
func (s *Cases) List(ctx context.Context, state CaseState, p paging.Page, entry audit.Entry) (l paging.Listed[Case], err error) {
	var at time.Time
	var id uuid.UUID
	if err := p.Read(&at, &id); err != nil {
		return l, err
	}
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM visa_case WHERE $1 = '' OR state = $1`, string(state)).Scan(&l.Total); err != nil {
			return err
		}
		l.Rows, err = cases(ctx, tx, `WHERE ($1 = '' OR c.state = $1) AND (c.opened_at, c.crossing_id) > ($2, $3)
			ORDER BY c.opened_at, c.crossing_id LIMIT $4`, string(state), at, id, p.Most()+1)
		if err != nil {
			return err
		}
		l.Cut(p, func(c Case) []any { return []any{c.OpenedAt, c.ID} })
		entry.ResultCount = len(l.Rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return l, fmt.Errorf("cases of visas: %w", err)
	}
	return l, nil
}

// Open counts the open cases.
func (s *Cases) Open(ctx context.Context) (n int, err error) {
	err = s.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa_case WHERE state = 'open'`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("cases of visas: %w", err)
	}
	return n, nil
}

// errNoCase is the answer for an id that is none.
var errNoCase = problem.New(problem.NotFound, "visa.case_none")

// One is a case with its crossings. entry is the audit entry of the look.
func (s *Cases) One(ctx context.Context, id uuid.UUID, entry audit.Entry) (c Case, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if c, err = one(ctx, tx, id); err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return c, wrapped(err, "case of a visa")
}

// OfNumbers are all cases of one visa under the numbers that it has and had, the oldest first.
func (s *Cases) OfNumbers(ctx context.Context, numbers []evisa.Number, entry audit.Entry) (list []Case, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if list, err = cases(ctx, tx, `WHERE c.number = ANY ($1) ORDER BY c.opened_at, c.crossing_id`, numbers); err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return list, wrapped(err, "cases of a visa")
}

// Decide decides an open case. Errors for people: visa.case_none, visa.case_decided, visa.case_outcome, visa.case_reason.
func (s *Cases) Decide(ctx context.Context, by audit.Actor, id uuid.UUID, outcome Outcome, reason string) (c Case, err error) {
	reason = strings.TrimSpace(reason)
	switch {
	case outcome != Legitimate && outcome != Misuse && outcome != Clerical:
		return c, problem.New(problem.Invalid, "visa.case_outcome").At("outcome")
	case reason == "" || !text(reason, MaxReason):
		return c, problem.New(problem.Invalid, "visa.case_reason").At("reason").With("max", MaxReason)
	}
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		var number evisa.Number
		err := tx.QueryRow(ctx, `UPDATE visa_case SET state = 'decided', outcome = $2, reason = $3, decided_by = $4, decided_login = $5, decided_at = $6
			WHERE crossing_id = $1 AND state = 'open' RETURNING number`, id, string(outcome), reason, by.ID, by.Name, s.now().UTC()).Scan(&number)
		if errors.Is(err, pgx.ErrNoRows) {
			if _, err := one(ctx, tx, id); err != nil {
				return err
			}
			return problem.New(problem.Conflict, "visa.case_decided")
		}
		if err != nil {
			return err
		}
		if err := note(ctx, tx, []string{string(number)}); err != nil { // a mistake uses nothing: what follows from it is looked at again
			return err
		}
		if err := s.changed(ctx, tx, []evisa.Number{number}); err != nil {
			return err
		}
		if c, err = one(ctx, tx, id); err != nil {
			return err
		}
		entry := by.Entry(s.now(), audit.Alteration, "visa_case", id.String())
		entry.Decision, entry.Justification = string(outcome), reason
		return auditlog.Insert(ctx, tx, entry)
	})
	return c, wrapped(err, "decide a case of a visa")
}

func one(ctx context.Context, tx pgx.Tx, id uuid.UUID) (Case, error) {
	list, err := cases(ctx, tx, `WHERE c.crossing_id = $1`, id)
	if err == nil && len(list) == 0 {
		err = errNoCase
	}
	if err != nil {
		return Case{}, err
	}
	return list[0], nil
}

// caseUse is a CaseUse as the statement builds it.
type caseUse struct {
	Crossing uuid.UUID          `json:"crossing"`
	Station  string             `json:"station"`
	At       time.Time          `json:"at"`
	Date     traveldoc.Date     `json:"date"`
	Entries  int                `json:"entries"`
	Known    int                `json:"known"`
	Annulled bool               `json:"annulled"`
	Lane     string             `json:"lane"`
	Officer  string             `json:"officer"`
	Identity traveldoc.Identity `json:"identity"`
	Document traveldoc.Document `json:"document"`
}

func cases(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]Case, error) {
	rows, err := tx.Query(ctx, caseColumns+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Case, err error) {
		var decided *time.Time
		var uses []byte
		err = row.Scan(&c.ID, &c.Number, &c.Kind, &c.State, &c.OpenedAt, &c.Outcome, &c.Reason, &c.Decided.ID, &c.Decided.Login, &decided, &uses)
		if err != nil {
			return c, err
		}
		if c.OpenedAt = c.OpenedAt.UTC(); decided != nil {
			c.DecidedAt = decided.UTC()
		}
		var list []caseUse
		if err := json.Unmarshal(uses, &list); err != nil {
			return c, err
		}
		for _, u := range list {
			u.Document.MRZ = ""
			c.Uses = append(c.Uses, CaseUse{
				Use:     evisa.Use{Crossing: u.Crossing, Station: u.Station, At: u.At.UTC(), Date: u.Date},
				Entries: u.Entries, Known: u.Known, Annulled: u.Annulled, Officer: u.Officer, Lane: u.Lane, Identity: u.Identity, Document: u.Document,
			})
		}
		return c, nil
	})
}

func note(ctx context.Context, tx pgx.Tx, numbers []string) error {
	_, err := tx.Exec(ctx, `INSERT INTO visa_use_note (number) SELECT unnest($1::text[])`, numbers)
	return err
}

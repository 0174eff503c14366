package portaldb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// portalActor is who acts in audit entries: the applicant, of whom no more is known.
func portalActor() audit.Actor {
	return audit.Actor{ID: "applicant", Role: "applicant", Post: "portal"}
}

const (
	purposeVisa = "visa application"
	actsAtOnce  = 500
)

// TakeActs takes what was done at the portal with people's records into the audit log; it says how many. Each is taken once.
func (c *Centre) TakeActs(ctx context.Context) (int, error) {
	taken := 0
	for {
		n, err := c.takeSomeActs(ctx)
		taken += n
		if err != nil || n < actsAtOnce {
			return taken, err
		}
	}
}

func (c *Centre) takeSomeActs(ctx context.Context) (n int, err error) {
	err = c.DB.InTx(ctx, func(tx pgx.Tx) error {
		acts, err := actsThatWait(ctx, tx)
		if err != nil {
			return fmt.Errorf("acts at the portal: %w", err)
		}
		for _, a := range acts {
			if err := auditlog.Insert(ctx, tx, a.entry()); err != nil {
				return fmt.Errorf("act %s: %w", a.id, err)
			}
			if _, err := tx.Exec(ctx, `UPDATE portal.act SET taken_at = $2 WHERE id = $1`, a.id, c.Now()); err != nil {
				return fmt.Errorf("act %s: %w", a.id, err)
			}
		}
		n = len(acts)
		return nil
	})
	return n, err
}

type act struct {
	id                 uuid.UUID
	at                 time.Time
	verb, kind, result string
	object             uuid.UUID
}

func actsThatWait(ctx context.Context, tx pgx.Tx) ([]act, error) {
	rows, err := tx.Query(ctx, `SELECT id, at, verb, kind, object, result FROM portal.act WHERE taken_at IS NULL ORDER BY seq LIMIT $1
		FOR UPDATE SKIP LOCKED`, actsAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (a act, err error) {
		return a, r.Scan(&a.id, &a.at, &a.verb, &a.kind, &a.object, &a.result)
	})
}

func (a act) entry() audit.Entry {
	e := portalActor().Entry(a.at, audit.Verb(a.verb), a.kind, a.object.String())
	e.Purpose, e.Decision = purposeVisa, a.result
	return e
}

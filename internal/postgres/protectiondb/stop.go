package protectiondb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// ErrStopped says that a refusal is stopped. The words name no reason.
var ErrStopped = problem.New(problem.Conflict, "refusal.stopped")

// stopConstraint is the name under which the trigger on decisions refuses.
const stopConstraint = "refusal_stopped"

// Problem gives the database's refusal to write a stopped refusal its words; any other error comes back as it is.
func Problem(err error) error {
	if err != nil && postgres.Constraint(err) == stopConstraint {
		return ErrStopped.Because(err)
	}
	return err
}

// stop stops every refusal of the traveller, anew when an earlier stop was lifted.
func stop(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, who person, now time.Time) error {
	_, err := tx.Exec(ctx, `
INSERT INTO protection_stop (inspection_id, since, issuing_state, number_folded, birth_date) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (inspection_id) DO UPDATE SET since = $2, lifted_at = NULL WHERE protection_stop.lifted_at IS NOT NULL`,
		inspection, now, who.document.IssuingState, traveldoc.FoldNumber(who.document.Number), who.identity.BirthDate.String())
	return err
}

// Stopped reports whether a refusal of the inspection would be stopped: it was signalled itself, or a document of the same person was.
// It waits for whoever is signalling the inspection.
func Stopped(ctx context.Context, tx pgx.Tx, inspection uuid.UUID) (stopped bool, err error) {
	if _, err := lockPerson(ctx, tx, inspection); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, `SELECT protection_stopped($1)`, inspection).Scan(&stopped)
	return stopped, err
}

// lift ends the stop of the case's inspection. While another case of the same inspection is open and has not lifted it, the stop is
// that one's too.
func lift(ctx context.Context, tx pgx.Tx, c *protection.Case, now time.Time) error {
	var others bool
	err := tx.QueryRow(ctx, `SELECT exists (SELECT FROM protection_case WHERE inspection_id = $1 AND id <> $2 AND closed_at IS NULL)`,
		c.Inspection, c.ID).Scan(&others)
	if err != nil {
		return err
	}
	if others {
		return protection.ErrOtherCase
	}
	tag, err := tx.Exec(ctx, `UPDATE protection_stop SET lifted_at = $2 WHERE inspection_id = $1 AND lifted_at IS NULL`, c.Inspection, now)
	if err == nil && tag.RowsAffected() == 0 {
		return protection.ErrNotStopped
	}
	return err
}

package fingerdb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

const (
	takingOfCrossing = `SELECT id, file_id FROM finger_taking WHERE scan_id = $1 AND crossing_id = $2 ORDER BY id FOR UPDATE`
	// unsettle lets a taking be nobody's again, as long as no decision settles it anew: what the centre has not got yet it does not get.
	unsettlePrints = `UPDATE biometric.print SET state = 'apart' WHERE state <> 'erased' AND id IN (SELECT unnest(prints) FROM finger_taking WHERE id = $1)`
	unsettleBlobs  = `UPDATE biometric.blob SET state = 'apart', waiting_at = NULL, next_at = NULL, reason = '' WHERE state IN ('waiting', 'parked')
		AND digest IN (SELECT s.digest FROM finger_taking t JOIN biometric.sealed s ON s.id = ANY (t.prints) WHERE t.id = $1)`
	unsettleSearch = `DELETE FROM finger_search WHERE taking_id = $1 AND done_at IS NULL`
	unsettleTaking = `UPDATE finger_taking SET file_id = NULL, crossing_id = NULL, settled_at = NULL, outcome = '', enrolled = '{}' WHERE id = $1`
	// unsettleLink takes the link from the file that the annulled decision gave it to, unless another decision rests on it.
	unsettleLink = `DELETE FROM finger_link l WHERE l.crossing_id = $1
		AND NOT EXISTS (SELECT FROM finger_taking t WHERE t.link = l.link AND t.crossing_id IS NOT NULL)`
	// restoreBest lets all prints that may be references of a file be some again, of which keepBest leaves the best.
	restoreBest = `UPDATE biometric.print p SET state = 'reference' FROM finger_taking t, biometric.sealed s, biometric.blob b
		WHERE t.file_id = $1 AND t.outcome = 'enrolled' AND p.id = ANY (t.enrolled) AND p.state = 'presented'
			AND s.id = p.id AND s.kind LIKE 'print.template.%' AND b.digest = s.digest AND b.sealed IS NOT NULL`
)

// Withdraw takes back what Settle did for a decision that a correction annulled, or of which the second line returned the traveller. The
// prints are apart until the inspection is decided anew, and what people said of them is open again; the centre, which may have them, is told
// that they are nobody's.
func (s *Store) Withdraw(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, c border.CorrectionEvent, entry audit.Entry) (bool, error) {
	rows, err := tx.Query(ctx, takingOfCrossing, inspection, c.CrossingID)
	if err != nil {
		return false, wrap(err, "withdraw prints of inspection %s", inspection)
	}
	type settled struct{ Taking, File uuid.UUID }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[settled])
	for _, t := range list {
		if err == nil {
			err = s.withdraw(ctx, tx, t.Taking, t.File, c, entry)
		}
	}
	return len(list) > 0, wrap(err, "withdraw prints of inspection %s", inspection)
}

func (s *Store) withdraw(ctx context.Context, tx pgx.Tx, taking, file uuid.UUID, c border.CorrectionEvent, entry audit.Entry) error {
	if s.o.Tasks != nil {
		if err := s.o.Tasks.Withdrawn(ctx, tx, taking); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	b.Queue(unsettlePrints, taking)
	b.Queue(unsettleBlobs, taking)
	b.Queue(unsettleSearch, taking)
	b.Queue(galleryChanged, file)
	b.Queue(unsettleTaking, taking)
	b.Queue(unsettleLink, c.CrossingID)
	b.Queue(restoreBest, file)
	b.Queue(keepBest, file, Impressions)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	event := fingers.Event{Step: fingers.Withdrawn, At: c.CorrectedAt, By: c.Officer, Taking: taking}
	at := scene{file: file, lane: c.Lane, officer: c.Officer, at: c.CorrectedAt, status: s.o.Status()}
	return s.write(ctx, tx, event, at, about(entry, taking, string(fingers.Withdrawn), 0))
}

// MakeReferences makes the disputed prints of a taking references of the file after all: somebody says that they are the person's. It is no
// error when they are gone.
func (s *Store) MakeReferences(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error {
	return wrap(s.adjudicated(ctx, tx, taking, disputed, enrolled), "prints of taking %s", taking)
}

// Dispute takes MakeReferences back.
func (s *Store) Dispute(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error {
	return wrap(s.adjudicated(ctx, tx, taking, enrolled, disputed), "prints of taking %s", taking)
}

const (
	adjudicate = `UPDATE finger_taking SET outcome = $3, enrolled = CASE WHEN $3 = 'enrolled' THEN prints ELSE '{}' END
		WHERE id = $1 AND outcome = $2 RETURNING file_id`
	adjudicatePrints = `UPDATE biometric.print SET state = $2 WHERE state NOT IN ('apart', 'erased')
		AND id IN (SELECT unnest(prints) FROM finger_taking WHERE id = $1)`
)

func (s *Store) adjudicated(ctx context.Context, tx pgx.Tx, taking uuid.UUID, from, to string) error {
	var file *uuid.UUID
	err := tx.QueryRow(ctx, adjudicate, taking, from, to).Scan(&file)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && file == nil {
		return nil
	}
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(adjudicatePrints, taking, stateOf(to))
	b.Queue(restoreBest, *file)
	b.Queue(keepBest, *file, Impressions)
	b.Queue(galleryChanged, *file)
	return tx.SendBatch(ctx, b).Close()
}

package evidencedb

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/exhibit"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// ReadingOf is what was read of the document of a decision, decrypted, to be judged again. The look is audited in the same transaction.
// Bytes that are no longer here are missing from it; ErrNoExhibit, ErrDestroyed and ErrElsewhere when there is nothing at all.
func (s *Store) ReadingOf(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (r *reader.Reading, found exhibit.Evidence, err error) {
	if err := file.CheckPurpose(entry.Purpose); err != nil {
		return nil, found, err
	}
	var answer error
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if found, r, answer = s.readingOf(ctx, tx, crossing); answer == nil {
			entry.ResultCount = 1
		} else if !isAnswer(answer) {
			return answer
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err == nil {
		err = answer
	}
	return r, found, wrap(err, "reading of crossing %s", crossing)
}

func (s *Store) readingOf(ctx context.Context, tx pgx.Tx, crossing uuid.UUID) (found exhibit.Evidence, r *reader.Reading, err error) {
	if found, err = evidence(ctx, tx, crossing); err != nil {
		return found, nil, err
	}
	var inspection uuid.UUID
	if err := tx.QueryRow(ctx, `SELECT inspection_id FROM decision WHERE crossing_id = $1`, crossing).Scan(&inspection); err != nil {
		return found, nil, err
	}
	r, err = s.standing(ctx, tx, inspection)
	return found, r, err
}

// Verified writes what came of verifying stored evidence again, beside what stands already. entry is written in the same transaction.
func (s *Store) Verified(ctx context.Context, v exhibit.Verification, entry audit.Entry) error {
	steps, err := json.Marshal(v.Steps)
	if err != nil {
		return wrap(err, "verification of crossing %s", v.Crossing)
	}
	return wrap(s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO exhibit_verification (id, crossing_id, at, by, trust_version, steps) VALUES ($1, $2, $3, $4, $5, $6)`,
			v.ID, v.Crossing, v.At, v.By, v.Trust, string(steps))
		if err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	}), "verification of crossing %s", v.Crossing)
}

func verified(ctx context.Context, q querier, crossing uuid.UUID) ([]exhibit.Verification, error) {
	rows, err := q.Query(ctx, selectVerified, crossing)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v exhibit.Verification, err error) {
		var steps []byte
		if err := row.Scan(&v.ID, &v.Crossing, &v.At, &v.By, &v.Trust, &steps); err != nil {
			return v, err
		}
		return v, json.Unmarshal(steps, &v.Steps)
	})
}

// Due are decisions with evidence of a chip that were verified neither on the day nor since with a version of the trust material, newest
// decision first: what new material is to be held against.
func (s *Store) Due(ctx context.Context, trust string, limit int) ([]uuid.UUID, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT d.crossing_id FROM decision d WHERE EXISTS (SELECT FROM crossing_exhibit c
			JOIN exhibit e ON e.id = c.exhibit_id JOIN exhibit_blob b USING (digest)
			WHERE c.crossing_id = d.crossing_id AND e.kind = 'chip' AND e.name = 'SOD' AND b.sealed IS NOT NULL)
		AND NOT EXISTS (SELECT FROM exhibit_verification v WHERE v.crossing_id = d.crossing_id AND v.trust_version = $1)
		AND NOT EXISTS (SELECT FROM finding f WHERE f.crossing_id = d.crossing_id AND f.source = 'trust' AND f.source_version = $1)
		ORDER BY d.decided_at DESC, d.crossing_id LIMIT $2`, trust, limit)
	if err != nil {
		return nil, wrap(err, "evidence to verify again")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "evidence to verify again")
}

package passengerdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// mostDiagnostics bounds what is kept of one reading: the first of them, with a last one that says how many more there were.
const mostDiagnostics = 1000

// Attempt writes a reading. Diagnostics may repeat what was sent: with their words they are sealed under the key of the day, without them
// they can be counted.
func (w *workTx) Attempt(ctx context.Context, a intake.Attempt) error {
	list := bound(a.Diagnostics)
	plain, err := json.Marshal(wordless(list))
	if err != nil {
		return wrap(err, "keep a reading")
	}
	var sealed []byte
	if len(list) > 0 {
		if sealed, err = w.sealDiagnostics(ctx, a.Raw, list); err != nil {
			return wrap(err, "keep a reading")
		}
	}
	b := w.writes
	b.Queue(`INSERT INTO passenger_attempt (raw_id, message_id, at, parser, outcome, reason, actor, diagnostics, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, a.Raw, orNil(a.Message), w.now, a.Parser, string(a.Outcome), a.Reason, a.Actor, plain, sealed)
	b.Queue(`UPDATE passenger_quarantine SET resolved_at = $3 WHERE raw_id = $1 AND message_id IS NOT DISTINCT FROM $2 AND resolved_at IS NULL`,
		a.Raw, orNil(a.Message), w.now)
	if a.Message != uuid.Nil { // whatever was wrong with all of it
		b.Queue(`UPDATE passenger_quarantine SET resolved_at = $2 WHERE raw_id = $1 AND message_id IS NULL AND resolved_at IS NULL AND place = 0 AND segment = 0`,
			a.Raw, w.now)
	}
	w.quarantine(b, a, list)
	return nil
}

// quarantine puts the records aside that could not be used, and the message when nothing of it could.
func (w *workTx) quarantine(b *pgx.Batch, a intake.Attempt, list []apipnr.Diagnostic) {
	put := func(record int, code string, segment, place int) {
		b.Queue(`INSERT INTO passenger_quarantine (raw_id, message_id, record, code, segment, place, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			a.Raw, orNil(a.Message), record, code, segment, place, w.now)
	}
	if a.Outcome == intake.Duplicate || a.Outcome == intake.Superseded {
		return
	}
	seen := map[int]bool{}
	for _, d := range list {
		if d.Severity == apipnr.Failure && !seen[d.Record] {
			seen[d.Record] = true
			put(d.Record, d.Code, d.Segment, d.Offset)
		}
	}
	if a.Outcome == intake.Quarantined && !seen[0] {
		put(0, cmp.Or(a.Reason, "quarantined"), 0, 0)
	}
}

func bound(list []apipnr.Diagnostic) []apipnr.Diagnostic {
	if len(list) <= mostDiagnostics {
		return list
	}
	return append(list[:mostDiagnostics:mostDiagnostics], apipnr.Diagnostic{
		Code: apipnr.CodeLimit, Severity: apipnr.Warning, Message: fmt.Sprintf("%d more", len(list)-mostDiagnostics),
	})
}

// wordless are diagnostics without their words, which may hold what was sent.
func wordless(list []apipnr.Diagnostic) []apipnr.Diagnostic {
	all := make([]apipnr.Diagnostic, len(list))
	for n, d := range list {
		all[n] = d
		all[n].Message, all[n].Tag = "", text(d.Tag)
	}
	return all
}

func (w *workTx) sealDiagnostics(ctx context.Context, raw uuid.UUID, list []apipnr.Diagnostic) ([]byte, error) {
	key := w.s.bodies.remembered(raw)
	if key == nil {
		var err error
		if key, err = w.s.bodyKey(ctx, w.tx, raw); err != nil || key == nil {
			return nil, err
		}
	}
	_, sealed, err := seal(key, attemptKind, raw, list)
	return sealed, err
}

// bodyKey is the key of a message's day; nil when the message is erased.
func (s *Store) bodyKey(ctx context.Context, q querier, raw uuid.UUID) (*vault.DataKey, error) {
	var k sealdb.Key
	err := q.QueryRow(ctx, `SELECT k.id, k.generation, k.wrapped FROM passenger_body b JOIN passenger_key k ON k.id = b.key_id WHERE b.raw_id = $1`, raw).
		Scan(&k.ID, &k.Generation, &k.Wrapped)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // erased: nothing is sealed for it any more
	}
	if err != nil {
		return nil, err
	}
	key, err := s.bodies.open(k, s.o.Wrapping)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, nil //nolint:nilnil // as above
	}
	return key, err
}

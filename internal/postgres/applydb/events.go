package applydb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/vault"
)

// events reads what happened to an application, oldest first.
func events(ctx context.Context, q querier, key *vault.DataKey, id uuid.UUID) (list []desk.Event, err error) {
	rows, err := q.Query(ctx, `SELECT seq, kind, at, actor_id, actor_name, sealed FROM visa_application_event WHERE application_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	var e desk.Event
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&e.Seq, &e.Kind, &e.At, &e.Actor, &e.Name, &sealed}, func() error {
		e.At, e.Detail = e.At.UTC(), desk.Detail{}
		if err := open(key, eventPlace(id, e.Seq), sealed, &e.Detail); err != nil {
			return err
		}
		list = append(list, e)
		return nil
	})
	return list, err
}

// write puts events behind those of a case: they get their number, their time and who did it.
func (s *Store) write(ctx context.Context, tx pgx.Tx, key *vault.DataKey, c *desk.Case, by desk.Officer, list []desk.Event) error {
	at, b := s.clock(), &pgx.Batch{}
	for n := range list {
		e := &list[n]
		e.Seq, e.At, e.Actor, e.Name = c.Version+n+1, at, by.ID, by.Name
		sealed, err := seal(key, eventPlace(c.ID, e.Seq), e.Detail)
		if err != nil {
			return err
		}
		b.Queue(`INSERT INTO visa_application_event (application_id, seq, kind, at, actor_id, actor_name, first_id, key_id, sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, c.ID, e.Seq, string(e.Kind), e.At, e.Actor, e.Name, e.First, key.ID(), sealed)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return guarded(err)
	}
	return nil
}

// load folds an application in a transaction that has locked it.
func (s *Store) load(ctx context.Context, q querier, id uuid.UUID) (*desk.Case, *vault.DataKey, error) {
	key, err := s.applicationKey(ctx, q, id)
	if err != nil {
		return nil, nil, err
	}
	list, err := events(ctx, q, key, id)
	if err != nil {
		return nil, nil, fmt.Errorf("events of an application: %w", err)
	}
	if len(list) == 0 {
		return nil, nil, desk.ErrUnknown
	}
	return s.o.Rules.Fold(id, list), key, nil
}

// Load is a case as the checks need it.
func (s *Store) Load(ctx context.Context, id uuid.UUID) (*desk.Case, error) {
	c, _, err := s.load(ctx, s.o.DB.Pool, id)
	return c, wrap(err, "load an application")
}

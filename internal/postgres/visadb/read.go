package visadb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// ErrUnknown says that the register has no such visa.
var ErrUnknown = problem.New(problem.NotFound, "visaregister.unknown")

const selectVisa = `SELECT v.number, v.application, v.reference, v.version, v.standing, v.type, v.purpose, v.kind, v.language, v.terms, v.authority,
	v.issued_at, v.replaced_by, v.replaces, v.before, v.reason, v.sealed, k.id, k.generation, k.wrapped FROM visa v JOIN visa_key k ON k.id = v.key_id `

// stored is a visa as it stands in the table.
type stored struct {
	record
	sealed []byte
	key    sealdb.Key
}

func scanVisa(row pgx.CollectableRow) (s stored, err error) {
	var terms []byte
	err = row.Scan(&s.Number, &s.Application, &s.Reference, &s.Version, &s.Standing, &s.Type, &s.Purpose, &s.Kind, &s.language, &terms, &s.Authority,
		&s.IssuedAt, &s.ReplacedBy, &s.Replaces, &s.before, &s.Reason, &s.sealed, &s.key.ID, &s.key.Generation, &s.key.Wrapped)
	if err != nil {
		return s, err
	}
	s.IssuedAt = s.IssuedAt.UTC()
	return s, json.Unmarshal(terms, &s.Terms)
}

// open gives the visa with its holder, and the key; without a holder when the key was destroyed.
func (s *stored) open(w vault.Wrapping) (*vault.DataKey, error) {
	key, err := s.key.Open(w)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, nil //nolint:nilnil // erased: what is left is of nobody
	}
	if err != nil {
		return nil, err
	}
	var h issue.Holder
	if err := sealdb.Open(key, sealedAt(visaKind, s.Number, 0, s.Application), s.sealed, &h); err != nil {
		return nil, err
	}
	s.Identity, s.Document, s.Earlier = h.Identity, h.Document, h.Earlier
	return key, nil
}

// records are the visas that a query finds.
func (r *Register) records(ctx context.Context, q Querier, where string, args ...any) ([]record, error) {
	rows, err := q.Query(ctx, selectVisa+where, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanVisa)
	if err != nil {
		return nil, err
	}
	out := make([]record, len(list))
	for n := range list {
		if _, err := list[n].open(r.o.Wrapping); err != nil {
			return nil, fmt.Errorf("visa of application %s: %w", list[n].Application, err)
		}
		out[n] = list[n].record
	}
	return out, nil
}

// events are what became of a visa, the oldest first.
func (r *Register) events(ctx context.Context, q Querier, number evisa.Number, application uuid.UUID) ([]issue.Event, error) {
	rows, err := q.Query(ctx, `SELECT e.version, e.kind, e.at, e.actor, e.role, e.second, e.reason, e.body, e.sealed, k.id, k.generation, k.wrapped
		FROM visa_event e JOIN visa_key k ON k.id = e.key_id WHERE e.number = $1 ORDER BY e.version`, number)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (issue.Event, error) {
		e := issue.Event{Number: number}
		var plain, sealed []byte
		var key sealdb.Key
		err := row.Scan(&e.Version, &e.Kind, &e.At, &e.Actor, &e.Role, &e.Second, &e.Reason, &plain, &sealed, &key.ID, &key.Generation, &key.Wrapped)
		if err != nil {
			return e, err
		}
		e.At = e.At.UTC()
		return e, r.openEvent(&e, plain, sealed, key, application)
	})
}

func (r *Register) openEvent(e *issue.Event, plain, sealed []byte, k sealdb.Key, application uuid.UUID) error {
	var what body
	if err := json.Unmarshal(plain, &what); err != nil {
		return err
	}
	e.Terms, e.ReplacedBy = what.Terms, what.ReplacedBy
	if what.Issued != nil {
		e.Issued = &what.Issued.Issued
	}
	key, err := k.Open(r.o.Wrapping)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	var hidden person
	if err := sealdb.Open(key, sealedAt(eventKind, e.Number, e.Version, application), sealed, &hidden); err != nil {
		return err
	}
	e.Words = hidden.Words
	if e.Issued != nil && hidden.Holder != nil {
		e.Issued.Holder = *hidden.Holder
	}
	return nil
}

// rowOf is the visa as crossing points are told of it.
func rowOf(v evisa.Visa, used Used) evisa.Row {
	return evisa.Row{
		Number: v.Number, Version: v.Version, Standing: v.Standing, Reason: v.Reason, Kind: v.Kind, Type: v.Type, Purpose: v.Purpose, Identity: v.Identity,
		Document: withoutZone(v.Document), Earlier: allWithoutZone(v.Earlier), Terms: v.Terms, Authority: v.Authority, IssuedAt: v.IssuedAt,
		Uses: used.Uses, ReplacedBy: v.ReplacedBy, Case: used.Case,
	}
}

// rows are visas as crossing points are told of them: entries on earlier numbers count.
func (r *Register) rows(ctx context.Context, q Querier, list []record) ([]evisa.Row, error) {
	used := map[evisa.Number]Used{}
	if r.o.Uses != nil && len(list) > 0 {
		var numbers []evisa.Number
		for _, v := range list {
			numbers = append(append(numbers, v.Number), v.before...)
		}
		var err error
		if used, err = r.o.Uses.Uses(ctx, q, numbers); err != nil {
			return nil, fmt.Errorf("uses of visas: %w", err)
		}
	}
	out := make([]evisa.Row, len(list))
	for n, v := range list {
		all := Used{}
		for _, number := range append(v.before[:len(v.before):len(v.before)], v.Number) {
			u := used[number]
			all.Uses, all.Case = append(all.Uses, u.Uses...), all.Case || u.Case
		}
		out[n] = rowOf(v.Visa, all)
	}
	return out, nil
}

// Rows are visas by number as crossing points are told of them; those that the register does not have are left out.
func (r *Register) Rows(ctx context.Context, q Querier, numbers []evisa.Number) ([]evisa.Row, error) {
	list, err := r.records(ctx, q, `WHERE v.number = ANY ($1) ORDER BY v.number`, numbers)
	if err != nil {
		return nil, wrap(err, "rows of visas")
	}
	return r.rows(ctx, q, list)
}

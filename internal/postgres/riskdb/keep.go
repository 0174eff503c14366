package riskdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
)

// Name is who acts when rules are evaluated: in audit entries.
const Name = "risk"

func evaluator() audit.Actor { return audit.Actor{ID: Name, Name: Name, Role: "system"} }

// detailKind and detailForm are where the explanation of a hit is sealed for.
const (
	detailKind = "risk_hit"
	detailForm = 1
)

// Keep stores links and hits of persons of a flight.
func (s *Store) Keep(ctx context.Context, flight apipnr.ExpectedFlight, asked []risk.Version, list []risk.Evaluated) error {
	keys, err := s.Keys.FlightKeys(ctx, []uuid.UUID{flight.ID})
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := s.keepLinks(ctx, tx, flight, list); err != nil {
			return err
		}
		active, err := stillActive(ctx, tx, asked)
		if err != nil {
			return err
		}
		return s.keepHits(ctx, tx, flight, keys[flight.ID], active, list)
	})
	return wrap(err, "keep hits of risk rules")
}

// of names a version.
type of struct {
	rule uuid.UUID
	n    int
}

// stillActive holds the versions against a suspension at the same time; one that was suspended raises no hit any more.
func stillActive(ctx context.Context, tx pgx.Tx, asked []risk.Version) (map[of]risk.Version, error) {
	rules := make([]uuid.UUID, 0, len(asked))
	by := map[of]risk.Version{}
	for _, v := range asked {
		rules = append(rules, v.Rule)
		by[of{v.Rule, v.Number}] = v
	}
	rows, err := tx.Query(ctx, `SELECT rule, n FROM risk_version WHERE rule = ANY ($1) AND state = 'active' ORDER BY rule FOR SHARE`, rules)
	if err != nil {
		return nil, err
	}
	active := map[of]risk.Version{}
	var one of
	_, err = pgx.ForEachRow(rows, []any{&one.rule, &one.n}, func() error {
		if v, ok := by[one]; ok {
			active[one] = v
		}
		return nil
	})
	return active, err
}

func (s *Store) keepHits(
	ctx context.Context, tx pgx.Tx, flight apipnr.ExpectedFlight, key *vault.DataKey, active map[of]risk.Version, list []risk.Evaluated,
) error {
	people, asked := make([]uuid.UUID, 0, len(list)), make([]uuid.UUID, 0, len(active))
	for _, e := range list {
		people = append(people, e.Person.ID)
	}
	for v := range active {
		asked = append(asked, v.rule)
	}
	known, err := knownHits(ctx, tx, people)
	if err != nil {
		return err
	}
	k := keeping{Store: s, flight: flight, key: key, known: known}
	for _, e := range list {
		for _, v := range e.Faults {
			if _, ok := active[of{v.Rule, v.Number}]; ok {
				k.fault(of{v.Rule, v.Number}, e.Person.ID)
			}
		}
		for _, f := range e.Hits {
			v, ok := active[of{f.Rule, f.Version}]
			if !ok || key == nil { // suspended, or masked, in the meantime
				continue
			}
			if err := k.hit(v, e.Person, f); err != nil {
				return err
			}
		}
	}
	return k.finish(ctx, tx, people, asked)
}

// sameHit is what makes two hits one: the same rule with the same values behind it.
type sameHit struct {
	of
	person uuid.UUID
	basis  string
}

func knownHits(ctx context.Context, tx pgx.Tx, people []uuid.UUID) (map[sameHit]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT id, rule, n, person, basis FROM risk_hit WHERE person = ANY ($1)`, people)
	if err != nil {
		return nil, err
	}
	known := map[sameHit]uuid.UUID{}
	var id uuid.UUID
	var one sameHit
	var basis []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &one.rule, &one.n, &one.person, &basis}, func() error {
		one.basis = string(basis)
		known[one] = id
		return nil
	})
	return known, err
}

// keeping is one flight's hits on their way into the database, in one round trip.
type keeping struct {
	*Store
	flight apipnr.ExpectedFlight
	key    *vault.DataKey
	known  map[sameHit]uuid.UUID
	found  []uuid.UUID // those that hold now
	born   columns
	faults faults
}

// faults are the rules that could not be asked, with the persons.
type faults struct {
	rules, people uuid.UUIDs
	times         map[of]int
}

func (k *keeping) fault(v of, person uuid.UUID) {
	f := &k.faults
	f.rules, f.people = append(f.rules, v.rule), append(f.people, person)
	if f.times == nil {
		f.times = map[of]int{}
	}
	f.times[v]++
}

// count counts them with their versions.
func (f faults) count(b *pgx.Batch, at time.Time) {
	for v, n := range f.times {
		b.Queue(`INSERT INTO risk_fault AS f (rule, n, times, last_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (rule, n) DO UPDATE SET times = f.times + excluded.times, last_at = excluded.last_at`, v.rule, v.n, n, at)
	}
}

// columns are new hits, as the database takes many at once.
type columns struct {
	ids, rules, people uuid.UUIDs
	numbers, versions  []int
	bases, sealed      [][]byte
	severities         []string
}

func (k *keeping) hit(v risk.Version, p apipnr.Expected, f risk.Found) error {
	same := sameHit{of{f.Rule, f.Version}, p.ID, string(f.Basis[:])}
	if id, ok := k.known[same]; ok {
		k.found = append(k.found, id)
		return nil
	}
	id := k.NewID()
	terms, err := json.Marshal(f.Terms)
	if err != nil {
		return err
	}
	sealed, err := k.key.Seal(vault.Place{Kind: detailKind, Exhibit: id, Version: detailForm}, terms)
	if err != nil {
		return err
	}
	k.known[same], k.found = id, append(k.found, id)
	b := &k.born
	b.ids, b.rules, b.people = append(b.ids, id), append(b.rules, f.Rule), append(b.people, p.ID)
	b.numbers, b.versions, b.bases = append(b.numbers, f.Version), append(b.versions, p.Version), append(b.bases, f.Basis[:])
	b.sealed, b.severities = append(b.sealed, sealed), append(b.severities, string(v.Severity))
	return nil
}

// finish writes the hits. An open hit whose rule was asked and did not answer so again has lapsed: it stays, and says so; one that holds
// again has not, nor has one whose rule could not be asked.
func (k *keeping) finish(ctx context.Context, tx pgx.Tx, people, asked []uuid.UUID) error {
	if k.found == nil {
		k.found = []uuid.UUID{}
	}
	batch, b := &pgx.Batch{}, k.born
	if len(b.ids) > 0 {
		batch.Queue(`UPDATE risk_hit h SET state = 'replaced', seen = seen + 1 FROM unnest($1::uuid[], $2::uuid[]) q(rule, person)
			WHERE h.rule = q.rule AND h.person = q.person AND h.state IN ('new', 'in_review')`, b.rules, b.people)
		batch.Queue(`INSERT INTO risk_hit (id, rule, n, person, person_version, basis, severity, flight, departs, arrives, found_at)
			SELECT q.*, $8, $9, $10, $11 FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::integer[], $6::bytea[], $7::text[]) q`,
			b.ids, b.rules, b.numbers, b.people, b.versions, b.bases, b.severities, k.flight.ID, leaves(k.flight), orNull(k.flight), k.clock())
		batch.Queue(`INSERT INTO risk_hit_detail (hit, flight, sealed) SELECT q.hit, $2, q.sealed FROM unnest($1::uuid[], $3::bytea[]) q(hit, sealed)`,
			b.ids, k.flight.ID, b.sealed)
	}
	batch.Queue(`UPDATE risk_hit SET lapsed_at = NULL WHERE id = ANY ($1) AND lapsed_at IS NOT NULL`, k.found)
	batch.Queue(`UPDATE risk_hit SET lapsed_at = $4, seen = seen + 1 WHERE person = ANY ($1) AND rule = ANY ($2) AND NOT (id = ANY ($3))
		AND state IN ('new', 'in_review') AND lapsed_at IS NULL
		AND NOT EXISTS (SELECT FROM unnest($5::uuid[], $6::uuid[]) q(rule, person) WHERE q.rule = risk_hit.rule AND q.person = risk_hit.person)`,
		people, asked, k.found, k.clock(), k.faults.rules, k.faults.people)
	k.faults.count(batch, k.clock())
	if err := tx.SendBatch(ctx, batch).Close(); err != nil || len(b.ids) == 0 {
		return err
	}
	entry := evaluator().Entry(k.clock(), audit.Combination, "risk_flight", k.flight.ID.String())
	entry.Purpose, entry.Decision, entry.ResultCount = risk.PurposeOfHits, "hit", len(b.ids)
	return auditlog.Insert(ctx, tx, entry)
}

// orNull is the arrival, NULL when it is not known.
func orNull(f apipnr.ExpectedFlight) any {
	if f.ArrivesAt.IsZero() {
		return nil
	}
	return f.ArrivesAt.UTC()
}

// Sweeps are the versions that persons who are already expected are still to be held against.
func (s *Store) Sweeps(ctx context.Context) ([]risk.Sweep, error) {
	rows, err := s.DB.Pool.Query(ctx, `SELECT DISTINCT rule, n FROM risk_sweep WHERE done_at IS NULL`)
	if err != nil {
		return nil, wrap(err, "sweeps of risk rules")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[risk.Sweep])
	return list, wrap(err, "sweeps of risk rules")
}

// Swept ends one.
func (s *Store) Swept(ctx context.Context, w risk.Sweep, persons int) error {
	_, err := s.DB.Pool.Exec(ctx, `UPDATE risk_sweep SET done_at = $3, persons = $4 WHERE rule = $1 AND n = $2 AND done_at IS NULL`, w.Rule, w.Version, s.clock(), persons)
	return wrap(err, "end of a sweep")
}

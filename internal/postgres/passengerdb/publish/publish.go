// Package publish tells the crossing points who is expected: it writes the dataset expected.Dataset of what messages and the screening
// changed. It exists so that the counters know passengers without a line to the centre.
//
// It must never tell more than a post needs, never tell of anybody who was masked, and never keep a person in the dataset, or in its
// history, longer than a day after the flight.
package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// Signer signs the versions of the dataset: nobody decides them, they follow from the messages.
const Signer = "passengers"

// Config is what a Publisher is made of.
type Config struct {
	DB        *postgres.DB
	Manifests apipnr.Manifests
	// Screenings tells what was found before arrival; nil: nobody looks.
	Screenings apipnr.Screenings
	// Direction says which border a flight crosses as seen from the State, and false for a flight that crosses none of it (an overflight, a
	// domestic flight), of which nobody is told. Nil: not known of any flight.
	Direction func(f apipnr.ExpectedFlight) (border.Direction, bool)
	// Published is told after every commit that published something, to nudge the stations.
	Published func(dataset string)
	Now       func() time.Time
	Log       *slog.Logger
}

const (
	// most is how many notes one version of the dataset takes.
	most = 1000
	// sweepEvery is how often flights that are past are looked for, and notes that nobody told of.
	sweepEvery = time.Minute
	// roundEvery is the least time between two rounds: what comes meanwhile is one version.
	roundEvery = 150 * time.Millisecond
)

// forgetEvery is how often old changes are forgotten.
const forgetEvery = time.Hour

// Publisher writes the dataset. One goroutine uses it.
type Publisher struct {
	cfg       Config
	forgotten time.Time
}

// New makes a Publisher.
func New(cfg Config) *Publisher {
	if cfg.Direction == nil {
		cfg.Direction = func(apipnr.ExpectedFlight) (border.Direction, bool) { return "", true }
	}
	if cfg.Published == nil {
		cfg.Published = func(string) {}
	}
	return &Publisher{cfg: cfg}
}

// Run publishes until ctx ends. The first version is written at once: a post that holds an empty dataset knows that there is nothing; one
// that never heard of it has to answer that it has not checked.
func (p *Publisher) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		more, err := p.Round(ctx)
		if err != nil && ctx.Err() == nil {
			p.cfg.Log.WarnContext(ctx, "expected persons not published", "error", err)
		}
		if !wait(ctx, roundEvery) {
			return nil
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.cfg.Manifests.Nudged(apipnr.WorkPublish):
		case <-tick.C:
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Round publishes what the oldest notes are about, and what is past goes; more says that notes are left. Another process of the centre
// that is at it does the work.
func (p *Publisher) Round(ctx context.Context) (more bool, err error) {
	published := false
	var notes []apipnr.Note
	err = p.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('passengers published'))`).Scan(&mine); err != nil || !mine {
			return err
		}
		if notes, err = p.cfg.Manifests.Notes(ctx, apipnr.WorkPublish, most); err != nil {
			return err
		}
		published, err = p.publish(ctx, tx, notes)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("publish expected persons: %w", err)
	}
	if published {
		p.cfg.Published(expected.Dataset)
	}
	if len(notes) == 0 {
		return false, nil
	}
	if err := p.cfg.Manifests.Done(ctx, apipnr.WorkPublish, notes); err != nil { // done twice does no harm
		return false, fmt.Errorf("notes of expected persons: %w", err)
	}
	return len(notes) == most, nil
}

// publish makes one version of what differs from what the dataset has.
func (p *Publisher) publish(ctx context.Context, tx pgx.Tx, notes []apipnr.Note) (bool, error) {
	held, err := readFlights(ctx, tx)
	if err != nil {
		return false, err
	}
	wanted, told, err := p.flights(ctx, held, notes)
	if err != nil {
		return false, err
	}
	if err := p.persons(ctx, notes, told, wanted); err != nil {
		return false, err
	}
	if err := p.rest(ctx, tx, held, told, wanted); err != nil {
		return false, err
	}
	changes, err := differing(ctx, tx, wanted)
	if err != nil {
		return false, err
	}
	if err := p.forget(ctx, tx); err != nil {
		return false, err
	}
	first, err := unopened(ctx, tx)
	if err != nil || len(changes) == 0 && !first {
		return false, err
	}
	_, err = centraldb.Publish(ctx, tx, expected.Dataset, Signer, p.cfg.Now().UTC(), changes)
	return err == nil, err
}

// rows are what the dataset should have, by key; nil is nothing.
type rows map[string]json.RawMessage

func (r rows) put(key string, row any) error {
	data, err := json.Marshal(row)
	r[key] = data
	return err
}

// readFlights are the flights that the dataset has.
func readFlights(ctx context.Context, tx pgx.Tx) (map[uuid.UUID]bool, error) {
	got, err := tx.Query(ctx, `SELECT key FROM ref_row WHERE dataset = $1 AND key >= 'f/' AND key < 'f0'`, expected.Dataset)
	if err != nil {
		return nil, fmt.Errorf("published flights: %w", err)
	}
	keys, err := pgx.CollectRows(got, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("published flights: %w", err)
	}
	held := make(map[uuid.UUID]bool, len(keys))
	for _, key := range keys {
		if k, err := expected.ParseKey(key); err == nil {
			held[k.Flight] = true
		}
	}
	return held, nil
}

// flights puts the rows of all flights that are published or have notes: a flight can change without its persons. told are those that the
// stations are told of.
func (p *Publisher) flights(ctx context.Context, held map[uuid.UUID]bool, notes []apipnr.Note) (wanted rows, told map[uuid.UUID]bool, err error) {
	ask := maps.Clone(held)
	for _, n := range notes {
		ask[n.Flight] = true
	}
	list, err := p.cfg.Manifests.FlightsByID(ctx, slices.Collect(maps.Keys(ask)))
	if err != nil {
		return nil, nil, err
	}
	wanted, told = make(rows, len(ask)), make(map[uuid.UUID]bool, len(ask))
	for id := range ask {
		wanted[expected.FlightKey(id)] = nil
	}
	now := p.cfg.Now()
	for _, f := range list {
		direction, crosses := p.cfg.Direction(f)
		row := expected.FlightOf(f, direction)
		if !crosses || !row.Until.After(now) {
			continue
		}
		told[f.ID] = true
		if err := wanted.put(expected.FlightKey(f.ID), row); err != nil {
			return nil, nil, err
		}
	}
	return wanted, told, nil
}

// persons puts the rows of the persons of notes.
func (p *Publisher) persons(ctx context.Context, notes []apipnr.Note, told map[uuid.UUID]bool, wanted rows) error {
	var ids []uuid.UUID
	for _, n := range notes {
		key := expected.PersonKey(n.Flight, n.Person)
		if _, seen := wanted[key]; !seen && told[n.Flight] {
			ids = append(ids, n.Person)
		}
		wanted[key] = nil
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := p.cfg.Manifests.Persons(ctx, ids)
	if err != nil {
		return err
	}
	return p.putPersons(ctx, list, wanted)
}

func (p *Publisher) putPersons(ctx context.Context, list []apipnr.Expected, wanted rows) error {
	ids := make([]uuid.UUID, len(list))
	for n, e := range list {
		ids[n] = e.ID
	}
	found := map[uuid.UUID]apipnr.Screening{}
	if p.cfg.Screenings != nil && len(ids) > 0 {
		var err error
		if found, err = p.cfg.Screenings.Screenings(ctx, ids); err != nil {
			return err
		}
	}
	for _, e := range list {
		if e.Masked {
			continue
		}
		var s *apipnr.Screening
		if known, is := found[e.ID]; is {
			s = &known
		}
		if err := wanted.put(expected.PersonKey(e.Flight, e.ID), expected.PersonOf(e, s)); err != nil {
			return err
		}
	}
	return nil
}

// rest takes the persons of flights away that nobody is told of any more, and puts all persons of flights that are told of again.
func (p *Publisher) rest(ctx context.Context, tx pgx.Tx, held, told map[uuid.UUID]bool, wanted rows) error {
	for id := range held {
		if told[id] {
			continue
		}
		prefix := expected.PersonsOf(id)
		got, err := tx.Query(ctx, `SELECT key FROM ref_row WHERE dataset = $1 AND key >= $2 AND key < $3`, expected.Dataset, prefix,
			prefix[:len(prefix)-1]+"0") // '0' is the character after '/'
		if err != nil {
			return fmt.Errorf("published persons: %w", err)
		}
		keys, err := pgx.CollectRows(got, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("published persons: %w", err)
		}
		for _, key := range keys {
			wanted[key] = nil
		}
	}
	for id := range told {
		if held[id] {
			continue
		}
		list, err := p.cfg.Manifests.OfFlight(ctx, id)
		if err != nil {
			return err
		}
		if err := p.putPersons(ctx, list, wanted); err != nil {
			return err
		}
	}
	return nil
}

// differing are the changes that make the rows what is wanted, in the order of their keys.
func differing(ctx context.Context, tx pgx.Tx, wanted rows) ([]replication.Change, error) {
	got, err := tx.Query(ctx, `SELECT r.key, r.row::text FROM unnest($2::text[]) AS k (key) JOIN ref_row r ON r.dataset = $1 AND r.key = k.key`,
		expected.Dataset, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return nil, fmt.Errorf("published rows: %w", err)
	}
	old := map[string]string{}
	var key, row string
	if _, err := pgx.ForEachRow(got, []any{&key, &row}, func() error { old[key] = row; return nil }); err != nil {
		return nil, fmt.Errorf("published rows: %w", err)
	}
	var changes []replication.Change
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		before, has := old[key]
		switch data := wanted[key]; {
		case data != nil && before != string(data):
			changes = append(changes, replication.Change{Op: replication.OpPut, Key: key, Data: data})
		case data == nil && has:
			changes = append(changes, replication.Change{Op: replication.OpDelete, Key: key})
		}
	}
	return changes, nil
}

// unopened reports whether the dataset was never written.
func unopened(ctx context.Context, tx pgx.Tx) (bool, error) {
	var version int64
	err := tx.QueryRow(ctx, `SELECT version FROM ref_dataset WHERE dataset = $1`, expected.Dataset).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	return version == 0, err
}

// forget deletes the changes of a day ago and older: they hold persons too. A station that was away for longer takes a snapshot.
func (p *Publisher) forget(ctx context.Context, tx pgx.Tx) error {
	now := p.cfg.Now().UTC()
	if now.Sub(p.forgotten) < forgetEvery {
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM ref_change WHERE dataset = $1 AND version <= (
		SELECT max(version) FROM ref_version WHERE dataset = $1 AND changed_at < $2)`, expected.Dataset, now.Add(-expected.KeptAfter))
	if err != nil {
		return fmt.Errorf("forget what was published: %w", err)
	}
	p.forgotten = now
	return nil
}

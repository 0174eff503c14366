package passengerdb_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
)

var errKilled = errors.New("killed")

// killed is a store whose process dies at a step: from there on nothing reaches the database any more. A transaction whose commit is the
// step is committed, and nobody hears of it.
type killed struct {
	intake.Store
	left atomic.Int64
}

func (k *killed) dies() error {
	if k.left.Add(-1) < 0 {
		return errKilled
	}
	return nil
}

func (k *killed) Waiting(ctx context.Context, limit int) ([]intake.Item, error) {
	if err := k.dies(); err != nil {
		return nil, err
	}
	return k.Store.Waiting(ctx, limit)
}

func (k *killed) Overdue(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error) {
	if err := k.dies(); err != nil {
		return nil, err
	}
	return k.Store.Overdue(ctx, now, limit)
}

func (k *killed) Failed(context.Context, uuid.UUID, string, time.Time) error { return errKilled }

func (k *killed) Postpone(context.Context, uuid.UUID, time.Time) error { return errKilled }

func (k *killed) Within(ctx context.Context, work func(intake.Tx) error) error {
	if err := k.dies(); err != nil {
		return err
	}
	err := k.Store.Within(ctx, func(tx intake.Tx) error { return work(&killedTx{tx, k}) })
	return errors.Join(err, k.dies())
}

type killedTx struct {
	intake.Tx
	k *killed
}

func (t *killedTx) Claim(ctx context.Context, raws []uuid.UUID) ([]uuid.UUID, error) {
	list, err := t.Tx.Claim(ctx, raws)
	return list, errors.Join(err, t.k.dies())
}

func (t *killedTx) KeepMessage(ctx context.Context, r *intake.Record) error {
	return errors.Join(t.Tx.KeepMessage(ctx, r), t.k.dies())
}

func (t *killedTx) Attempt(ctx context.Context, a intake.Attempt) error {
	return errors.Join(t.Tx.Attempt(ctx, a), t.k.dies())
}

func (t *killedTx) OpenSeries(ctx context.Context, key intake.SeriesKey, due time.Time) (uuid.UUID, error) {
	id, err := t.Tx.OpenSeries(ctx, key, due)
	return id, errors.Join(err, t.k.dies())
}

func (t *killedTx) CloseSeries(ctx context.Context, id uuid.UUID, state intake.State) error {
	return errors.Join(t.Tx.CloseSeries(ctx, id, state), t.k.dies())
}

func (t *killedTx) SetState(ctx context.Context, messages []uuid.UUID, state intake.State, reason string, flight uuid.UUID) error {
	return errors.Join(t.Tx.SetState(ctx, messages, state, reason, flight), t.k.dies())
}

func (t *killedTx) SaveManifest(ctx context.Context, m *manifest.Manifest) error {
	return errors.Join(t.Tx.SaveManifest(ctx, m), t.k.dies())
}

func (t *killedTx) Settle(ctx context.Context, raws []uuid.UUID, none intake.State, reason string) error {
	return errors.Join(t.Tx.Settle(ctx, raws, none, reason), t.k.dies())
}

// dialogue are messages that carriers send of one flight; a series among them, bad ones, some twice.
func dialogue() []string {
	anna, bea := pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), pax("R2", "TESTER", "BEA", "800229", "P1")
	list := paxlst("1", "745", "01:F", anna, bea)
	parts := threeParts("0123")
	return []string{
		list, list, parts[0], parts[1], parts[2],
		paxlst("2", "745+CP", "01:F", "NAD+FL+++TESTER:BEA'RFF+ABO:R2'RFF+SEA:14C'"),
		paxlst("3", "745+XR", "01:F", bea), paxlst("4", "745", "01:F", bea, "NAD+FL'ATT+2++F'"), "nothing that is a message",
		push("5", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA/L898902C3/12AUG74"), pnr("BBB222", "OTHER/ONE", "OTHER/TWO")),
		push("6", "141", "01:F", pnr("BBB222", "OTHER/ONE")), push("7", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA/L898902C3/12AUG74")),
		paxlst("8", "266+CLOB", "01:F", anna),
	}
}

// The process dies between any two steps, again and again: nothing that was kept is lost, and nothing is applied twice. What is there in the
// end is what a process that never died leaves.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	w := newWorld(t)
	w.speaks = func(string, string) bool { return true } // each run is a carrier's, of flights of XX
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		n := rapid.IntRange(1, 6).Draw(rt, "messages")
		var bodies []string
		for range n {
			bodies = append(bodies, rapid.SampledFrom(dialogue()).Draw(rt, "body"))
		}
		deaths := rapid.SliceOfN(rapid.IntRange(0, 40), 1, 6).Draw(rt, "deaths")
		calm, hard := fmt.Sprintf("%04d", 2*run), fmt.Sprintf("%04d", 2*run+1)
		w.keep("C"+calm, calm, bodies)
		w.drain()
		w.keep("C"+hard, hard, bodies)
		for _, after := range deaths {
			k := &killed{Store: w.store}
			k.left.Store(int64(after))
			p := intake.New(intake.Options{Store: k, Now: w.now, Log: slog.New(slog.DiscardHandler), Workers: 1, SpeaksFor: w.speaks})
			if _, err := p.Drain(t.Context()); err == nil {
				break
			}
			w.store = passengerdbtest.Reopen(w.store)
		}
		w.drain()
		require.Equal(rt, w.summary("C"+calm, calm), w.summary("C"+hard, hard))
		require.Zero(rt, w.count("passenger_status WHERE state = 'received'"))
	})
	_, err := w.store.VerifyChain(t.Context())
	require.NoError(t, err)
}

// keep keeps bodies of a carrier, about a flight number of his own.
func (w *world) keep(carrier, number string, bodies []string) {
	w.Helper()
	for _, body := range bodies {
		body = strings.NewReplacer("XX0123", "XX"+number, "XX+0123", "XX+"+number).Replace(body)
		e := envelope(carrier, body)
		e.Digest = sha256.Sum256([]byte(body))
		_, err := w.store.Keep(w.Context(), e)
		require.NoError(w, err)
	}
}

// summary is everything that a carrier's messages left, without ids.
func (w *world) summary(carrier, number string) []string {
	w.Helper()
	var list []string
	for _, sql := range []string{
		`SELECT 'raw ' || t.state || ' ' || t.reason || ' ' || t.copies FROM passenger_status t JOIN passenger_raw r ON r.id = t.raw_id WHERE r.carrier = $1 ORDER BY r.seq`,
		`SELECT 'message ' || state || ' ' || bad || ' ' || (flight_id IS NOT NULL) FROM passenger_message WHERE carrier = $1 ORDER BY seq, n`,
		`SELECT 'attempts ' || count(*) FROM passenger_attempt a JOIN passenger_raw r ON r.id = a.raw_id WHERE r.carrier = $1`,
		`SELECT 'quarantine ' || count(*) || ' ' || count(resolved_at) FROM passenger_quarantine q JOIN passenger_raw r ON r.id = q.raw_id WHERE r.carrier = $1`,
	} {
		list = append(list, w.lines(sql, carrier)...)
	}
	for _, sql := range []string{
		`SELECT 'change ' || kind || ' ' || c.version || ' ' || array_to_string(fields, ',') FROM passenger_change c JOIN passenger_flight f ON f.id = c.flight_id
			WHERE f.number = $1 ORDER BY 1`, // within a message the order of persons is not said
		`SELECT 'notes ' || count(*) || ' ' || coalesce(sum(n.version), 0) FROM passenger_note n JOIN passenger_flight f ON f.id = n.flight_id WHERE f.number = $1`,
		`SELECT 'counts ' || api || ' ' || pnr || ' ' || persons || ' ' || status FROM passenger_flight WHERE number = $1`,
	} {
		list = append(list, w.lines(sql, number)...)
	}
	flights, err := w.store.Flown(w.Context(), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	require.NoError(w, err)
	if n := slices.IndexFunc(flights, func(f apipnr.ExpectedFlight) bool { return f.Number == number }); n >= 0 {
		list = append(list, w.on(flights[n].ID)...)
	}
	return list
}

func (w *world) lines(sql, arg string) []string {
	w.Helper()
	rows, err := w.db.Pool.Query(w.Context(), sql, arg)
	require.NoError(w, err)
	var list []string
	for rows.Next() {
		var line string
		require.NoError(w, rows.Scan(&line))
		list = append(list, line)
	}
	require.NoError(w, rows.Err())
	return list
}

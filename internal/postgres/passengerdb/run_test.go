package passengerdb_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// What is kept is worked on at once, without polling: the workers are nudged when it is applied. A second process waits for its turn.
func TestKeepWakesTheProcessor(t *testing.T) {
	w := newWorld(t)
	p := w.processor()
	w.store.OnKept(p.Wake)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 2)
	started := make(chan struct{})
	go func() {
		done <- w.store.Alone(ctx, time.Hour, func(ctx context.Context) error { close(started); return p.Run(ctx) })
	}()
	<-started
	go func() {
		done <- w.store.Alone(ctx, time.Hour, func(context.Context) error { return errors.New("two work at a time") })
	}()
	<-w.store.Nudged(apipnr.WorkScreen) // what an earlier process left
	_, err := w.store.Keep(t.Context(), envelope("XX", paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"))))
	require.NoError(t, err)
	<-w.store.Nudged(apipnr.WorkScreen)
	require.Equal(t, []string{"ERICSSON expected"}, w.people())
	stop()
	require.NoError(t, <-done)
	require.NoError(t, <-done)
}

// failing is a store that cannot write a certain flight.
type failing struct {
	intake.Store
	number string
}

func (f failing) Within(ctx context.Context, work func(intake.Tx) error) error {
	return f.Store.Within(ctx, func(tx intake.Tx) error { return work(failingTx{tx, f.number}) })
}

type failingTx struct {
	intake.Tx
	number string
}

func (f failingTx) SaveManifest(ctx context.Context, m *manifest.Manifest) error {
	if m.Flight.Number == f.number {
		return errors.New("no")
	}
	return f.Tx.SaveManifest(ctx, m)
}

// A fault of ours costs no other message: it is tried again, then put aside, and can be replayed.
func TestFaultOfOurs(t *testing.T) {
	w := newWorld(t)
	var ids []string
	bad, err := w.store.Keep(t.Context(), envelope("XX", w.bodyOf(1, "1", manyPax(1, 1)...)))
	require.NoError(t, err)
	good, err := w.store.Keep(t.Context(), envelope("XX", w.bodyOf(2, "2", manyPax(1, 2)...)))
	require.NoError(t, err)
	p := intake.New(intake.Options{Store: failing{w.store, "0001"}, Now: w.now, Log: slog.New(slog.DiscardHandler)})
	for range 5 {
		ids = append(ids, w.state(bad.ID))
		_, err := p.Drain(t.Context())
		require.NoError(t, err)
		require.Equal(t, "applied", w.state(good.ID))
		w.at = w.at.Add(time.Hour)
	}
	require.Equal(t, []string{"received", "received", "received", "received", "received"}, ids)
	require.Equal(t, "quarantined", w.state(bad.ID))
	require.Equal(t, 1, w.count("passenger_quarantine WHERE code = 'not_applied' AND resolved_at IS NULL"))
	require.NoError(t, w.store.Replay(t.Context(), bad.ID, w.consult("passenger_message", bad.ID)))
	w.drain()
	require.Equal(t, "applied", w.state(bad.ID))
	require.Zero(t, w.count("passenger_quarantine WHERE resolved_at IS NULL"))
}

// A series that cannot be applied holds up nothing else, and is applied when it can be.
func TestSeriesThatFails(t *testing.T) {
	w := newWorld(t)
	first := w.send(threeParts("0001")[0])[0]
	w.at = w.at.Add(time.Hour)
	good, err := w.store.Keep(t.Context(), envelope("XX", w.bodyOf(2, "2", manyPax(1, 2)...)))
	require.NoError(t, err)
	p := intake.New(intake.Options{Store: failing{w.store, "0001"}, Now: w.now, Log: slog.New(slog.DiscardHandler)})
	_, err = p.Drain(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"waiting_parts", "applied"}, []string{w.state(first), w.state(good.ID)})
	w.at = w.at.Add(time.Hour)
	w.drain()
	require.Equal(t, "incomplete", w.state(first))
}

// Keys are wrapped anew each month, and what was sealed is read as before; escrow has a wrapping of its own.
func TestKeysAreRenewed(t *testing.T) {
	w := newWorld(t)
	data, err := vault.OpenFiles(t.TempDir(), rand.Reader, w.now)
	require.NoError(t, err)
	escrow, err := vault.OpenFiles(t.TempDir(), rand.Reader, w.now)
	require.NoError(t, err)
	o := w.store.Options()
	o.Wrapping, o.Escrow = data, escrow
	w.store = passengerdb.New(o)
	w.send(paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")))
	require.Equal(t, 4, w.count("passenger_key WHERE generation = '2026-11'"))
	w.at = w.at.AddDate(0, 3, 0)
	require.NoError(t, w.store.Maintain(t.Context(), 30*24*time.Hour))
	require.Equal(t, 4, w.count("passenger_key WHERE generation = '2027-02'"))
	list, err := data.Generations()
	require.NoError(t, err)
	require.Equal(t, []string{"2026-11", "2027-02"}, list, "backups may still need the old one")
	w.store = passengerdb.New(o)
	w.at = noon
	require.Equal(t, []string{"ERICSSON expected"}, w.people())
}

// While the disk is nearly full nothing new is taken.
func TestNoSpace(t *testing.T) {
	w := newWorld(t)
	o := w.store.Options()
	o.Space = func() pgcluster.Space { return pgcluster.Scarce }
	_, err := passengerdb.New(o).Keep(t.Context(), envelope("XX", "x"))
	require.ErrorContains(t, err, "storage_full")
	require.Zero(t, w.count("passenger_raw"))
}

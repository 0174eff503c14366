package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
)

// stationCommand looks after a station's line to the centre.
type stationCommand struct {
	Outbox   stationOutbox   `cmd:"" help:"Say what waits to be sent to the centre."`
	NewEpoch stationNewEpoch `cmd:"" help:"Begin the numbers of the events anew, after the station's database was restored from a backup. The station does so by itself when it hears from the centre that it was; this is for doing it beforehand."`
}

type stationOutbox struct{ databasePlace }

// Run prints the outbox's state, one fact a line.
func (c stationOutbox) Run(ctx context.Context, a *app) error {
	return c.with(ctx, a, func(db *postgres.DB) error { return printOutbox(ctx, a, db) })
}

type stationNewEpoch struct {
	databasePlace
	Reason string `required:"" help:"Why; it is kept with the ended epoch."`
}

// Run begins a new epoch and prints the state that follows.
func (c stationNewEpoch) Run(ctx context.Context, a *app) error {
	if strings.TrimSpace(c.Reason) == "" {
		return errors.New("--reason: expected some words")
	}
	return c.with(ctx, a, func(db *postgres.DB) error {
		if _, err := outboxOf(db, a).NewEpoch(ctx, c.Reason); err != nil {
			return err
		}
		return printOutbox(ctx, a, db)
	})
}

// outboxOf needs no station's name: nothing is numbered by these commands.
func outboxOf(db *postgres.DB, a *app) *relaydb.Outbox {
	return relaydb.NewOutbox(db, "", uuid.New, a.Now)
}

func printOutbox(ctx context.Context, a *app, db *postgres.DB) error {
	state, err := outboxOf(db, a).State(ctx)
	if err != nil {
		return err
	}
	oldest := "none"
	if !state.OldestAt.IsZero() {
		oldest = state.OldestAt.Format(time.RFC3339)
	}
	_, err = fmt.Fprintf(a.Out, "epoch      %s\nnumbered   %d\nconfirmed  %d\nwaiting    %d\noldest     %s\n",
		state.Epoch, state.Last.Seq, state.Confirmed.Seq, state.Backlog, oldest)
	return err
}

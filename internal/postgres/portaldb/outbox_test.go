package portaldb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/mail"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
)

// A letter that was given out to a program that then died is given out again, with the same id; one that went is emptied.
func TestTheOutboxLosesNoLetter(t *testing.T) {
	w := portaldbtest.New(t)
	w.Sent(t, "H")
	box := portaldb.Outbox{DB: w.Portal, Own: w.Options.Own, Now: w.Clock.Now, Write: func(l apply.Letter) (string, string) { return string(l.Kind), "x" }}
	first, found, err := box.Next(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "anne@example.org", first.To)
	_, found, err = box.Next(t.Context())
	require.NoError(t, err)
	require.False(t, found, "nobody else gets it meanwhile")
	w.Clock.Add(6 * time.Minute)
	second, found, err := box.Next(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, first.ID, second.ID)
	require.Equal(t, 2, second.Tries)
	require.NoError(t, box.Later(t.Context(), second.ID, w.Clock.Now().Add(time.Hour)))
	w.Clock.Add(59 * time.Minute)
	_, found, err = box.Next(t.Context())
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, box.Done(t.Context(), second.ID, true))
	var sealed []byte
	var outcome string
	require.NoError(t, pgtest.Admin(t, w.DB).Pool.QueryRow(t.Context(), `SELECT sealed, outcome FROM portal.mail`).Scan(&sealed, &outcome))
	require.Nil(t, sealed)
	require.Equal(t, "refused", outcome)
}

// sink tells of each letter.
type sink chan mail.Message

func (s sink) Send(_ context.Context, m mail.Message) error {
	s <- m
	return nil
}

// The letter of an act goes with the act: rolled back, there is none; committed, it goes at once.
func TestALetterGoesWithItsTransaction(t *testing.T) {
	w := portaldbtest.New(t)
	ctx, end := context.WithCancel(t.Context())
	sent, ended := make(sink, 10), make(chan error, 1)
	worker := mail.Worker{
		Sender: sent, Now: w.Clock.Now, Log: w.Options.Log,
		Outbox: portaldb.Outbox{DB: w.Portal, Own: w.Options.Own, Now: w.Clock.Now, Write: func(l apply.Letter) (string, string) { return string(l.Kind), "x" }},
	}
	go func() { ended <- worker.Run(ctx) }()
	undone := errors.New("undone")
	options := w.Options
	options.Store = undoing{w.Store, undone}
	failing, err := apply.New(options)
	require.NoError(t, err)
	token := w.Begin(t)
	w.Fill(t, token, "H", nil)
	_, _, err = failing.Send(t.Context(), token, w.Agreed())
	require.ErrorIs(t, err, undone)
	_, _, err = w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Equal(t, "sent", (<-sent).Subject)
	end()
	require.NoError(t, <-ended)
	require.Empty(t, sent)
}

// undoing lets every transaction fail at its end.
type undoing struct {
	apply.Store
	why error
}

func (u undoing) InTx(ctx context.Context, fn func(apply.Tx) error) error {
	return u.Store.InTx(ctx, func(tx apply.Tx) error { return errors.Join(fn(tx), u.why) })
}

// What a page costs the service and its database: a page of answers kept, a task list read.
func BenchmarkPortal(b *testing.B) {
	w := portaldbtest.New(b)
	token := w.Begin(b)
	d := w.Fill(b, token, "H", nil)
	at := apply.Where{Page: apply.PageName, Member: d.Lead().ID}
	form := portaldbtest.Answers("H")[apply.PageName]
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.Service.Save(b.Context(), token, at, form); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("tasks", func(b *testing.B) {
		for b.Loop() {
			d, err := w.Service.Open(b.Context(), token)
			if err != nil || len(w.Service.Tasks(d)) == 0 {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			_, _, err := w.Service.Verify(b.Context(), portaldbtest.Source, apply.Form{"number": {"E23456789"}, "document": {"X123"}})
			if err != nil && !errors.Is(err, apply.ErrSlowDown) {
				b.Fatal(err)
			}
		}
	})
}

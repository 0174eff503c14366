package boarddb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/internal/postgres/paging"
)

// lost is a keeper, and a store, whose disk is full.
type lost struct {
	board.Store
	open bool
}

var errDisk = errors.New("disk full")

func (lost) Keep(context.Context, apipnr.Envelope) (apipnr.Receipt, error) {
	return apipnr.Receipt{}, errDisk
}

func (l lost) Open(ctx context.Context, r board.Request) (board.Opened, error) {
	if l.open {
		return board.Opened{}, errDisk
	}
	return l.Store.Open(ctx, r)
}

func (lost) Close(context.Context, board.Given) error { return errDisk }

// Nobody is told to board of whom nothing could be written down; what was asked and not answered is seen, and blocks boarding.
func TestThereIsNoAnswerThatIsNotWrittenDown(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(3, "R3"))
	ask := func(change func(*board.Config)) {
		c := w.Office.Config
		change(&c)
		reply, err := board.New(c).Answer(t.Context(), w.envelope(body))
		require.ErrorIs(t, err, board.ErrNotKept)
		require.Empty(t, reply)
	}
	ask(func(c *board.Config) { c.Keeper = lost{} })
	ask(func(c *board.Config) { c.Store = lost{Store: w.Board, open: true} })
	before := w.Count("board_request")
	ask(func(c *board.Config) { c.Store = lost{Store: w.Board} })
	require.Equal(t, before+1, w.Count("board_request"))
	require.True(t, w.standing("R3").Blocked())
	list, err := w.Board.Dialogues(t.Context(), true, paging.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, list.Total)
	require.Zero(t, list.Rows[0].AnsweredAt)
	require.Equal(t, "0Z", w.ask(body)["R3"].Code, "the carrier asks again")
	require.False(t, w.standing("R3").Blocked())
}

// The same envelope twice, after a crash between keeping and answering, is one request.
func TestARequestThatComesAgainIsTheSame(t *testing.T) {
	w := newWorld(t)
	e := w.envelope(w.list("XX0123", "745", "T1", someone(3, "R3")))
	for range 2 {
		_, err := w.Office.Answer(t.Context(), e)
		require.NoError(t, err)
	}
	require.Equal(t, 1, w.Count("board_request"))
	require.Equal(t, 1, w.Count("board_answer"))
}

// An answer and a screening that were kept at the same moment did not see each other: the sweep brings them together.
func TestTheSweepFindsAnswersThatAreOwed(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(3, "R3"))
	w.expect(body)
	w.work()
	free := w.Slow.stop()
	w.ask(body) // timed out
	free()
	w.Exec(`UPDATE passenger_screening SET recheck_at = NULL`)
	require.NoError(t, w.Board.Sweep(t.Context()))
	w.work()
	require.Empty(t, w.chase(), "the screening may still be on its way")
	w.Now = w.Now.Add(time.Minute)
	require.NoError(t, w.Board.Sweep(t.Context()))
	w.work()
	require.Len(t, w.chase(), 1)
}

// A list of many travellers is answered as a whole, each for himself.
func TestAListOfManyTravellers(t *testing.T) {
	w := newWorld(t)
	var all []pax
	for n := range 200 {
		all = append(all, someone(100+n, uuid.NewString()[:8]))
	}
	got := w.ask(w.list("XX0123", "745", "T1", all...))
	require.Len(t, got, 200)
	for _, p := range all {
		require.Contains(t, got, p.ref)
	}
}

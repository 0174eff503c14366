package screeningdb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/traveldoc"
)

// An alert that is put in today and holds from a later day has its run on that day, open or discreet.
func TestAnAlertIsSearchedOnTheDayThatItComesIntoForce(t *testing.T) {
	c := deskworld.New(t)
	s := c.Station("xaa-apt")
	e := s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	s.Cross(deskworld.Traveller(2), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	a, d := deskworld.Wanted("A-1", deskworld.Traveller(1)), deskworld.Discreet("D-1", deskworld.Traveller(2))
	a.ValidFrom = traveldoc.DateOf(c.Now.AddDate(0, 0, 2))
	d.ValidFrom = a.ValidFrom
	a = c.Alert(a)
	c.Alert(d)
	c.Screen()
	c.Now = c.Now.AddDate(0, 0, 1)
	c.Restart()
	c.Screen()
	require.Zero(t, c.Count("desk_hit"))
	require.Equal(t, 1, c.Count("screening_run"), "a day on which nothing begins has no run")
	c.Now = c.Now.AddDate(0, 0, 1)
	c.Screen()
	require.True(t, raised(c, e.CrossingID, a))
	require.Equal(t, 1, c.Count("discreet_hit"))
	c.Restart()
	c.Screen()
	require.Equal(t, 2, c.Count("screening_run"), "once")
	p, err := c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.Equal(t, screening.WhyBegins, p.Runs[0].Why)
	require.EqualValues(t, 1, p.Runs[0].Alerts, "the discreet one is not counted")
}

// A list that finds more than before is searched anew, and screens by its new policy at once; one that finds less is not.
func TestAListWhoseThresholdFellIsSearched(t *testing.T) {
	c := deskworld.New(t)
	p := deskworld.Traveller(1)
	a := deskworld.Wanted("A-1", p)
	c.List("other", deskworld.Owner)
	policy := func(least float64) {
		body, err := json.Marshal(alerts.Policy{Thresholds: map[alerts.Band]float64{alerts.Possible: least}})
		require.NoError(t, err)
		c.Exec(`UPDATE alert_list SET policy = $1, version = version + 1 WHERE id = 'national'`, string(body))
	}
	policy(1.1) // nothing is as sure
	a = c.Alert(a)
	s := c.Station("xaa-apt")
	first := s.Cross(p, border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	c.Screen()
	require.False(t, raised(c, first.CrossingID, a))
	policy(1.2)
	c.Screen()
	require.Equal(t, 1, c.Count("screening_run"))

	policy(0.8)
	c.Screen()
	require.True(t, raised(c, first.CrossingID, a))
	require.Equal(t, 1, c.Count(`screening_run WHERE why = 'policy' AND list = 'national'`))
	next := s.Cross(p, border.Exit, c.Now, deskworld.NoHit())
	c.Restart()
	c.Screen()
	require.True(t, raised(c, next.CrossingID, a))
	require.Equal(t, 2, c.Count("screening_run"))
}

// hostile is a store with an alert that a screening does not survive.
type hostile struct {
	screening.Store
	key  string
	fail func() error
}

func (h hostile) Alerts(ctx context.Context, keys []string) (map[string]alerts.Alert, error) {
	for _, key := range keys {
		if key == h.key {
			if err := h.fail(); err != nil {
				return nil, err
			}
		}
	}
	return h.Store.Alerts(ctx, keys)
}

func TestAPanicHoldsUpNobody(t *testing.T) {
	c := deskworld.New(t)
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	b := c.Alert(deskworld.Wanted("A-2", deskworld.Traveller(2)))
	c.Screen()
	c.Worker = screening.NewWorker(screening.Config{
		Store: hostile{c.Store, a.Key(), func() error { panic(deskworld.Traveller(1).Surname) }},
		Now:   func() time.Time { return c.Now }, Log: slog.New(slog.DiscardHandler),
	})
	s := c.Station("xaa-apt")
	s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	_, err := c.Worker.Round(t.Context())
	require.Error(t, err)
	require.NotContains(t, err.Error(), deskworld.Traveller(1).Surname)
	require.Equal(t, 1, c.Count(`screening_due WHERE fault = 'panic' AND tries = 1`))
	e := s.Cross(deskworld.Traveller(2), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	c.Screen()
	require.True(t, raised(c, e.CrossingID, b))
	p, err := c.Store.Progress(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, p.Failing, "the board says so")
}

// A run that cannot go on waits, is shown, and lets others go first.
func TestARunThatIsStuckHoldsUpNoOther(t *testing.T) {
	c := deskworld.New(t)
	s := c.Station("xaa-apt")
	s.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	e := s.Cross(deskworld.Traveller(2), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	c.Screen()
	a := deskworld.Wanted("A-1", deskworld.Traveller(1))
	a = c.Alert(a)
	c.Worker = screening.NewWorker(screening.Config{
		Store: hostile{c.Store, a.Key(), func() error { panic("x") }}, Now: func() time.Time { return c.Now }, Log: slog.New(slog.DiscardHandler),
	})
	for range 3 {
		_, err := c.Worker.Round(t.Context())
		require.Error(t, err)
		c.Now = c.Now.Add(5 * time.Minute)
	}
	b := c.Alert(deskworld.Wanted("A-2", deskworld.Traveller(2)))
	for range 3 { // each phase of the other run
		_, err := c.Worker.Round(t.Context())
		require.NoError(t, err)
	}
	require.True(t, raised(c, e.CrossingID, b))
	require.Equal(t, 1, c.Count(`screening_run WHERE fault = 'panic' AND tries = 3 AND finished_at IS NULL`))
	c.Restart() // a release that survives it
	c.Screen()
	require.Zero(t, c.Count(`screening_run WHERE finished_at IS NULL`))
	require.Equal(t, 2, c.Count("desk_hit"))
}

// What goes wrong is logged by a code: the words may name a person, or say that there is a discreet hit.
func TestAFailureIsLoggedByACode(t *testing.T) {
	c := deskworld.New(t)
	c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	arrivals, err := c.Store.Arrivals(t.Context(), 500)
	require.NoError(t, err)
	id := deskworld.NewID()
	err = c.Store.Screened(t.Context(), arrivals, []screening.Found{{
		ID: id, Agency: "no text for a database: \x00", Raise: hit.Raise{Secrecy: alerts.Discreet, Alert: "national/D-1", Crossing: id},
	}})
	require.Error(t, err)
	for _, word := range []string{"discreet", id.String(), "D-1"} {
		require.NotContains(t, err.Error(), word)
	}

	var out bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	w := screening.NewWorker(screening.Config{
		Store: newest{c.Store, func() error { return errors.New("HAVERKAMP " + uuid.NewString()) }},
		Now:   func() time.Time { return c.Now }, Log: slog.New(slog.NewTextHandler(writer{&out, stop}, nil)),
	})
	require.NoError(t, w.Run(ctx))
	require.Contains(t, out.String(), "code=failed")
	require.NotContains(t, out.String(), "HAVERKAMP")
}

// newest is a store that cannot say what is new.
type newest struct {
	screening.Store
	fail func() error
}

func (n newest) Newest(context.Context) (int64, error) { return 0, n.fail() }

// writer stops a worker that has logged.
type writer struct {
	*bytes.Buffer
	stop func()
}

func (w writer) Write(line []byte) (int, error) {
	w.stop()
	return w.Buffer.Write(line)
}

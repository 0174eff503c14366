package accounts_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/migrations"
)

// watching runs the service's looking-after until the test ends.
func (h house) watching(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	h.awaitRunning(t)
}

// awaitRunning waits until watches are taken on.
func (h house) awaitRunning(t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		return h.Watch(ctx, auth.Session{}).Err() == nil
	}, time.Minute, time.Millisecond)
}

// slow looks by itself so seldom that only what this process does can be seen.
func slow() auth.Policy {
	policy := auth.DefaultPolicy()
	policy.WatchEvery = time.Hour
	return policy
}

// fast looks all the time, as for what other processes do.
func fast() auth.Policy {
	policy := auth.DefaultPolicy()
	policy.WatchEvery = time.Millisecond
	return policy
}

func TestStreamsEndWithTheirSession(t *testing.T) {
	for _, c := range []struct {
		name  string
		cause error
		act   func(*testing.T, house, auth.Session)
	}{
		{"sign-out", auth.ErrSessionOver, func(t *testing.T, h house, s auth.Session) {
			require.NoError(t, h.SignOut(t.Context(), s))
		}},
		{"lock", auth.ErrSessionLocked, func(t *testing.T, h house, s auth.Session) {
			_, err := h.Lock(t.Context(), s)
			require.NoError(t, err)
		}},
		{"role", auth.ErrRoleChanged, func(t *testing.T, h house, s auth.Session) {
			require.NoError(t, h.SetRole(t.Context(), admin(), s.User.ID, auth.RoleAnalyst))
		}},
		{"agency", auth.ErrRoleChanged, func(t *testing.T, h house, s auth.Session) {
			require.NoError(t, h.SetAgency(t.Context(), admin(), s.User.ID, "Customs"))
		}},
		{"disabled", auth.ErrSessionOver, func(t *testing.T, h house, s auth.Session) {
			require.NoError(t, h.Disable(t.Context(), admin(), s.User.ID))
		}},
		{"password reset", auth.ErrSessionOver, func(t *testing.T, h house, s auth.Session) {
			_, err := h.ResetPassword(t.Context(), admin(), s.User.ID, "")
			require.NoError(t, err)
		}},
	} {
		for _, where := range []string{"here", "in another process"} {
			t.Run(c.name+" "+where, func(t *testing.T) {
				db, at := pgtest.New(t, migrations.Station), newClock()
				policy := slow()
				if where != "here" {
					policy = fast()
				}
				here, other := openOn(t, db, at, policy), openOn(t, db, at, policy)
				acting := here
				if where != "here" {
					acting = other
				}
				here.watching(t)
				here.hire(t, "amara", auth.RoleOfficer)
				here.hire(t, "bo", auth.RoleOfficer)
				_, session := here.signIn(t, "amara")
				_, bystander := here.signIn(t, "bo")
				stream, others := here.Watch(t.Context(), session), here.Watch(t.Context(), bystander)
				require.NoError(t, stream.Err())
				c.act(t, acting, session)
				<-stream.Done()
				require.ErrorIs(t, context.Cause(stream), c.cause)
				require.NoError(t, others.Err(), "the other's stream goes on")
			})
		}
	}
}

func TestAStreamDoesNotKeepItsSessionAwake(t *testing.T) {
	h := openOn(t, pgtest.New(t, migrations.Station), newClock(), fast())
	h.watching(t)
	h.hire(t, "amara", auth.RoleOfficer)
	_, session := h.signIn(t, "amara")
	stream := h.Watch(t.Context(), session)
	h.clock.pass(5 * time.Minute)
	<-stream.Done()
	require.ErrorIs(t, context.Cause(stream), auth.ErrSessionLocked)
	require.Eventually(t, func() bool {
		return h.count(t, "SELECT count(*) FROM session WHERE locked_at IS NOT NULL") == 1
	}, time.Minute, time.Millisecond, "and the lock is written down though nobody asks any more")
}

func TestAStreamEndsWithTheAbsoluteLife(t *testing.T) {
	h := openOn(t, pgtest.New(t, migrations.Station), newClock(), fast())
	h.watching(t)
	h.hire(t, "amara", auth.RoleOfficer)
	_, session := h.signIn(t, "amara")
	stream := h.Watch(t.Context(), session)
	h.clock.pass(12 * time.Hour)
	<-stream.Done()
	require.ErrorIs(t, context.Cause(stream), auth.ErrSessionOver)
}

// What can no longer be confirmed is not trusted for ever.
func TestStreamsEndWhenTheDatabaseStaysAway(t *testing.T) {
	h := openOn(t, pgtest.New(t, migrations.Station), newClock(), fast())
	h.watching(t)
	h.hire(t, "amara", auth.RoleOfficer)
	_, session := h.signIn(t, "amara")
	stream := h.Watch(t.Context(), session)
	h.db.Close()
	require.NoError(t, stream.Err(), "a short absence is bridged")
	h.clock.pass(30 * time.Second)
	<-stream.Done()
	require.ErrorIs(t, context.Cause(stream), auth.ErrUnconfirmed)
	require.Contains(t, h.log.String(), "looking at watched sessions")
}

func TestAWatchWithoutRunIsOverAtOnce(t *testing.T) {
	h := open(t)
	stream := h.Watch(t.Context(), auth.Session{})
	require.ErrorIs(t, context.Cause(stream), auth.ErrNotWatching)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	h.awaitRunning(t)
	h.hire(t, "amara", auth.RoleOfficer)
	_, session := h.signIn(t, "amara")
	stream = h.Watch(t.Context(), session)
	require.ErrorContains(t, h.Run(t.Context()), "running already")
	cancel()
	require.NoError(t, <-done)
	<-stream.Done()
	require.ErrorIs(t, context.Cause(stream), auth.ErrNotWatching)
}

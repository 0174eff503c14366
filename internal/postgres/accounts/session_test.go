package accounts_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

func TestTokensThatOpenNothing(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, _ := h.signIn(t, "amara")
	other := []byte(token)
	other[0] ^= 1
	for _, bad := range []string{"", "x", token + "A", token[:42], string(other), token[:42] + "\n", token[:42] + "é"} {
		_, err := h.Authenticate(t.Context(), bad)
		require.ErrorIs(t, err, auth.ErrNoSession)
	}
}

func TestASessionLocksWhenItsPersonIsAway(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	for range 10 { // at work: never locks
		h.clock.pass(4 * time.Minute)
		at, err := h.Authenticate(t.Context(), token)
		require.NoError(t, err)
		require.False(t, at.Locked)
	}
	h.clock.pass(5*time.Minute - time.Second)
	open, err := h.Inspect(t.Context(), token) // what the page does by itself is no act
	require.NoError(t, err)
	require.False(t, open.Locked)
	h.clock.pass(time.Second)
	for range 2 {
		locked, err := h.Authenticate(t.Context(), token)
		require.NoError(t, err)
		require.True(t, locked.Locked)
	}
	require.Equal(t, act{session.User.ID.String(), "officer", "lock", "session", session.ID.String(), "idle", 0}, h.lastAct(t))
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM audit WHERE verb = 'lock'"), "audited once")
}

func TestTheLastActIsWrittenSeldom(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	writes := 0
	last := session.LastSeen
	for range 60 {
		h.clock.pass(time.Second)
		_, err := h.Authenticate(t.Context(), token)
		require.NoError(t, err)
		var seen time.Time
		require.NoError(t, h.db.Pool.QueryRow(t.Context(), "SELECT last_seen FROM session").Scan(&seen))
		if !seen.Equal(last) {
			last, writes = seen, writes+1
		}
	}
	require.Equal(t, 2, writes)
}

func TestASessionHasAnEnd(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	for h.clock.now().Before(session.ExpiresAt.Add(-time.Minute)) {
		h.clock.pass(time.Minute)
		_, err := h.Authenticate(t.Context(), token)
		require.NoError(t, err)
	}
	h.clock.pass(time.Minute)
	_, err := h.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession)

	require.NoError(t, h.Tidy(t.Context()))
	require.NoError(t, h.Tidy(t.Context()))
	require.Equal(t, "expired", h.lastAct(t).Decision)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM audit WHERE verb = 'logout'"))
	failed := h.clock.now()
	_, err = h.db.Pool.Exec(t.Context(), `INSERT INTO login_failure (key, count, last_at) VALUES ('somebody', 3, $1)`, failed)
	require.NoError(t, err)
	h.clock.pass(30 * 24 * time.Hour)
	require.NoError(t, h.Tidy(t.Context()))
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM login_failure"), "the last day")
	h.clock.pass(24 * time.Hour)
	require.NoError(t, h.Tidy(t.Context()))
	require.Zero(t, h.count(t, "SELECT count(*) FROM session"))
	require.Zero(t, h.count(t, "SELECT count(*) FROM login_failure"), "nor is it known whose name was tried")
}

func TestSignOutEndsTheSession(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	require.NoError(t, h.SignOut(t.Context(), session))
	require.Equal(t, "signed out", h.lastAct(t).Decision)
	_, err := h.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession)
	require.ErrorIs(t, h.SignOut(t.Context(), session), auth.ErrNoSession)
}

func TestUnlock(t *testing.T) {
	for _, secret := range []string{"274913", "٢٧٤٩١٣", goodPassword} { // PIN, PIN on an Arabic keyboard, password
		t.Run(secret, func(t *testing.T) {
			h := open(t)
			h.hire(t, "amara", auth.RoleOfficer)
			token, session := h.signIn(t, "amara")
			locked, err := h.Lock(t.Context(), session)
			require.NoError(t, err)
			require.True(t, locked.Locked)
			h.clock.pass(2 * time.Hour)
			fresh, opened, err := h.Unlock(t.Context(), token, secret)
			require.NoError(t, err)
			require.False(t, opened.Locked)
			require.Equal(t, session.ID, opened.ID)
			require.Equal(t, session.ExpiresAt, opened.ExpiresAt, "unlocking does not lengthen a session")
			require.Equal(t, "unlocked", h.lastAct(t).Decision)
			_, err = h.Authenticate(t.Context(), token)
			require.ErrorIs(t, err, auth.ErrNoSession, "the old token opens nothing")
			again, err := h.Authenticate(t.Context(), fresh)
			require.NoError(t, err)
			require.Equal(t, opened, again)
		})
	}
}

func TestUnlockIsNotForGuessing(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	_, _, err := h.Unlock(t.Context(), token, "274913")
	requireProblem(t, err, "session_not_locked")
	_, err = h.Lock(t.Context(), session)
	require.NoError(t, err)
	for left := 4; left > 0; left-- {
		_, _, err := h.Unlock(t.Context(), token, "000000")
		require.Equal(t, left, requireProblem(t, err, "unlock_refused").Args["left"])
	}
	_, _, err = h.Unlock(t.Context(), token, "a wrong password")
	require.ErrorIs(t, err, auth.ErrNoSession)
	require.Equal(t, "unlock attempts", h.lastAct(t).Decision)
	require.Equal(t, 5, h.count(t, "SELECT count(*) FROM audit WHERE verb = 'denied'"))
	_, _, err = h.Unlock(t.Context(), token, "274913")
	require.ErrorIs(t, err, auth.ErrNoSession, "the right PIN comes too late")
}

func TestABurstOfPINsIsNoMoreThanTheLimit(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	_, err := h.Lock(t.Context(), session)
	require.NoError(t, err)
	before := h.Hasher.Stats().Total
	var group sync.WaitGroup
	for range 30 {
		group.Go(func() { _, _, _ = h.Unlock(t.Context(), token, "000000") })
	}
	group.Wait()
	require.EqualValues(t, auth.MaxUnlockAttempts, h.Hasher.Stats().Total-before)
}

func TestAUserWithoutAPINUnlocksByPassword(t *testing.T) {
	h := open(t)
	_, _, err := h.CreateUser(t.Context(), admin(), auth.NewUser{
		Login: "bo", DisplayName: "Bo", Role: auth.RoleAnalyst, Password: "1234 5678 9012 34",
	})
	require.NoError(t, err)
	token, session, err := h.SignIn(t.Context(), attempt("bo", "1234 5678 9012 34"))
	require.NoError(t, err)
	require.False(t, session.User.HasPIN)
	_, err = h.Lock(t.Context(), session)
	require.NoError(t, err)
	_, _, err = h.Unlock(t.Context(), token, "274913")
	requireProblem(t, err, "unlock_refused")
	_, _, err = h.Unlock(t.Context(), token, "1234 5678 9012 34")
	require.NoError(t, err)
}

func TestThePlaceOfASessionMoves(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	before := len(h.acts(t))
	moved, err := h.SetPlace(t.Context(), session, "", "", "ar")
	require.NoError(t, err)
	require.Equal(t, "ar", moved.Language)
	require.Len(t, h.acts(t), before, "a language is nobody's business")
	moved, err = h.SetPlace(t.Context(), session, "B7", "", "")
	require.NoError(t, err)
	require.Equal(t, []string{"B7", "desk-3", "ar"}, []string{moved.Lane, moved.Workstation, moved.Language})
	require.Equal(t, "moved", h.lastAct(t).Decision)
	found, err := h.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, moved, found)
	locked, err := h.Lock(t.Context(), found)
	require.NoError(t, err)
	_, err = h.SetPlace(t.Context(), locked, "C1", "", "")
	require.ErrorIs(t, err, auth.ErrLocked)
	_, err = h.SetPlace(t.Context(), found, "C1", "", "") // what the caller knows is old
	require.ErrorIs(t, err, auth.ErrLocked)
}

func BenchmarkAuthenticate(b *testing.B) {
	h := open(b)
	h.hire(b, "amara", auth.RoleOfficer)
	token, _ := h.signIn(b, "amara")
	for b.Loop() {
		_, err := h.Authenticate(b.Context(), token)
		require.NoError(b, err)
	}
}

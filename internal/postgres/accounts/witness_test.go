package accounts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

func TestASecondPersonSigns(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleSupervisor)
	second := h.hire(t, "bo", auth.RoleSupervisor)
	_, session := h.signIn(t, "amara")
	for _, secret := range []string{goodPassword, "274913", "٢٧٤٩١٣"} {
		user, err := h.Witness(t.Context(), session, auth.ShiftLead, "BO", secret)
		require.NoError(t, err)
		require.Equal(t, second.ID, user.ID)
		require.Equal(t,
			act{second.ID.String(), "supervisor", "login", "session", session.ID.String(), "signed as second person", 0}, h.lastAct(t))
	}
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM session"), "a signature begins no session")
}

func TestWhoMayNotSign(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleSupervisor)
	h.hire(t, "otto", auth.RoleOfficer)
	gone := h.hire(t, "gone", auth.RoleSupervisor)
	require.NoError(t, h.Disable(t.Context(), admin(), gone.ID))
	_, fresh, err := h.CreateUser(t.Context(), admin(), auth.NewUser{Login: "fresh", DisplayName: "Fresh", Role: auth.RoleSupervisor})
	require.NoError(t, err)
	_, session := h.signIn(t, "amara")
	for _, c := range []struct {
		name, login, secret, code, field string
		hashes                           int64
	}{
		{"himself", "Amara", goodPassword, "witness_self", "witness", 0},
		{"a wrong password", "otto", "six tall grey heroes", "witness_refused", "secret", 1},
		{"a wrong PIN", "otto", "111111", "witness_refused", "secret", 1},
		{"nobody", "nobody", goodPassword, "witness_refused", "secret", 1},
		{"no login", "", "", "witness_refused", "secret", 1},
		{"a disabled account", "gone", goodPassword, "witness_refused", "secret", 1},
		{"a role without the permission", "otto", goodPassword, "witness_not_allowed", "witness", 1},
		{"a generated password", "fresh", fresh, "witness_setup", "witness", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.clock.pass(25 * time.Hour) // no brake of the row before
			before := h.Hasher.Stats().Total
			_, err := h.Witness(t.Context(), session, auth.ShiftLead, c.login, c.secret)
			require.Equal(t, c.field, requireProblem(t, err, c.code).Field)
			require.Equal(t, c.hashes, h.Hasher.Stats().Total-before)
			if c.hashes > 0 {
				require.Equal(t, "denied", h.lastAct(t).Verb)
				require.Equal(t, c.code, h.lastAct(t).Decision)
			}
		})
	}
	session.Locked = true
	_, err = h.Witness(t.Context(), session, auth.ShiftLead, "otto", goodPassword)
	require.ErrorIs(t, err, auth.ErrLocked)
}

// The PIN is short: neither one second person nor many can be guessed at from a session.
func TestGuessingASecondPersonIsBraked(t *testing.T) {
	for name, logins := range map[string][]string{
		"one": {"bo", "bo", "bo", "bo", "bo"}, "many": {"bo", "cy", "di", "ed", "flo"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			for _, login := range []string{"amara", "bo", "cy", "di", "ed", "flo", "gil"} {
				h.hire(t, login, auth.RoleSupervisor)
			}
			_, session := h.signIn(t, "amara")
			for _, login := range logins {
				_, err := h.Witness(t.Context(), session, auth.ShiftLead, login, "999999")
				requireProblem(t, err, "witness_refused")
			}
			hashes := h.Hasher.Stats().Total
			_, err := h.Witness(t.Context(), session, auth.ShiftLead, "gil", "274913")
			require.Equal(t, 2, requireProblem(t, err, "sign_in_wait").Args["seconds"])
			require.Equal(t, hashes, h.Hasher.Stats().Total)
			h.clock.pass(2 * time.Second)
			_, err = h.Witness(t.Context(), session, auth.ShiftLead, "gil", "274913")
			require.NoError(t, err)
			require.Zero(t, h.count(t, "SELECT count(*) FROM login_failure WHERE key LIKE 'witness:%'"), "a right one is forgiven")
		})
	}
}

// Guesses at a signature brake the same person's sign-in, and the other way round.
func TestOneBrakeForSignInAndSignature(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleSupervisor)
	h.hire(t, "bo", auth.RoleSupervisor)
	_, session := h.signIn(t, "amara")
	for range 5 {
		_, err := h.Witness(t.Context(), session, auth.ShiftLead, "bo", "999999")
		require.Equal(t, problem.Forbidden, requireProblem(t, err, "witness_refused").Kind)
	}
	_, _, err := h.SignIn(t.Context(), attempt("bo", goodPassword))
	requireProblem(t, err, "sign_in_wait")
}

func TestAPersonConfirmsByHisOwnSecret(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleSupervisor)
	_, session := h.signIn(t, "amara")
	require.NoError(t, h.Confirm(t.Context(), session, "274913"))
	require.Equal(t, "confirmed", h.lastAct(t).Decision)
	requireProblem(t, h.Confirm(t.Context(), session, "999999"), "witness_refused")
	session.Locked = true
	require.ErrorIs(t, h.Confirm(t.Context(), session, "274913"), auth.ErrLocked)
}

func TestLeavingALane(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	require.Equal(t, "A3", session.Lane)
	left, err := h.LeaveLane(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, left.Lane)
	found, err := h.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Empty(t, found.Lane)
	require.Equal(t, "left the lane", h.lastAct(t).Decision)
	_, err = h.Lock(t.Context(), session)
	require.NoError(t, err)
	_, err = h.LeaveLane(t.Context(), session)
	require.ErrorIs(t, err, auth.ErrLocked)
}

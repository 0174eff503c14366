package accounts_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

func TestAGeneratedPasswordHasToBeChanged(t *testing.T) {
	h := open(t)
	_, password, err := h.CreateUser(t.Context(), admin(), auth.NewUser{Login: "bo", DisplayName: "Bo", Role: auth.RoleOfficer})
	require.NoError(t, err)
	require.Regexp(t, `^[a-z2-9]{4}(-[a-z2-9]{4}){3}$`, password)
	token, session, err := h.SignIn(t.Context(), attempt("bo", password))
	require.NoError(t, err)
	require.True(t, session.User.MustChangePassword)
	require.Equal(t, "en", session.Language)

	other, _, err := h.SignIn(t.Context(), attempt("bo", password))
	require.NoError(t, err)
	require.NoError(t, h.ChangePassword(t.Context(), session, password, goodPassword))
	_, err = h.Authenticate(t.Context(), other)
	require.ErrorIs(t, err, auth.ErrNoSession, "other sessions end")
	session, err = h.Authenticate(t.Context(), token)
	require.NoError(t, err, "this one goes on")
	require.False(t, session.User.MustChangePassword)
	h.signIn(t, "bo")
}

func TestOwnPasswordAndPIN(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	for _, c := range []struct{ code, field, current, chosen string }{
		{"password_wrong", "current", "six tall grey heroes", "another good password"},
		{"password_same", "password", goodPassword, goodPassword},
		{"password_too_short", "password", goodPassword, "short"},
		{"password_is_login", "password", goodPassword, "amara amara amara"},
	} {
		p := requireProblem(t, h.ChangePassword(t.Context(), session, c.current, c.chosen), c.code)
		require.Equal(t, c.field, p.Field)
	}
	require.Equal(t, "pin", requireProblem(t, h.SetPIN(t.Context(), session, goodPassword, "123456"), "pin_too_simple").Field)
	requireProblem(t, h.SetPIN(t.Context(), session, "wrong", "860417"), "password_wrong")
	require.NoError(t, h.SetPIN(t.Context(), session, goodPassword, "860417"))
	locked, err := h.Lock(t.Context(), session)
	require.NoError(t, err)
	require.ErrorIs(t, h.SetPIN(t.Context(), locked, goodPassword, "860418"), auth.ErrLocked)
	_, _, err = h.Unlock(t.Context(), token, "860417")
	require.NoError(t, err)
}

// An open screen is no place to guess the password of its person.
func TestConfirmingAPasswordIsBraked(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	_, session := h.signIn(t, "amara")
	for range 5 {
		requireProblem(t, h.SetPIN(t.Context(), session, "wrong", "860417"), "password_wrong")
	}
	requireProblem(t, h.SetPIN(t.Context(), session, goodPassword, "860417"), "sign_in_wait")
	_, _, err := h.SignIn(t.Context(), attempt("amara", goodPassword))
	requireProblem(t, err, "sign_in_wait")
}

func TestResettingAPasswordReleasesTheAccount(t *testing.T) {
	h := open(t)
	user := h.hire(t, "amara", auth.RoleOfficer)
	token, _ := h.signIn(t, "amara")
	for range 5 {
		_, _, err := h.SignIn(t.Context(), attempt("amara", "wrong"))
		requireProblem(t, err, "sign_in_refused")
	}
	password, err := h.ResetPassword(t.Context(), admin(), user.ID, "")
	require.NoError(t, err)
	last := h.lastAct(t)
	require.Equal(t, act{"bmis user", "administrator", "administration", "user", user.ID.String(), "password reset", 1}, last)
	_, err = h.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession)
	_, _, err = h.SignIn(t.Context(), attempt("amara", password))
	require.NoError(t, err)
}

func TestDisablingEndsSessionsAtOnce(t *testing.T) {
	h := open(t)
	user := h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	require.NoError(t, h.Disable(t.Context(), admin(), user.ID))
	_, err := h.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession)
	_, err = h.Lock(t.Context(), session)
	require.ErrorIs(t, err, auth.ErrNoSession)
	require.NoError(t, h.Enable(t.Context(), admin(), user.ID))
	_, err = h.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrNoSession, "enabling does not wake old sessions")
	h.signIn(t, "amara")
}

func TestARoleHoldsFromTheNextRequest(t *testing.T) {
	h := open(t)
	user := h.hire(t, "amara", auth.RoleOfficer)
	token, _ := h.signIn(t, "amara")
	require.NoError(t, h.SetRole(t.Context(), admin(), user.ID, auth.RoleAuditor))
	require.Equal(t, "role: auditor", h.lastAct(t).Decision)
	session, err := h.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, auth.RoleAuditor, session.User.Role)
}

func TestNobodyManagesHimself(t *testing.T) {
	h := open(t)
	user := h.hire(t, "ada", auth.RoleAdministrator)
	self := audit.Actor{ID: user.ID.String(), Role: "administrator"}
	requireProblem(t, h.Disable(t.Context(), self, user.ID), "user_is_self")
	requireProblem(t, h.SetRole(t.Context(), self, user.ID, auth.RoleOfficer), "user_is_self")
}

func TestManagingWhatIsNotThere(t *testing.T) {
	h := open(t)
	nobody := uuid.New()
	for name, err := range map[string]error{
		"disable": h.Disable(t.Context(), admin(), nobody),
		"role":    h.SetRole(t.Context(), admin(), nobody, auth.RoleOfficer),
		"pin":     h.SetUserPIN(t.Context(), admin(), nobody, "860417"),
	} {
		require.Equal(t, problem.NotFound, problem.KindOf(err), name)
	}
	_, err := h.ResetPassword(t.Context(), admin(), nobody, "")
	require.Equal(t, problem.NotFound, problem.KindOf(err))
	require.Empty(t, h.acts(t), "what was not done is not audited")
}

func TestNewUsersAreChecked(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	good := auth.NewUser{Login: "bo", DisplayName: "Bo", Role: auth.RoleOfficer, Password: goodPassword}
	for _, c := range []struct {
		code, field string
		spoil       func(*auth.NewUser)
	}{
		{"login_invalid", "login", func(n *auth.NewUser) { n.Login = "b o" }},
		{"login_taken", "login", func(n *auth.NewUser) { n.Login = "AMARA" }},
		{"name_invalid", "display_name", func(n *auth.NewUser) { n.DisplayName = " " }},
		{"name_invalid", "display_name", func(n *auth.NewUser) { n.DisplayName = "a\x00b" }},
		{"role_unknown", "role", func(n *auth.NewUser) { n.Role = "king" }},
		{"language_invalid", "language", func(n *auth.NewUser) { n.Language = "EN us" }},
		{"password_too_short", "password", func(n *auth.NewUser) { n.Password = "short" }},
		{"pin_digits", "pin", func(n *auth.NewUser) { n.PIN = "12" }},
	} {
		n := good
		c.spoil(&n)
		_, _, err := h.CreateUser(t.Context(), admin(), n)
		require.Equal(t, c.field, requireProblem(t, err, c.code).Field)
	}
	users, err := h.Users(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 1)
}

func TestAnAccountReadsBack(t *testing.T) {
	h := open(t)
	user := h.hire(t, "amara", auth.RoleSupervisor)
	found, err := h.UserByLogin(t.Context(), "Amara")
	require.NoError(t, err)
	require.Equal(t, user, found)
	_, err = h.UserByLogin(t.Context(), "nobody")
	require.Equal(t, problem.NotFound, problem.KindOf(err))
}

// Whom a person works for goes with the account and with every session, and nobody sets his own.
func TestTheAgencyOfAPerson(t *testing.T) {
	h := open(t)
	user, _, err := h.CreateUser(t.Context(), admin(), auth.NewUser{
		Login: "olu", DisplayName: "Olu", Role: auth.RoleListOwner, Agency: "  NCB Utopia ", Password: goodPassword,
	})
	require.NoError(t, err)
	require.Equal(t, "NCB Utopia", user.Agency)
	token, session := h.signIn(t, "olu")
	require.Equal(t, "NCB Utopia", session.User.Agency)

	require.NoError(t, h.SetAgency(t.Context(), admin(), user.ID, "Customs"))
	session, err = h.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, "Customs", session.User.Agency, "from the next request on")
	listed, err := h.Users(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Customs", listed[len(listed)-1].Agency)

	own := audit.Actor{ID: user.ID.String(), Role: string(user.Role)}
	requireProblem(t, h.SetAgency(t.Context(), own, user.ID, "NCB Utopia"), "user_is_self")
	for _, wrong := range []string{"a\nb", strings.Repeat("x", 101)} {
		require.Equal(t, "agency", requireProblem(t, h.SetAgency(t.Context(), admin(), user.ID, wrong), "agency_invalid").Field)
	}
	_, _, err = h.CreateUser(t.Context(), admin(), auth.NewUser{Login: "bo", DisplayName: "Bo", Role: auth.RoleListOwner, Agency: "a\tb"})
	requireProblem(t, err, "agency_invalid")
}

package accounts_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

func requireProblem(t testing.TB, err error, code string) *problem.Error {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code)
	return p
}

func TestSignInOpensASession(t *testing.T) {
	h := open(t)
	officer := h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "AMARA")
	require.Equal(t, officer.ID, session.User.ID)
	require.Equal(t, "A3", session.Lane)
	require.Equal(t, "fr", session.Language)
	require.Equal(t, h.clock.now().Add(12*time.Hour), session.ExpiresAt)

	found, err := h.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, session, found)
	require.Equal(t,
		act{officer.ID.String(), "officer", "login", "session", session.ID.String(), "admitted", 0}, h.lastAct(t))
}

// Only the SHA-256 of the token is kept, and the password in no form but argon2id.
func TestTheDatabaseHoldsNoSecret(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	token, session := h.signIn(t, "amara")
	raw, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	require.Len(t, raw, 32)
	sum := sha256.Sum256(raw)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM session WHERE id = $1 AND token_hash = $2", session.ID, sum[:]))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM account
		WHERE password_hash LIKE '$argon2id$v=19$m=64,t=1,p=1$%' AND pin_hash LIKE '$argon2id$%'`))
	dump := fmt.Sprint(h.acts(t)) + h.log.String()
	for _, secret := range []string{token, goodPassword, "274913"} {
		require.NotContains(t, dump, secret)
	}
}

func TestRefusalsLookTheSame(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	gone := h.hire(t, "gone", auth.RoleOfficer)
	require.NoError(t, h.Disable(t.Context(), admin(), gone.ID))
	for _, c := range []struct{ name, login, password, decision string }{
		{"wrong password", "amara", "six tall grey heroes", "password"},
		{"nobody", "nobody", goodPassword, "unknown"},
		{"disabled, right password", "gone", goodPassword, "disabled"},
		{"no login", "", goodPassword, "unknown"},
		{"login that cannot be one", "a b\x00c\xff", goodPassword, "unknown"},
		{"endless login", strings.Repeat("x", 1<<16), goodPassword, "unknown"},
		{"no password", "amara", "", "password"},
		{"endless password", "amara", strings.Repeat("x", 1<<20), "password"},
		{"password that cannot be one", "amara", "\x00\xff", "password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := h.Hasher.Stats().Total
			_, _, err := h.SignIn(t.Context(), attempt(c.login, c.password))
			p := requireProblem(t, err, "sign_in_refused")
			require.Equal(t, problem.Forbidden, p.Kind)
			require.Empty(t, p.Field)
			require.EqualValues(t, 1, h.Hasher.Stats().Total-before, "every attempt costs one hash")
			last := h.lastAct(t)
			require.Equal(t, "denied", last.Verb)
			require.Equal(t, c.decision, last.Decision)
		})
	}
}

// People type passwords into the login field: what was typed must be nowhere.
func TestAnUnknownLoginIsKeptAsKeyedHashOnly(t *testing.T) {
	h := open(t)
	_, _, err := h.SignIn(t.Context(), attempt("hunter2hunter2", "x"))
	requireProblem(t, err, "sign_in_refused")
	require.NotContains(t, err.Error(), "hunter2")
	require.Equal(t, act{"sign-in", "", "denied", "user", "", "unknown", 0}, h.lastAct(t))
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM audit WHERE length(query_hmac) = 32"))
	require.Zero(t, h.count(t, `SELECT count(*) FROM audit a, login_failure f WHERE (a.*)::text || (f.*)::text LIKE '%hunter2%'`))
	plain := sha256.Sum256([]byte("hunter2hunter2"))
	require.Zero(t, h.count(t, "SELECT count(*) FROM audit WHERE query_hmac = $1", plain[:]))
}

func TestGuessingIsBrakedAndForgiven(t *testing.T) {
	for _, login := range []string{"amara", "nobody"} { // a login nobody has behaves the same
		t.Run(login, func(t *testing.T) {
			h := open(t)
			h.hire(t, "amara", auth.RoleOfficer)
			for range 5 {
				_, _, err := h.SignIn(t.Context(), attempt(login, "wrong"))
				requireProblem(t, err, "sign_in_refused")
			}
			hashes := h.Hasher.Stats().Total
			_, _, err := h.SignIn(t.Context(), attempt(login, goodPassword))
			p := requireProblem(t, err, "sign_in_wait")
			require.Equal(t, 2, p.Args["seconds"])
			require.Equal(t, hashes, h.Hasher.Stats().Total, "a braked attempt costs no hash")

			h.clock.pass(2 * time.Second)
			_, _, err = h.SignIn(t.Context(), attempt(login, "wrong"))
			requireProblem(t, err, "sign_in_refused")
			require.Equal(t, 1, h.lastAct(t).Results, "the audit tells how many were turned away unread")
			_, _, err = h.SignIn(t.Context(), attempt(login, "wrong"))
			require.Equal(t, 4, requireProblem(t, err, "sign_in_wait").Args["seconds"])

			h.clock.pass(15 * time.Minute) // the longest wait there is
			_, _, err = h.SignIn(t.Context(), attempt(login, goodPassword))
			if login == "nobody" {
				requireProblem(t, err, "sign_in_refused")
				return
			}
			require.NoError(t, err)
			require.Zero(t, h.count(t, "SELECT count(*) FROM login_failure WHERE key LIKE 'user:%'"))
		})
	}
}

func TestOneSourceIsBrakedOverManyLogins(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	for i := range 51 {
		_, _, err := h.SignIn(t.Context(), attempt(fmt.Sprintf("guess%d", i), "wrong"))
		requireProblem(t, err, "sign_in_refused")
	}
	_, _, err := h.SignIn(t.Context(), attempt("amara", goodPassword))
	requireProblem(t, err, "sign_in_wait")
	elsewhere := attempt("amara", goodPassword)
	elsewhere.Source = "192.0.2.8"
	_, _, err = h.SignIn(t.Context(), elsewhere)
	require.NoError(t, err, "another place is not braked")
}

// A burst must not pass the brake together before the first failure is counted.
func TestABurstOfGuessesHashesNoMoreThanTheFreeOnes(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	before := h.Hasher.Stats().Total
	var group sync.WaitGroup
	for range 60 {
		group.Go(func() { _, _, _ = h.SignIn(t.Context(), attempt("amara", "wrong")) })
	}
	group.Wait()
	require.EqualValues(t, 5, h.Hasher.Stats().Total-before)
}

func TestParallelSignInsStayWithinTheSemaphore(t *testing.T) {
	h := open(t)
	const people = 200
	for i := range people {
		h.hire(t, fmt.Sprintf("officer%d", i), auth.RoleOfficer)
	}
	var group sync.WaitGroup
	errs := make([]error, people)
	for i := range people {
		group.Go(func() {
			_, _, errs[i] = h.SignIn(t.Context(), attempt(fmt.Sprintf("officer%d", i), goodPassword))
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	require.LessOrEqual(t, h.Hasher.Stats().Peak, int64(cheapParallel))
	require.Equal(t, people, h.count(t, "SELECT count(*) FROM session"))
	require.Equal(t, people, h.count(t, "SELECT count(*) FROM audit WHERE verb = 'login'"))
}

func TestSignInReplacesTheSessionOfTheBrowser(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	first, _ := h.signIn(t, "amara")
	again := attempt("amara", goodPassword)
	again.Previous = first
	second, _, err := h.SignIn(t.Context(), again)
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	_, err = h.Authenticate(t.Context(), first)
	require.ErrorIs(t, err, auth.ErrNoSession)
	_, err = h.Authenticate(t.Context(), second)
	require.NoError(t, err)
}

func TestAHashOfOtherCostsIsMadeAnew(t *testing.T) {
	h := open(t)
	user := h.hire(t, "amara", auth.RoleOfficer)
	old, err := auth.NewHasher(auth.Params{MemoryKiB: 32, Passes: 2, Lanes: 1}, 1, zeros{})
	require.NoError(t, err)
	stale, err := old.Hash(t.Context(), goodPassword)
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(t.Context(), "UPDATE account SET password_hash = $1 WHERE id = $2", stale, user.ID)
	require.NoError(t, err)
	h.signIn(t, "amara")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM account WHERE password_hash LIKE '$argon2id$v=19$m=64,t=1,p=1$%'"))
	h.signIn(t, "amara")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAPlaceIsBounded(t *testing.T) {
	h := open(t)
	for _, lane := range []string{strings.Repeat("x", 65), "a\x00b", "\xff"} {
		a := attempt("amara", goodPassword)
		a.Lane = lane
		_, _, err := h.SignIn(t.Context(), a)
		require.Equal(t, "lane", requireProblem(t, err, "place_invalid").Field)
	}
}

// The audit entry and the session are one transaction: without the first there is no second.
func TestNoSessionWithoutItsAuditEntry(t *testing.T) {
	h := open(t)
	h.hire(t, "amara", auth.RoleOfficer)
	h.clock.pass(-100 * 365 * 24 * time.Hour) // before 1970: the audit log takes no such instant
	_, _, err := h.SignIn(t.Context(), attempt("amara", goodPassword))
	require.ErrorContains(t, err, "audit entry")
	require.Zero(t, h.count(t, "SELECT count(*) FROM session"))
}

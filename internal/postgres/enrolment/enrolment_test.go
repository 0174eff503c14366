package enrolment_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type centre struct {
	*enrolment.Store
	db        *postgres.DB
	authority *ca.Authority
	clock     *clock
}

func open(t testing.TB) centre {
	t.Helper()
	at := &clock{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
	authority, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, at.now)
	require.NoError(t, err)
	db := pgtest.New(t, migrations.Central)
	c := centre{enrolment.New(db, authority, at.now, rand.Reader), db, authority, at}
	require.NoError(t, c.AddStation(t.Context(), admin(), airport()))
	return c
}

func admin() audit.Actor { return audit.Actor{ID: "ada", Role: "administrator", Post: "central"} }

func airport() enrolment.Station {
	return enrolment.Station{ID: "xaa-apt", Name: "Almara airport", Transport: border.Air, Zone: "Asia/Kathmandu"}
}

func (c centre) token(t testing.TB) ca.Token {
	t.Helper()
	token, err := c.CreateToken(t.Context(), admin(), "xaa-apt", 0)
	require.NoError(t, err)
	return token
}

func request(t testing.TB) ca.Request {
	t.Helper()
	r, err := ca.NewRequest(rand.Reader, "xaa-apt")
	require.NoError(t, err)
	return r
}

// decisions are the audit entries as "verb object: decision", oldest first.
func (c centre) decisions(t testing.TB) []string {
	t.Helper()
	rows, err := c.db.Pool.Query(t.Context(), `SELECT actor || ' ' || verb || ' ' || object_id || ': ' || decision FROM audit ORDER BY id`)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

func (c centre) lastDecision(t testing.TB) string {
	t.Helper()
	list := c.decisions(t)
	return list[len(list)-1]
}

func requireProblem(t testing.TB, err error, kind problem.Kind, code string) {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code)
	require.Equal(t, kind, p.Kind)
}

func TestATokenMakesAMachineAStation(t *testing.T) {
	c := open(t)
	text := c.token(t).String() // handed over as text
	token, err := ca.ParseToken(text)
	require.NoError(t, err)
	mine := request(t)
	chain, err := c.Redeem(t.Context(), token, mine.DER)
	require.NoError(t, err)
	identity, err := mine.Accept(chain, token.Pin, c.clock.now())
	require.NoError(t, err)
	require.Equal(t, "xaa-apt", identity.Station)
	list, err := c.Certificates(t.Context(), "xaa-apt")
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, ca.Serial(chain[0]), list[0].Serial)
	require.True(t, list[0].DeniedAt.IsZero())
	require.Equal(t, []string{
		"ada administration xaa-apt: station added",
		"ada administration xaa-apt: token created",
		"enrolment administration xaa-apt: enrolled",
	}, c.decisions(t))
	var rows string
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `SELECT string_agg((t.*)::text, '') FROM enrolment_token t`).Scan(&rows))
	require.NotContains(t, rows, strings.Split(text, ".")[2], "the secret is not kept")
}

func TestTokensThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, audited string
		spoil         func(*testing.T, centre, *ca.Token)
	}{
		{"used", "denied xaa-apt: token used", func(t *testing.T, c centre, token *ca.Token) {
			_, err := c.Redeem(t.Context(), *token, request(t).DER)
			require.NoError(t, err)
		}},
		{"expired", "denied xaa-apt: token expired", func(_ *testing.T, c centre, _ *ca.Token) { c.clock.pass(24 * time.Hour) }},
		{"replaced by a newer one", "denied xaa-apt: token withdrawn", func(t *testing.T, c centre, _ *ca.Token) { c.token(t) }},
		{"of a station that was denied", "denied xaa-apt: token withdrawn", func(t *testing.T, c centre, _ *ca.Token) {
			require.NoError(t, c.Deny(t.Context(), admin(), "xaa-apt", "lost"))
		}},
		{"guessed", "", func(_ *testing.T, _ centre, token *ca.Token) { token.Secret[0] ^= 1 }},
		{"for a station nobody knows", "", func(_ *testing.T, _ centre, token *ca.Token) { token.Station = "xbb" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			centre := open(t)
			token := centre.token(t)
			c.spoil(t, centre, &token)
			before := len(centre.decisions(t))
			_, err := centre.Redeem(t.Context(), token, request(t).DER)
			requireProblem(t, err, problem.Forbidden, "token_refused")
			if c.audited == "" {
				require.Len(t, centre.decisions(t), before)
				return
			}
			require.Equal(t, "enrolment "+c.audited, centre.lastDecision(t))
		})
	}
}

// The link may break between the centre's commit and the station's reading: the same request gets the same answer.
func TestALostAnswerIsGivenAgain(t *testing.T) {
	c := open(t)
	token, mine := c.token(t), request(t)
	first, err := c.Redeem(t.Context(), token, mine.DER)
	require.NoError(t, err)
	second, err := c.Redeem(t.Context(), token, mine.DER)
	require.NoError(t, err)
	require.Equal(t, ca.EncodeChain(first...), ca.EncodeChain(second...))
	list, err := c.Certificates(t.Context(), "xaa-apt")
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func TestATokenWorksOnceAlsoWhenManyHurry(t *testing.T) {
	c := open(t)
	token := c.token(t)
	const machines = 12
	requests := make([]ca.Request, machines)
	for i := range requests {
		requests[i] = request(t)
	}
	var group sync.WaitGroup
	errs := make([]error, machines)
	for i := range machines {
		group.Go(func() { _, errs[i] = c.Redeem(t.Context(), token, requests[i].DER) })
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		requireProblem(t, err, problem.Forbidden, "token_refused")
	}
	require.Equal(t, 1, won)
}

func TestABadRequestDoesNotUseUpTheToken(t *testing.T) {
	c := open(t)
	token := c.token(t)
	_, err := c.Redeem(t.Context(), token, []byte("no request"))
	requireProblem(t, err, problem.Invalid, "request_invalid")
	_, err = c.Redeem(t.Context(), token, request(t).DER)
	require.NoError(t, err)
}

func (c centre) enrolled(t testing.TB) []*x509.Certificate {
	t.Helper()
	chain, err := c.Redeem(t.Context(), c.token(t), request(t).DER)
	require.NoError(t, err)
	return chain
}

func TestAnotherMachineTakesThePlace(t *testing.T) {
	c := open(t)
	old := c.enrolled(t)
	fresh := c.enrolled(t)
	denied, err := c.Denied(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{ca.Serial(old[0])}, denied)
	list := &ca.DenyList{}
	list.Replace(denied)
	require.ErrorIs(t, list.Check(old[0]), ca.ErrDenied)
	require.NoError(t, list.Check(fresh[0]))
	c.clock.pass(ca.LeafLife + time.Hour)
	denied, err = c.Denied(t.Context())
	require.NoError(t, err)
	require.Empty(t, denied, "what has expired need not be denied")
}

func TestRenewal(t *testing.T) {
	c := open(t)
	old := c.enrolled(t)
	c.clock.pass(10 * 24 * time.Hour)
	fresh, err := c.Renew(t.Context(), old[0], request(t).DER)
	require.NoError(t, err)
	require.True(t, fresh[0].NotAfter.After(old[0].NotAfter))
	denied, err := c.Denied(t.Context())
	require.NoError(t, err)
	require.Empty(t, denied, "the old one stays good: the answer may be lost")

	require.NoError(t, c.Deny(t.Context(), admin(), "xaa-apt", "stolen"))
	denied, err = c.Denied(t.Context())
	require.NoError(t, err)
	require.Len(t, denied, 2)
	_, err = c.Renew(t.Context(), fresh[0], request(t).DER)
	requireProblem(t, err, problem.Forbidden, "certificate_denied")
	require.Equal(t, "enrolment denied xaa-apt: renewal refused", c.lastDecision(t))
}

func TestRenewalIsForOurOwn(t *testing.T) {
	c := open(t)
	c.enrolled(t)
	_, err := c.Renew(t.Context(), c.authority.Root(), request(t).DER)
	requireProblem(t, err, problem.Forbidden, "certificate_denied")
	unrecorded, err := c.authority.SignStation(request(t).DER, "xaa-apt")
	require.NoError(t, err)
	_, err = c.Renew(t.Context(), unrecorded[0], request(t).DER)
	requireProblem(t, err, problem.Forbidden, "certificate_denied")
	_, err = c.Renew(t.Context(), c.enrolled(t)[0], nil)
	requireProblem(t, err, problem.Invalid, "request_invalid")
}

// A renewal must not slip through a denial that runs at the same moment.
func TestADenialLeavesNothingBehind(t *testing.T) {
	c := open(t)
	for round := range 8 {
		current := c.enrolled(t)
		requests := []ca.Request{request(t), request(t), request(t)}
		var group sync.WaitGroup
		for _, r := range requests {
			group.Go(func() { _, _ = c.Renew(t.Context(), current[0], r.DER) })
		}
		require.NoError(t, c.Deny(t.Context(), admin(), "xaa-apt", fmt.Sprint("round ", round)))
		group.Wait()
		list, err := c.Certificates(t.Context(), "xaa-apt")
		require.NoError(t, err)
		for _, certificate := range list {
			require.False(t, certificate.DeniedAt.IsZero(), "serial %s", certificate.Serial)
		}
	}
}

func TestStationsAreChecked(t *testing.T) {
	c := open(t)
	for code, spoil := range map[string]func(*enrolment.Station){
		"station_taken":             func(*enrolment.Station) {},
		"station_id_invalid":        func(s *enrolment.Station) { s.ID = "a.b" },
		"station_name_invalid":      func(s *enrolment.Station) { s.Name = "" },
		"station_transport_unknown": func(s *enrolment.Station) { s.Transport = "broom" },
		"station_zone_unknown":      func(s *enrolment.Station) { s.Zone = "Mars/Olympus" },
	} {
		t.Run(code, func(t *testing.T) {
			station := airport()
			spoil(&station)
			var p *problem.Error
			require.ErrorAs(t, c.AddStation(t.Context(), admin(), station), &p)
			require.Equal(t, code, p.Code)
			require.NotEmpty(t, p.Field)
		})
	}
	list, err := c.Stations(t.Context())
	require.NoError(t, err)
	want := airport()
	want.CreatedAt = c.clock.now()
	require.Equal(t, []enrolment.Station{want}, list)
}

// Two stations never draw the same number for a visa on arrival: one whose id gives it the mark of another is refused.
func TestTwoStationsHaveTwoMarks(t *testing.T) {
	c := open(t)
	station := airport()
	for n := 0; ; n++ {
		if station.ID = fmt.Sprintf("xbb-%d", n); evisa.ArrivalMark(station.ID) == evisa.ArrivalMark(airport().ID) {
			break
		}
	}
	requireProblem(t, c.AddStation(t.Context(), admin(), station), problem.Conflict, "station_mark_taken")
	station.ID += "a"
	require.NoError(t, c.AddStation(t.Context(), admin(), station))
}

func TestTokensAreBounded(t *testing.T) {
	c := open(t)
	_, err := c.CreateToken(t.Context(), admin(), "xaa-apt", 8*24*time.Hour)
	requireProblem(t, err, problem.Invalid, "token_life_invalid")
	for _, station := range []string{"xbb", "", "a\x00b"} {
		_, err = c.CreateToken(t.Context(), admin(), station, time.Hour)
		requireProblem(t, err, problem.NotFound, "station_unknown")
	}
	requireProblem(t, c.Deny(t.Context(), admin(), "xbb", ""), problem.NotFound, "station_unknown")
}

func TestTheDenyListFollowsTheDatabase(t *testing.T) {
	c := open(t)
	chain := c.enrolled(t)
	list, changed := &ca.DenyList{}, make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		err := c.KeepDenyList(ctx, list, time.Millisecond, func() { changed <- struct{}{} }, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
	})
	require.NoError(t, c.Deny(t.Context(), admin(), "xaa-apt", "lost"))
	<-changed
	require.ErrorIs(t, list.Check(chain[0]), ca.ErrDenied)
	cancel()
	group.Wait()
}

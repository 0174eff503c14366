package thread_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/interpol"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

// A passport that a service of the INTERPOL kind knows as stolen keeps its bearer off the flight, and stands at the desk of hits at once, with the
// time that is left. Who was answered while the service was away is asked about again when it is back, and the carrier is told unasked. Each question
// is in the audit log, and tells nobody's number.
func TestAStolenPassportIsKnownBeforeBoarding(t *testing.T) {
	t.Parallel()
	w := world.Prepare(t)
	centre, ctx := w.Central, t.Context()
	service := world.NewInterpolSim(t, centre.Clock, interpolsim.Adapter{Name: "sltd", Kind: interpol.SLTD})
	centre.Set("BMIS_INTERPOL", service.Settings)
	w.Start(t)
	stolen, other, late := world.NewTraveller(811), world.NewTraveller(812), world.NewTraveller(813)
	service.List(stolen, "S811", interpol.Stolen)
	service.List(late, "S813", interpol.Stolen)
	carrier, now := centre.Carrier(t, "XX"), centre.Clock.Now()
	asks := func(transaction string, travellers ...world.Traveller) map[string]apipnr.Verdict {
		return verdicts(t, world.Ask(t, carrier, written(t, request(now, apipnr.List, transaction, travellers...), now)))
	}

	var answers map[string]apipnr.Verdict
	world.Eventually(t, func() bool { // the first questions open the line, and may take longer than an answer at check-in waits
		answers = asks("T1", stolen, other)
		code := answers["R"+stolen.Number].Code
		return strings.HasPrefix(code, "1") || strings.HasPrefix(code, "3")
	}, "the bearer of a stolen passport may board")
	world.Eventually(t, func() bool { return strings.HasPrefix(asks("T1", stolen, other)["R"+other.Number].Code, "0") }, "the other may not")
	desk := centre.Client(t)
	require.NoError(t, desk.SignIn(ctx, centre.Agent(t, auth.RoleListOwner, "nadia", "NCB Utopia")))
	id := caseOf(t, centre, stolen)
	for path, says := range map[string][]string{
		"/desk": {"sltd/S811", "Simulator: no real hit", "XX 0777", "DXB–LHR"},
		"/desk/hits/" + id.String(): {
			"INTERPOL: stolen and lost documents", "S811, version", "as of", "Document number", stolen.Surname, stolen.Number, "stolen", "XX 0777", "DXB–LHR",
		},
	} {
		page := shows(t, desk, path)
		for _, words := range says {
			require.Contains(t, page, words, path)
		}
		require.Regexp(t, `\d+:\d\d left`, page, path)
	}
	const looked = ` FROM passenger_screening s JOIN desk_hit h ON h.traveller_id = s.person WHERE h.id = $1`
	var before time.Time
	require.NoError(t, centre.DB.Pool.QueryRow(ctx, `SELECT s.checked_at`+looked, id).Scan(&before))
	changed := stolen
	changed.GivenNames += " ZOE" // under the same reference: he is asked about anew
	asks("T3", changed)
	world.Eventually(t, func() bool { return centre.Count(t, `SELECT`+looked+` AND s.checked_at > $2`, id, before) == 1 }, "nobody looked at him again")
	require.Equal(t, id, caseOf(t, centre, stolen), "it is the same hit")

	service.All(t, simulator.Knobs{Down: true})
	incoming := make(chan client.Incoming, 64)
	listening, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		done <- carrier.Listen(listening, func(in client.Incoming) error { incoming <- in; return nil })
	}()
	require.NotEqual(t, "1", asks("T2", late)["R"+late.Number].Code[:1], "nobody knows of it yet")
	service.All(t, simulator.Knobs{})
	for told := false; !told; {
		verdict, is := verdicts(t, unsolicited(t, incoming).Body)["R"+late.Number]
		told = is && !strings.HasPrefix(verdict.Code, "0")
	}
	stop()
	require.NoError(t, <-done)

	caseOf(t, centre, late)
	require.Equal(t, 2, centre.Count(t, `SELECT FROM desk_hit`), "one of each who bears a stolen passport, none while there was no answer")
	require.Equal(t, 2, centre.Count(t, `SELECT FROM audit WHERE object_kind = 'hit' AND decision = 'raised: expected'`))

	require.NotZero(t, centre.Count(t, `SELECT FROM audit WHERE object_kind = 'interpol.sltd' AND purpose = 'passenger_screening' AND decision = 'sent' AND length(query_hmac) = 32`))
	require.Zero(t, centre.Count(t, `SELECT FROM audit WHERE concat(object_id, justification, decision) LIKE '%' || $1 || '%'`, stolen.Number))
}

// caseOf waits for the hit of a service outside on a traveller's passport, and gives it: there is one.
func caseOf(t *testing.T, centre *world.Central, v world.Traveller) (id uuid.UUID) {
	t.Helper()
	const of = ` FROM desk_hit WHERE raise->>'check' = 'interpol.sltd' AND raise->'document'->>'number' = $1`
	world.Eventually(t, func() bool { return centre.Count(t, `SELECT`+of, v.Number) > 0 }, "no hit at the desk")
	require.Equal(t, 1, centre.Count(t, `SELECT`+of, v.Number))
	require.NoError(t, centre.DB.Pool.QueryRow(t.Context(), `SELECT id`+of, v.Number).Scan(&id))
	return id
}

package thread_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/interpol"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

// A passport that a service of the INTERPOL kind knows as stolen keeps its bearer off the flight. Who was answered while the service was away is
// asked about again when it is back, and the carrier is told unasked. Each question is in the audit log, and tells nobody's number.
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

	require.NotZero(t, centre.Count(t, `SELECT FROM audit WHERE object_kind = 'interpol.sltd' AND purpose = 'passenger_screening' AND decision = 'sent' AND length(query_hmac) = 32`))
	require.Zero(t, centre.Count(t, `SELECT FROM audit WHERE concat(object_id, justification, decision) LIKE '%' || $1 || '%'`, stolen.Number))
}

package thread_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/cusres"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
)

// request is a carrier's list (or change) of flight XX 777 from DXB to LHR that arrives in some hours.
func request(now time.Time, function apipnr.Function, transaction string, travellers ...world.Traveller) apipnr.Message {
	local := func(t time.Time) apipnr.LocalTime {
		return apipnr.LocalTime{Date: traveldoc.DateOf(t), Minute: t.Hour()*60 + t.Minute(), HasTime: true}
	}
	departs := now.UTC().Add(3 * time.Hour)
	m := apipnr.Message{
		Type: apipnr.PAXLST, Version: "D:05B", Function: function, Syntax: "UNOA:4", Sender: "XX", Recipient: "UTO", Interchange: transaction, Reference: "1",
		Part: apipnr.Part{Number: 1, First: true, Last: true}, Transaction: transaction, Revision: "1",
		Flights: []apipnr.Flight{{
			Carrier: "XX", Number: "0777", Origin: "DXB", Destination: "LHR", Role: apipnr.CrossingLeg,
			Departure: local(departs.Add(4 * time.Hour)), Arrival: local(departs.Add(7 * time.Hour)),
		}},
	}
	for _, v := range travellers {
		m.Travellers = append(m.Travellers, apipnr.Traveller{
			Surname: v.Surname, GivenNames: v.GivenNames, Sex: v.Sex, BirthDate: v.BirthDate, Nationality: v.Nationality, Kind: apipnr.Passenger,
			Ref: "R" + v.Number, Locator: "ABC234", Reservation: -1,
			Documents: []apipnr.Document{{Type: "P", Number: v.Number, Issuer: v.IssuingState, Expiry: v.ExpiryDate}},
		})
	}
	return m
}

func written(t *testing.T, m apipnr.Message, now time.Time) []byte {
	t.Helper()
	body, err := paxlst.Write(m, now)
	require.NoError(t, err)
	return body
}

// verdicts are the answers by the reference of the traveller.
func verdicts(t *testing.T, body []byte) map[string]apipnr.Verdict {
	t.Helper()
	read := message.Read(body)
	require.Len(t, read.Messages, 1, "%s", body)
	require.Equal(t, apipnr.CUSRES, read.Messages[0].Type)
	all := map[string]apipnr.Verdict{}
	for _, v := range read.Messages[0].Answers {
		all[v.Ref] = v
	}
	return all
}

// A carrier asks whether travellers may board, over its own account: one who is listed may not. An alert that comes afterwards changes the
// mind about the other: the carrier is told unasked, until it acknowledges. What it sends as a list is on the analyst's screen at once.
func TestACarrierAsksAndIsToldOtherwiseLater(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	centre, ctx := w.Central, t.Context()
	wanted, other := world.NewTraveller(801), world.NewTraveller(802)
	arrest := alerts.Flat{
		ID: "wanted-801", Surname: wanted.Surname, GivenNames: wanted.GivenNames, BirthDate: wanted.BirthDate, Reason: "thread reason",
		Action: string(alerts.ActionDetain), DocumentNumber: wanted.Number, IssuingState: wanted.IssuingState,
	}
	centre.List(t, arrest)
	carrier := centre.Carrier(t, "XX")
	now := centre.Clock.Now()

	var answers map[string]apipnr.Verdict
	world.Eventually(t, func() bool { // the list reaches the centre's own index a moment after it was approved
		answers = verdicts(t, world.Ask(t, carrier, written(t, request(now, apipnr.List, "T1", wanted, other), now)))
		return strings.HasPrefix(answers["R"+wanted.Number].Code, "1") || strings.HasPrefix(answers["R"+wanted.Number].Code, "3")
	}, "a listed person may board: %v", answers)
	require.True(t, strings.HasPrefix(answers["R"+other.Number].Code, "0"), "%v", answers)

	analyst := centre.SignedIn(t, auth.RoleAnalyst, "ana")
	receipt, err := carrier.Send(ctx, client.PAXLST, "", written(t, request(now, apipnr.List, "T2", wanted, other), now))
	require.NoError(t, err)
	require.False(t, receipt.Duplicate)
	since := time.Now()
	world.Eventually(t, func() bool { return strings.Contains(shows(t, analyst, "/passengers"), "XX0777") }, "the analyst does not see the flight")
	t.Logf("receipt to the analyst's screen: %s", time.Since(since).Round(time.Millisecond))
	again, err := carrier.Send(ctx, client.PAXLST, "", written(t, request(now, apipnr.List, "T2", wanted, other), now))
	require.NoError(t, err)
	require.Equal(t, receipt.Digest, again.Digest)

	incoming := make(chan client.Incoming, 16)
	listening, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		done <- carrier.Listen(listening, func(in client.Incoming) error { incoming <- in; return nil })
	}()
	later := arrest
	later.ID, later.Surname, later.GivenNames, later.BirthDate, later.DocumentNumber = "wanted-802", other.Surname, other.GivenNames, other.BirthDate, other.Number
	centre.List(t, later)
	status := unsolicited(t, incoming)
	verdict := verdicts(t, status.Body)["R"+other.Number]
	require.NotEqual(t, byte('0'), verdict.Code[0], "%v", verdict)
	require.Equal(t, 1, centre.Count(t, `SELECT FROM board_notice WHERE done_at IS NULL AND ref = $1`, "R"+other.Number))
	ack, err := cusres.Write(cusres.Acknowledge(message.Read(status.Body).Messages[0]), now)
	require.NoError(t, err)
	require.NoError(t, carrier.Acknowledge(ctx, ack))
	world.Eventually(t, func() bool {
		return centre.Count(t, `SELECT FROM board_notice WHERE done_at IS NOT NULL AND state = 'acknowledged' AND ref = $1`, "R"+other.Number) == 1
	}, "the acknowledgement is not taken")
	stop()
	require.NoError(t, <-done)
	world.Eventually(t, func() bool { return centre.Count(t, `SELECT FROM desk_hit`) > 0 }, "hits on expected persons are raised at the centre")
}

// unsolicited waits for a change of mind; notices of other kinds are passed over.
func unsolicited(t *testing.T, incoming <-chan client.Incoming) client.Incoming {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case in := <-incoming:
			if in.Unsolicited {
				return in
			}
		case <-deadline:
			require.Fail(t, "the carrier is not told")
		}
	}
}

package score_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/traveldoc"
)

func pushes(items []score.Item) (names []string) {
	for _, item := range items {
		names = append(names, item.Push)
	}
	return names
}

// A carrier is told of a push when its grace is over, and of none while nobody knows when the flight departs.
func TestWhatACarrierIsToldOf(t *testing.T) {
	p, hour := score.DefaultPolicy(), time.Hour
	f := score.Flight{DepartsAt: departs}
	half := score.Received{Source: law.PNR, Function: apipnr.FullPush, At: departs.Add(-48 * hour), Incomplete: true}
	for _, c := range []struct {
		name     string
		flight   score.Flight
		received []score.Received
		now      time.Time
		want     []string
	}{
		{"within its grace", f, nil, departs.Add(-48*hour + 30*time.Minute), nil},
		{"a moment later", f, nil, departs.Add(-48*hour + 30*time.Minute + 1), []string{"pnr-48"}},
		{"half of it, in time", f, []score.Received{half}, departs.Add(-48 * hour), nil},
		{"half of it, its grace over", f, []score.Received{half}, departs.Add(-47 * hour), []string{"pnr-48"}},
		{"it came late", f, []score.Received{push(40 * hour)}, departs.Add(-39 * hour), nil},
		{"nobody knows when it departs", score.Flight{ClosedAt: departs}, nil, departs.Add(hour), nil},
		{"cancelled", score.Flight{DepartsAt: departs, Cancelled: true}, nil, departs.Add(hour), nil},
		{"nothing came", f, nil, departs.Add(hour), []string{"pnr-48", "pnr-24", "pnr-close", "api-close"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, pushes(score.Owed(p, c.flight, score.Rate(p, c.flight, c.received, c.now), c.now)))
		})
	}
}

// Whoever sleeps until Next and looks a moment later misses no change of a card.
func TestNextIsWhenACardChangesByItself(t *testing.T) {
	p := score.DefaultPolicy()
	for _, f := range []score.Flight{{DepartsAt: departs}, {DepartsAt: departs, ClosedAt: departs.Add(-40 * time.Minute)}, {ClosedAt: departs}} {
		now := departs.Add(-72 * time.Hour)
		changes := 0
		for next := score.Next(p, f, now); !next.IsZero(); next = score.Next(p, f, now) {
			require.False(t, next.Before(now))
			require.Equal(t, states(score.Rate(p, f, nil, now)), states(score.Rate(p, f, nil, next)), "nothing changes before")
			now = next.Add(1)
			require.NotEqual(t, states(score.Rate(p, f, nil, next)), states(score.Rate(p, f, nil, now)))
			changes++
		}
		require.Equal(t, states(score.Rate(p, f, nil, now)), states(score.Rate(p, f, nil, now.Add(1000*time.Hour))), "nor afterwards")
		require.Positive(t, changes)
	}
	require.Zero(t, score.Next(p, score.Flight{}, departs))
	require.Zero(t, score.Next(p, score.Flight{DepartsAt: departs, Cancelled: true}, departs.Add(-100*time.Hour)))
}

func TestFieldsAreCountedAndNobodyKept(t *testing.T) {
	known := func(state string) bool { return state == "UTO" }
	full := &apipnr.Traveller{
		Surname: "ERIKSSON", GivenNames: "ANNA", Sex: "F", BirthDate: traveldoc.DateOf(departs), Nationality: "UTO", Residence: "UTO", Ref: "R", Locator: "L",
		Seats: []apipnr.Seat{{Seat: "1A"}}, Documents: []apipnr.Document{{Type: "P", Number: "L898902C3", Issuer: "UTO", Expiry: traveldoc.DateOf(departs)}},
	}
	of, counts := score.Count([]apipnr.Expected{
		{API: full}, {API: &apipnr.Traveller{Surname: "LONE", Nationality: "QQQ"}}, {PNR: full}, {API: full, Status: apipnr.StatusCancelled}, {API: full, Masked: true},
	}, known)
	require.Equal(t, 2, of)
	require.Equal(t, 2, counts["surname"])
	for _, field := range score.Fields() {
		if field != "surname" {
			require.Equal(t, 1, counts[field], field)
		}
	}
	for field := range score.DefaultPolicy().Fields {
		require.Contains(t, score.Fields(), field)
	}
	_, err := score.ParsePolicy([]byte(`{"version":"x","fields":{"shoe_size":0.5}}`))
	require.ErrorContains(t, err, "shoe_size")
}

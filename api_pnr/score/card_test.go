package score_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/api_pnr/score"
)

var departs = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // the flight of these tests

func states(c score.Card) map[string]score.State {
	all := map[string]score.State{}
	for _, item := range c.Items {
		all[item.Push] = item.State
	}
	return all
}

func push(before time.Duration) score.Received {
	return score.Received{Source: law.PNR, Function: apipnr.FullPush, At: departs.Add(-before)}
}

func TestEachPushHasItsState(t *testing.T) {
	p, hour := score.DefaultPolicy(), time.Hour
	for _, c := range []struct {
		name     string
		now      time.Time
		flight   score.Flight
		received []score.Received
		want     map[string]score.State
	}{
		{"nothing is due three days before", departs.Add(-72 * hour), score.Flight{DepartsAt: departs}, nil,
			map[string]score.State{"pnr-48": score.NotDue, "pnr-24": score.NotDue, "pnr-close": score.NotDue, "api-close": score.NotDue}},
		{"the first is missing, half an hour late is not", departs.Add(-48*hour + 31*time.Minute), score.Flight{DepartsAt: departs}, nil,
			map[string]score.State{"pnr-48": score.Missing, "pnr-24": score.NotDue, "pnr-close": score.NotDue, "api-close": score.NotDue}},
		{"all in time", departs.Add(hour), score.Flight{DepartsAt: departs, ClosedAt: departs.Add(-20 * time.Minute)},
			[]score.Received{push(49 * hour), push(24 * hour), push(10 * time.Minute), {Source: law.API, Function: apipnr.CloseOnBoard, At: departs.Add(-15 * time.Minute)}},
			map[string]score.State{"pnr-48": score.OnTime, "pnr-24": score.OnTime, "pnr-close": score.OnTime, "api-close": score.OnTime}},
		{"late, and cut off", departs.Add(hour), score.Flight{DepartsAt: departs},
			[]score.Received{push(40 * hour), {Source: law.PNR, Function: apipnr.FullPush, At: departs.Add(-24 * hour), Incomplete: true}, push(2 * hour)},
			map[string]score.State{"pnr-48": score.Late, "pnr-24": score.Incomplete, "pnr-close": score.OnTime, "api-close": score.Missing}},
		{"a departure that nobody knows", departs, score.Flight{}, []score.Received{push(hour)},
			map[string]score.State{"pnr-48": score.NotKnown, "pnr-24": score.NotKnown, "pnr-close": score.NotKnown, "api-close": score.NotKnown}},
		{"cancelled", departs.Add(hour), score.Flight{DepartsAt: departs, Cancelled: true}, nil,
			map[string]score.State{"pnr-48": score.NotKnown, "pnr-24": score.NotKnown, "pnr-close": score.NotKnown, "api-close": score.NotKnown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, states(score.Rate(p, c.flight, c.received, c.now)))
		})
	}
}

func TestCountsAndFields(t *testing.T) {
	p := score.DefaultPolicy()
	declared := 100
	f := score.Flight{DepartsAt: departs, Persons: 97, Filled: map[string]int{"surname": 97, "birth_date": 50}}
	c := score.Rate(p, f, []score.Received{
		{Source: law.API, Function: apipnr.List, At: departs, Persons: 97, Records: 97, Declared: &declared, Quarantine: 3},
	}, departs)
	require.Equal(t, &score.Mismatch{Declared: 100, Received: 97}, c.Mismatch)
	require.Equal(t, 3, c.Quarantine)
	for _, q := range c.Quality {
		require.Equal(t, q.Field == "surname", q.Enough, q.Field)
	}
	within := 98
	c = score.Rate(p, f, []score.Received{{Source: law.API, Function: apipnr.List, At: departs, Records: 97, Declared: &within}}, departs)
	require.Nil(t, c.Mismatch, "within the tolerance")
	c = score.Rate(p, f, []score.Received{{Source: law.API, Function: apipnr.Change, At: departs, Records: 1, Declared: &declared}}, departs)
	require.Nil(t, c.Mismatch, "a change tells of some; its count is the flight's")
}

func TestPointsFallWithWhatIsMissing(t *testing.T) {
	p := score.DefaultPolicy()
	after := departs.Add(time.Hour)
	require.Nil(t, score.Rate(p, score.Flight{}, nil, after).Points)
	nothing := score.Rate(p, score.Flight{DepartsAt: departs}, nil, after).Points
	require.Equal(t, 0, *nothing)
	some := score.Rate(p, score.Flight{DepartsAt: departs}, []score.Received{push(48 * time.Hour)}, after).Points
	require.Equal(t, 25, *some)
}

func TestAPolicyIsReadOrRefused(t *testing.T) {
	p, err := score.ParsePolicy([]byte(`{"version":"u-1","pushes":[{"name":"a","source":"api","at_close":true,"grace_minutes":5}],"fields":{"sex":0.5},"tolerance":0.1}`))
	require.NoError(t, err)
	require.Equal(t, 5*time.Minute, p.Pushes[0].Grace)
	for _, bad := range []string{
		`{}`, `{"version":"x","tolerance":2}`, `{"version":"x","pushes":[{"name":"","source":"api"}]}`, `{"version":"x","pushes":[{"name":"a","source":"sms"}]}`,
		`{"version":"x","pushes":[{"name":"a","source":"api"},{"name":"a","source":"pnr"}]}`, `{"version":"x","fields":{"sex":2}}`, `{"versio":"x"}`,
		`{"version":"x","pushes":[{"name":"a","source":"api","at_close":true,"hours_before":4}]}`,
	} {
		_, err := score.ParsePolicy([]byte(bad))
		require.Error(t, err, bad)
	}
	_, err = score.LoadPolicy("/nowhere/at/all")
	require.Error(t, err)
}

package protection_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/problem"
)

func at(minutes int) time.Time {
	return time.Date(2026, 11, 21, 9, minutes, 0, 0, time.UTC)
}

func opened(t require.TestingT) *protection.Case {
	c, err := protection.Fold(uuid.UUID{1}, []protection.Event{{
		Seq: 1, Act: protection.Signalled, By: "amira", At: at(0), Signs: []string{"violence", "age"},
		Opening: &protection.Opening{Inspection: uuid.UUID{2}, Kind: protection.Asylum, Lane: "1", DueAt: at(30)},
	}})
	require.NoError(t, err)
	return c
}

func code(t *testing.T, err error) string {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	return p.Code
}

func TestACaseGoesItsWay(t *testing.T) {
	c := opened(t)
	require.Equal(t, protection.Open, c.State)
	require.Equal(t, []string{"age", "violence"}, c.Signs(), "in the order of the form")
	require.False(t, c.Overdue(at(30)))
	require.True(t, c.Overdue(at(31)), "unconfirmed, it escalates")
	require.Equal(t, []protection.Act{protection.Acknowledged, protection.Noted}, c.Acts(), "first the service confirms that it has it")

	for n, step := range []struct {
		event protection.Event
		state protection.State
	}{
		{protection.Event{Act: protection.Acknowledged}, protection.InService},
		{protection.Event{Act: protection.Contacted, Note: "spoke with her"}, protection.InContact},
		{protection.Event{Act: protection.Signalled, Signs: []string{"dependent"}}, protection.InContact},
		{protection.Event{Act: protection.HandedOver}, protection.WithTheService},
		{protection.Event{Act: protection.Lifted, Outcome: "decided", Note: "final decision of 20 November"}, protection.WithTheService},
		{protection.Event{Act: protection.Closed, Outcome: "decided"}, protection.Ended},
		{protection.Event{Act: protection.Noted, Note: "file sent"}, protection.Ended},
	} {
		step.event.By, step.event.At = "noor", at(n+1)
		kept, err := c.Take(step.event)
		require.NoError(t, err)
		require.Equal(t, n+2, kept.Seq)
		require.Equal(t, step.state, c.State)
	}
	require.Equal(t, "noor", c.AcknowledgedBy)
	require.True(t, c.AcknowledgedAt.Equal(at(1)))
	require.False(t, c.Overdue(at(59)))
	require.Equal(t, "decided", c.Outcome)
	require.Equal(t, []string{"age", "violence", "dependent"}, c.Signs())
	again, err := protection.Fold(c.ID, c.Events)
	require.NoError(t, err)
	require.Equal(t, c, again, "the steps are the case")
}

func TestWhatIsNotAllowedIsTold(t *testing.T) {
	acknowledged := protection.Event{Act: protection.Acknowledged}
	closed := protection.Event{Act: protection.Closed, Outcome: "no_need"}
	lifted := protection.Event{Act: protection.Lifted, Outcome: "no_need", Note: "examined"}
	for name, c := range map[string]struct {
		before []protection.Event
		step   protection.Event
		code   string
	}{
		"contact unconfirmed":   {nil, protection.Event{Act: protection.Contacted}, "protection.unacknowledged"},
		"close unconfirmed":     {nil, closed, "protection.unacknowledged"},
		"lift unconfirmed":      {nil, lifted, "protection.unacknowledged"},
		"confirm twice":         {[]protection.Event{acknowledged}, acknowledged, "protection.not_now"},
		"back to contact":       {[]protection.Event{acknowledged, {Act: protection.HandedOver}}, protection.Event{Act: protection.Contacted}, "protection.not_now"},
		"close twice":           {[]protection.Event{acknowledged, closed}, closed, "protection.not_now"},
		"signal when closed":    {[]protection.Event{acknowledged, closed}, protection.Event{Act: protection.Signalled}, "protection.not_now"},
		"lift twice":            {[]protection.Event{acknowledged, lifted}, lifted, "protection.not_stopped"},
		"close without outcome": {[]protection.Event{acknowledged}, protection.Event{Act: protection.Closed}, "protection.outcome"},
		"unknown outcome":       {[]protection.Event{acknowledged}, protection.Event{Act: protection.Closed, Outcome: "x"}, "protection.outcome"},
		"outcome of a note":     {nil, protection.Event{Act: protection.Noted, Note: "x", Outcome: "no_need"}, "protection.outcome"},
		"lift without reason":   {[]protection.Event{acknowledged}, protection.Event{Act: protection.Lifted, Outcome: "no_need", Note: " "}, "protection.note_missing"},
		"empty note":            {nil, protection.Event{Act: protection.Noted}, "protection.note_missing"},
		"long note":             {nil, protection.Event{Act: protection.Noted, Note: strings.Repeat("x", protection.MaxNote+1)}, "protection.note_long"},
		"unknown sign":          {nil, protection.Event{Act: protection.Signalled, Signs: []string{"tired"}}, "protection.sign"},
		"sign twice":            {nil, protection.Event{Act: protection.Signalled, Signs: []string{"age", "age"}}, "protection.sign"},
		"unknown act":           {[]protection.Event{acknowledged}, protection.Event{Act: "erased"}, "protection.not_now"},
	} {
		t.Run(name, func(t *testing.T) {
			k := opened(t)
			for _, e := range c.before {
				e.At = at(1)
				_, err := k.Take(e)
				require.NoError(t, err)
			}
			before := *k
			_, err := k.Take(c.step)
			require.Equal(t, c.code, code(t, err))
			require.Equal(t, before, *k, "and nothing changed")
		})
	}
}

func TestSignalsAreChecked(t *testing.T) {
	for _, kind := range protection.Kinds() {
		require.NoError(t, protection.Signal{Kind: kind}.Check(), "nothing but the kind is needed")
	}
	require.Equal(t, "protection.kind", code(t, protection.Signal{}.Check()))
	require.Equal(t, "protection.sign", code(t, protection.Signal{Kind: protection.Asylum, Signs: []string{"x"}}.Check()))
}

func TestRecordsThatDoNotFollowAreNoCase(t *testing.T) {
	_, err := protection.Fold(uuid.UUID{1}, nil)
	require.ErrorIs(t, err, protection.ErrNoSuchCase)
	_, err = protection.Fold(uuid.UUID{1}, []protection.Event{{Seq: 1, Act: protection.Acknowledged}})
	require.ErrorIs(t, err, protection.ErrNoSuchCase)
	events := append([]protection.Event(nil), opened(t).Events...)
	_, err = protection.Fold(uuid.UUID{1}, append(events, protection.Event{Seq: 3, Act: protection.Acknowledged}))
	require.ErrorContains(t, err, "step 2 has number 3")
}

// Whatever the service does in whatever order: the state never goes back, nothing but a confirmation comes first, what Acts offers is
// taken and nothing else, and the steps taken are the case.
func TestTheStateNeverGoesBack(t *testing.T) {
	states := protection.States()
	rapid.Check(t, func(r *rapid.T) {
		c := opened(r)
		for n := range rapid.IntRange(0, 12).Draw(r, "steps") {
			act := rapid.SampledFrom(append(protection.ServiceActs(), protection.Signalled)).Draw(r, "act")
			e := protection.Event{Act: act, By: "noor", At: at(n), Note: "x"}
			if act == protection.Closed || act == protection.Lifted {
				e.Outcome = rapid.SampledFrom(protection.Outcomes()).Draw(r, "outcome")
			}
			offered := false
			for _, a := range c.Acts() {
				offered = offered || a == act
			}
			before := place(states, c.State)
			_, err := c.Take(e)
			if act != protection.Signalled {
				require.Equal(r, offered, err == nil)
			}
			require.GreaterOrEqual(r, place(states, c.State), before)
			require.Equal(r, c.State == protection.Open, c.AcknowledgedAt.IsZero())
			require.Equal(r, c.State == protection.Ended, !c.ClosedAt.IsZero())
		}
		again, err := protection.Fold(c.ID, c.Events)
		require.NoError(r, err)
		require.Equal(r, c, again)
	})
}

func place(states []protection.State, s protection.State) int {
	for n, known := range states {
		if known == s {
			return n
		}
	}
	return -1
}

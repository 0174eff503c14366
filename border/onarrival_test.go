package border_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

// What an officer may say of the fee of a visa on arrival.
func TestCheckOnArrival(t *testing.T) {
	asks, free := &border.ArrivalTerms{Rule: "arrival", FeeMinor: 5000, Currency: "EUR"}, &border.ArrivalTerms{Rule: "arrival"}
	for name, c := range map[string]struct {
		said  *border.ArrivalVisa
		terms *border.ArrivalTerms
		field string
	}{
		"nothing to grant":        {nil, nil, ""},
		"nothing to grant, said":  {&border.ArrivalVisa{Receipt: "17"}, nil, "receipt"},
		"collected":               {&border.ArrivalVisa{Receipt: " R-2026/17 "}, asks, ""},
		"waived":                  {&border.ArrivalVisa{Waiver: "child"}, asks, ""},
		"nothing said":            {nil, asks, "receipt"},
		"spaces":                  {&border.ArrivalVisa{Receipt: "  "}, asks, "receipt"},
		"both":                    {&border.ArrivalVisa{Receipt: "17", Waiver: "child"}, asks, "waiver"},
		"unknown waiver":          {&border.ArrivalVisa{Waiver: "friend"}, asks, "waiver"},
		"script":                  {&border.ArrivalVisa{Receipt: "<script>"}, asks, "receipt"},
		"turned around":           {&border.ArrivalVisa{Receipt: "17\u202e"}, asks, "receipt"},
		"two lines":               {&border.ArrivalVisa{Receipt: "17\n18"}, asks, "receipt"},
		"as long as it may be":    {&border.ArrivalVisa{Receipt: strings.Repeat("1", 40)}, asks, ""},
		"too long":                {&border.ArrivalVisa{Receipt: strings.Repeat("1", 41)}, asks, "receipt"},
		"no fee":                  {nil, free, ""},
		"no fee, and one is said": {&border.ArrivalVisa{Receipt: "17"}, free, "receipt"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.field, fieldOf(border.CheckOnArrival(c.said, c.terms))) })
	}
}

func fieldOf(err error) string {
	var p *problem.Error
	if errors.As(err, &p) {
		return p.Field
	}
	return ""
}

// Only an entry that was found to need a visa on arrival grants one; what the screen says of its terms counts for nothing.
func TestGrantOnArrival(t *testing.T) {
	terms := &border.ArrivalTerms{Rule: "arrival", Version: "2026-1", Days: 30, FeeMinor: 5000, Currency: "EUR"}
	hit := []border.Finding{{Outcome: border.NoHit}, {Outcome: border.Hit, OnArrival: terms, Evidence: []border.Evidence{{Severity: border.Acknowledge}}}}
	require.Equal(t, terms, border.OnArrival(border.Entry, hit))
	require.Nil(t, border.OnArrival(border.Exit, hit))
	require.False(t, border.NeedsReason(hit), "it is answered by granting it")
	require.True(t, border.NeedsReason(append(hit, border.Finding{Outcome: border.Hit})))

	number := func(context.Context) (string, error) { return "A7KXR4MTQ", nil }
	event := func(verdict border.Verdict, findings []border.Finding) border.CrossingEvent {
		said := &border.ArrivalVisa{Receipt: " 17 ", Number: "MINE", ArrivalTerms: border.ArrivalTerms{FeeMinor: 1, Currency: "XXX", Days: 900}}
		return border.CrossingEvent{
			Direction: border.Entry, Basis: border.ShortStay, Findings: findings, Grant: &border.Grant{MaxDays: 14, Until: date(t, "2026-12-05")},
			Decision: border.Decision{Verdict: verdict, OnArrival: said},
		}
	}
	e := event(border.Admit, hit)
	require.NoError(t, e.GrantOnArrival(t.Context(), number))
	require.Equal(t, border.ArrivalVisa{Number: "A7KXR4MTQ", ArrivalTerms: *terms, Granted: 14, Until: date(t, "2026-12-05"), Receipt: "17"}, *e.Decision.OnArrival)
	require.Equal(t, border.ShortStayVisa, e.Basis)
	for _, none := range []border.CrossingEvent{event(border.Refer, hit), event(border.Admit, nil)} {
		require.NoError(t, none.GrantOnArrival(t.Context(), number))
		require.Nil(t, none.Decision.OnArrival)
		require.Equal(t, border.ShortStay, none.Basis)
	}
	e = event(border.Admit, hit)
	require.Error(t, e.GrantOnArrival(t.Context(), func(context.Context) (string, error) { return "", errors.New("no randomness") }))
}

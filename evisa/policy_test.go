package evisa_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestTheDefaultPolicyHolds(t *testing.T) {
	p := evisa.DefaultPolicy("UTO")
	require.NoError(t, p.Check())
	data, err := json.Marshal(p)
	require.NoError(t, err)
	again, err := evisa.ReadPolicy(data)
	require.NoError(t, err)
	require.Equal(t, p, again)
	for _, c := range append(p.Grounds, p.Conditions...) {
		for _, language := range []string{"en", "fr", "es", "ar"} {
			require.NotEmpty(t, c.Words[language], "%s in %s", c.Code, language)
		}
	}
	for _, purpose := range evisa.Purposes() {
		offered := false
		for _, kind := range p.Types {
			offered = offered || kind.Offered("UTO", purpose)
		}
		require.True(t, offered, "nothing is offered for %s", purpose)
	}
}

func TestAFaultyPolicySaysEverything(t *testing.T) {
	p := evisa.DefaultPolicy("UTO")
	p.Version, p.Types[0].Code, p.Types[1].Fee.Currency, p.Reply = "", "TOOLONG", "euro", 0
	err := p.Check()
	for _, part := range []string{"version", "types[0]", "types[1]", "reply_days"} {
		require.ErrorContains(t, err, part)
	}
}

func TestTheFirstRuleThatFitsApplies(t *testing.T) {
	day := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	book := evisa.RuleBook{Version: "1", Rules: []evisa.EntryRule{
		{ID: "permit", Kind: evisa.VisaFree, Basis: "s. 1", Bases: []border.Basis{border.ResidencePermit}},
		{ID: "fra-diplomats", Kind: evisa.VisaFree, Basis: "s. 2", Nationalities: []string{"FRA"}, Documents: []string{"PD"}},
		{ID: "fra-2026", Kind: evisa.VisaFree, Basis: "s. 3", Nationalities: []string{"FRA"}, Documents: []string{"P*"}, From: day("2026-01-01"), Until: day("2026-12-31"), Days: 30},
		{ID: "germans", Kind: evisa.VisaFree, Basis: "s. 3", Nationalities: []string{"D"}, Issuers: []string{"DEU"}},
		{ID: "arrival", Kind: evisa.VisaOnArrival, Basis: "s. 4", Nationalities: []string{"*"}, Ports: []string{"airport"}},
	}}
	require.NoError(t, book.Check())
	for _, c := range []struct {
		who  evisa.Traveller
		want string
	}{
		{evisa.Traveller{Nationality: "FRA", Document: "P", On: day("2026-01-01")}, "fra-2026"},
		{evisa.Traveller{Nationality: "FRA", Document: "P", On: day("2026-12-31")}, "fra-2026"},
		{evisa.Traveller{Nationality: "FRA", Document: "P", On: day("2027-01-01")}, ""},
		{evisa.Traveller{Nationality: "FRA", Document: "P", On: day("2027-01-01"), Port: "airport"}, "arrival"},
		{evisa.Traveller{Nationality: "FRA", Document: "PD", On: day("2027-01-01")}, "fra-diplomats"},
		{evisa.Traveller{Nationality: "FRA", Document: "I", On: day("2026-06-01")}, ""},
		{evisa.Traveller{Nationality: "XYZ", Document: "P", Basis: border.ResidencePermit, On: day("2026-06-01")}, "permit"},
		{evisa.Traveller{Document: "P", Port: "airport", On: day("2026-06-01")}, ""},
		{evisa.Traveller{Nationality: "D", Issuer: "D", Document: "P", On: day("2026-06-01")}, "germans"},
		{evisa.Traveller{Nationality: "DEU", Issuer: "DEU", Document: "P", On: day("2026-06-01")}, "germans"},
	} {
		r, found := book.For(c.who)
		require.Equal(t, c.want, r.ID, "%+v", c.who)
		require.Equal(t, c.want != "", found)
	}
	book.Rules[1].ID, book.Rules[2].Kind = "permit", "free"
	require.ErrorContains(t, book.Check(), "rules[1].id")
	require.ErrorContains(t, book.Check(), "rules[2].kind")
}

// A State stands in a policy by either of its codes.
func TestATypeIsOfferedByEitherCodeOfAState(t *testing.T) {
	for _, code := range []string{"D", "DEU"} {
		for _, other := range []string{"D", "DEU"} {
			require.True(t, evisa.Type{Nationalities: []string{code}}.Offered(other, ""))
			require.False(t, evisa.Type{Excluded: []string{code}}.Offered(other, ""))
			require.False(t, evisa.Type{Nationalities: []string{code}}.Offered("FRA", ""))
		}
	}
	require.False(t, evisa.Type{Purposes: []string{"study"}}.Offered("D", "tourism"))
}

// No state but the ends is a dead end, and nothing leads back to before it was paid.
func TestStates(t *testing.T) {
	for _, from := range evisa.States() {
		follows := 0
		for _, to := range evisa.States() {
			if from.May(to) {
				follows++
				require.NotEqual(t, evisa.Waiting, to)
				require.NotEqual(t, from, to)
			}
		}
		if from.Open() {
			require.Positive(t, follows, from)
			require.True(t, from.May(evisa.Withdrawn), from)
		}
	}
	require.False(t, evisa.Received.May(evisa.Approved), "not before the checks have answered")
}

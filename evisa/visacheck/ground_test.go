package visacheck_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
)

// What bounds a stay: the visa on which somebody comes, else the rule by which he needs none or has one on arrival. Where it is not known
// whether he has a visa, no rule shortens his stay.
func TestGround(t *testing.T) {
	as := func(nationality string, change ...func(*border.Subject)) border.Subject {
		return subject(append([]func(*border.Subject){func(s *border.Subject) { s.Identity.Nationality = nationality }}, change...)...)
	}
	free, arrival := &stay.EntryRule{ID: "free", Version: "2026-1", Days: 90}, &stay.EntryRule{ID: "arrival", Version: "2026-1", Days: 30}
	visa := &stay.Visa{Number: "E7KXR4MTQ", From: day("2026-11-01"), Until: day("2027-01-31"), Days: 30}
	on := func(b border.Basis) func(*border.Subject) { return func(s *border.Subject) { s.Basis = b } }
	for name, c := range map[string]struct {
		s      border.Subject
		rows   []evisa.Row
		change func(*register)
		want   stay.Ground
	}{
		"visa-free":               {s: as("FRA"), want: stay.Ground{Rule: free}},
		"visa-free, on a visa":    {s: as("FRA", on(border.ShortStayVisa)), rows: []evisa.Row{row()}, want: stay.Ground{Visa: visa}},
		"says so, and has none":   {s: as("FRA", on(border.ShortStayVisa)), want: stay.Ground{Rule: free}},
		"on arrival":              {s: as("KEN"), want: stay.Ground{Rule: arrival}},
		"on arrival, with a visa": {s: as("KEN"), rows: []evisa.Row{row()}, want: stay.Ground{Visa: visa}},
		"on arrival, revoked":     {s: as("KEN"), rows: []evisa.Row{row(func(r *evisa.Row) { r.Standing = evisa.Revoked })}},
		"needs one":               {s: as("NGA")},
		"own national":            {s: as("UTO")},
		"resident":                {s: as("FRA", on(border.ResidencePermit))},
		"leaving":                 {s: as("FRA", func(s *border.Subject) { s.Direction = border.Exit })},
		"outage":                  {s: as("KEN"), change: func(r *register) { r.Outage = border.ReasonTimeout }},
		"too old":                 {s: as("KEN"), change: func(r *register) { r.Source.AsOf = noon.Add(-48 * time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			reg := &register{Found: evisa.Found{Held: true, Rows: c.rows, Source: border.Source{Version: "7", AsOf: noon}}}
			if c.change != nil {
				c.change(reg)
			}
			var known staycheck.Visas = visacheck.New(visacheck.Config{
				Registry: reg, Rules: rules{Standing: visacheck.Standing{Held: true, InForce: true, Book: book(), AsOf: noon}}, State: "UTO", Post: "airport-1",
				MaxAge: 24 * time.Hour,
			})
			got, err := known.Ground(t.Context(), c.s)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

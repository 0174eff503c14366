package staycheck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
)

// Beside the days of the stays, the rule of entry by which somebody comes bounds his stay, or the visa on which he does; the smallest of all
// holds, and is named with what it allows.
func TestTheRuleOfEntryBoundsTheStay(t *testing.T) {
	free := &stay.EntryRule{ID: "free-30", Version: "2026-1", Days: 30}
	visa := &stay.Visa{Number: "E7KXR4MTQ", Until: date(t, "2026-07-31"), Days: 45}
	for name, c := range map[string]struct {
		ground   stay.Ground
		history  []string
		basis    border.Basis
		evidence []string
		grant    border.Grant
	}{
		"the rule is the smallest": {
			stay.Ground{Rule: free}, nil, border.ShortStay, []string{"granted note 30 · 2026-06-18 · 90/180", "by_entry_rule note free-30 · 2026-1 · 30"},
			border.Grant{MaxDays: 30, Until: date(t, "2026-06-18"), Bound: "entry_rule", BoundBy: "free-30", BoundVersion: "2026-1", BoundDays: 30, Used: 1},
		},
		"the days used are": {
			stay.Ground{Rule: free}, []string{"2026-02-15 2026-05-01"}, border.ShortStay, []string{"granted note 14 · 2026-06-02 · 90/180"},
			border.Grant{MaxDays: 14, Until: date(t, "2026-06-02"), Bound: "rule", Used: 77},
		},
		"as long as the days of the stays": {
			stay.Ground{Rule: &stay.EntryRule{ID: "free-90", Version: "2026-1", Days: 90}}, nil, border.ShortStay, []string{"granted note 90 · 2026-08-17 · 90/180"},
			border.Grant{MaxDays: 90, Until: date(t, "2026-08-17"), Bound: "rule", Used: 1},
		},
		"a rule without days": {
			stay.Ground{Rule: &stay.EntryRule{ID: "free", Version: "2026-1"}}, nil, border.ShortStay, []string{"granted note 90 · 2026-08-17 · 90/180"},
			border.Grant{MaxDays: 90, Until: date(t, "2026-08-17"), Bound: "rule", Used: 1},
		},
		"a visa's days": {
			stay.Ground{Visa: visa}, nil, border.ShortStay,
			[]string{"granted note 45 · 2026-07-03 · 90/180", "by_visa note E7KXR4MTQ · 45", "on_visa note E7KXR4MTQ"},
			border.Grant{MaxDays: 45, Until: date(t, "2026-07-03"), Bound: "visa_days", BoundBy: "E7KXR4MTQ", BoundDays: 45, Basis: border.ShortStayVisa, Used: 1},
		},
		"noted as on a visa, of which nothing is known": {
			stay.Ground{Rule: free}, nil, border.ShortStayVisa,
			[]string{"granted note 30 · 2026-06-18 · 90/180", "by_entry_rule note free-30 · 2026-1 · 30", "visa_unknown note"},
			border.Grant{MaxDays: 30, Until: date(t, "2026-06-18"), Bound: "entry_rule", BoundBy: "free-30", BoundVersion: "2026-1", BoundDays: 30, Used: 1},
		},
		"a rule that names a ground that does not count": {
			stay.Ground{Rule: free}, nil, border.Accredited, []string{"granted note 30 · 2026-06-18", "by_entry_rule note free-30 · 2026-1 · 30", "exempt note accredited"},
			border.Grant{MaxDays: 30, Until: date(t, "2026-06-18"), Bound: "entry_rule", BoundBy: "free-30", BoundVersion: "2026-1", BoundDays: 30},
		},
		"noted as on a visa for a long stay": {
			stay.Ground{Visa: visa}, nil, border.LongStayVisa, []string{"granted note 45 · 2026-07-03", "by_visa note E7KXR4MTQ · 45", "exempt note long_stay_visa"},
			border.Grant{MaxDays: 45, Until: date(t, "2026-07-03"), Bound: "visa_days", BoundBy: "E7KXR4MTQ", BoundDays: 45, Basis: border.LongStayVisa},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := subject(border.Entry)
			s.Basis = c.basis
			f := check(t, known(t, c.history...), s, func(cfg *staycheck.Config) { cfg.Visas = visas{visa: c.ground.Visa, rule: c.ground.Rule} })
			require.Equal(t, border.NoHit, f.Outcome)
			require.Equal(t, c.evidence, evidence(f))
			if c.basis.Counts() {
				c.grant.Rule, c.grant.Regime = "90/180", "default"
			}
			require.Equal(t, c.grant, *f.Grant)
		})
	}
}

// What was granted at entry is what is overstayed at exit, whatever the days of the stays would have allowed; so it is when the rule changed
// since, or is asked no more.
func TestTheGrantedDayIsOverstayed(t *testing.T) {
	h := known(t, "2026-04-01")
	h.Movements[0].Until = date(t, "2026-04-30")
	f := check(t, h, subject(border.Exit), func(cfg *staycheck.Config) {
		cfg.Visas = visas{rule: &stay.EntryRule{ID: "free", Version: "2026-2", Days: 60}}
	})
	require.Equal(t, []string{"overstayed acknowledge 20 · 2026-05-01 · 90/180"}, evidence(f))
	require.Equal(t, []any{20, stay.BoundGranted, date(t, "2026-04-30")}, []any{f.Grant.Overstay, f.Grant.Bound, f.Grant.Until})
}

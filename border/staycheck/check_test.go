package staycheck_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// past is what is known of a traveller.
type past struct {
	history stay.History
	err     error
	asked   traveldoc.Document
}

func (p *past) History(_ context.Context, _ traveldoc.Identity, d traveldoc.Document) (stay.History, error) {
	p.asked = d
	return p.history, p.err
}

// known is a history of stays, "ENTRY EXIT" or "ENTRY" each, as of an hour ago.
func known(t testing.TB, stays ...string) stay.History {
	t.Helper()
	h := stay.History{AsOf: noon.Add(-time.Hour)}
	for i, s := range stays {
		for n, day := range strings.Fields(s) {
			h.Movements = append(h.Movements, stay.Movement{
				ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i, n)), Direction: []border.Direction{border.Entry, border.Exit}[n], Date: date(t, day),
				At: date(t, day).First().Add(time.Duration(8+n) * time.Hour), Nationality: "NZL", Basis: border.ShortStay,
			})
		}
	}
	return h
}

func subject(direction border.Direction) border.Subject {
	return border.Subject{
		Identity:  traveldoc.Identity{Surname: "TANE", Nationality: "NZL"},
		Document:  traveldoc.Document{Code: "P", Number: "LA000001", IssuingState: "NZL"},
		Direction: direction, Mode: border.Air, At: noon, Today: traveldoc.DateOf(noon),
		Circumstances: border.Circumstances{Basis: border.ShortStay, Category: border.Ordinary},
	}
}

func check(t testing.TB, h stay.History, s border.Subject, with ...func(*staycheck.Config)) border.Finding {
	t.Helper()
	cfg := staycheck.Config{Histories: &past{history: h}, State: "UTO", MaxAge: 24 * time.Hour}
	for _, change := range with {
		change(&cfg)
	}
	f, err := staycheck.New(cfg).Check(t.Context(), s)
	require.NoError(t, err)
	for _, e := range f.Evidence {
		require.Contains(t, staycheck.EvidenceCodes(), e.Code)
		require.NotEmpty(t, e.Severity)
	}
	return f
}

// evidence is the evidence in short.
func evidence(f border.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		out = append(out, strings.TrimSpace(fmt.Sprint(strings.TrimPrefix(e.Code, "stay."), " ", e.Severity, " ", e.Found)))
	}
	return out
}

func TestAtEntry(t *testing.T) {
	for name, c := range map[string]struct {
		history  stay.History
		outcome  border.Outcome
		evidence []string
		grant    border.Grant
	}{
		"first visit": {
			known(t), border.NoHit, []string{"granted note 90 · 2026-08-17 · 90/180"},
			border.Grant{MaxDays: 90, Until: date(t, "2026-08-17"), Bound: "rule", Used: 1},
		},
		"has been here": {
			known(t, "2026-02-01 2026-03-02"), border.NoHit, []string{"granted note 60 · 2026-07-18 · 90/180"},
			border.Grant{MaxDays: 60, Until: date(t, "2026-07-18"), Bound: "rule", Used: 31},
		},
		"ground F": {
			known(t, "2026-02-01 2026-05-01"), border.Hit, []string{"none_left second_line 90/180"},
			border.Grant{Until: date(t, "2026-05-19"), Bound: "rule", Used: 91},
		},
		"overstayed in the window": {
			known(t, "2025-09-01 2025-12-05"), border.Hit,
			[]string{"granted note 90 · 2026-08-17 · 90/180", "overstayed_before acknowledge 6"},
			border.Grant{MaxDays: 90, Until: date(t, "2026-08-17"), Bound: "rule", Used: 15},
		},
		"exit missing": {
			known(t, "2026-05-01", "2026-05-11 2026-05-12"), border.Hit,
			[]string{"granted note 87 · 2026-08-14 · 90/180", "uncertain acknowledge 4–13 · 90/180", "uncertain_max note 78–87", "exit_missing note 2026-05-01 – 2026-05-11"},
			border.Grant{MaxDays: 87, Until: date(t, "2026-08-14"), Bound: "rule", Used: 4, Uncertain: true},
		},
		"still here by the records": {
			known(t, "2026-05-15"), border.Hit,
			[]string{"granted note 89 · 2026-08-16 · 90/180", "uncertain acknowledge 2–6 · 90/180", "uncertain_max note 85–89", "exit_missing note 2026-05-15 – 2026-05-20"},
			border.Grant{MaxDays: 89, Until: date(t, "2026-08-16"), Bound: "rule", Used: 2, Uncertain: true},
		},
		"here since long ago by the records": {
			known(t, "2026-02-01"), border.Hit,
			[]string{"granted note 90 · 2026-08-17 · 90/180", "overstayed_before acknowledge 0–19", "uncertain acknowledge 2–109 · 90/180",
				"uncertain_max note 0–90", "exit_missing note 2026-02-01 – 2026-05-20"},
			border.Grant{MaxDays: 90, Until: date(t, "2026-08-17"), Bound: "rule", Used: 2, Uncertain: true},
		},
		"a doubt of long ago": {
			known(t, "2024-05-15", "2024-06-01 2024-06-02"), border.NoHit, []string{"granted note 90 · 2026-08-17 · 90/180"},
			border.Grant{MaxDays: 90, Until: date(t, "2026-08-17"), Bound: "rule", Used: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := check(t, c.history, subject(border.Entry))
			c.grant.Rule, c.grant.Regime = "90/180", "default"
			require.Equal(t, c.evidence, evidence(f))
			require.Equal(t, c.outcome, f.Outcome)
			require.Equal(t, c.grant, *f.Grant)
			require.Equal(t, c.history.AsOf, f.Source.AsOf)
		})
	}
}

func TestAtExit(t *testing.T) {
	for name, c := range map[string]struct {
		history  stay.History
		outcome  border.Outcome
		evidence []string
		grant    border.Grant
	}{
		"in time": {
			known(t, "2026-05-01"), border.NoHit, []string{"within note 20 · 90/180"},
			border.Grant{Until: date(t, "2026-07-29"), Bound: "rule", Used: 20},
		},
		"overstayed": {
			known(t, "2026-02-01"), border.Hit, []string{"overstayed acknowledge 19 · 2026-05-02 · 90/180"},
			border.Grant{Until: date(t, "2026-05-01"), Bound: "rule", Used: 109, Overstay: 19},
		},
		"entry missing": {
			known(t, "2026-04-01 2026-04-03"), border.Hit,
			[]string{"within note 4 · 90/180", "uncertain acknowledge 4–50 · 90/180", "entry_missing note 2026-05-20 – 2026-04-03"},
			border.Grant{Until: date(t, "2026-08-14"), Bound: "rule", Used: 4, Uncertain: true},
		},
		"entry missing, and nothing before": {
			known(t), border.Hit,
			[]string{"within note 1 · 90/180", "uncertain acknowledge 0–90", "entry_missing note 2026-05-20"},
			border.Grant{Until: date(t, "2026-08-17"), Bound: "rule", Used: 1, Uncertain: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := check(t, c.history, subject(border.Exit))
			c.grant.Rule, c.grant.Regime = "90/180", "default"
			require.Equal(t, c.evidence, evidence(f))
			require.Equal(t, c.outcome, f.Outcome)
			require.Equal(t, c.grant, *f.Grant)
		})
	}
}

// The basis of the entry decides at exit, whatever the desk proposes then.
func TestExitOfExemptStay(t *testing.T) {
	h := known(t, "2025-09-01")
	h.Movements[0].Basis = border.ResidencePermit
	f := check(t, h, subject(border.Exit))
	require.Equal(t, []string{"exempt note"}, evidence(f))
	require.Equal(t, border.NoHit, f.Outcome)
	h.Movements[0].Until = date(t, "2026-05-01")
	f = check(t, h, subject(border.Exit))
	require.Equal(t, []string{"overstayed acknowledge 19 · 2026-05-02 · 90/180"}, evidence(f), "the permit had ended")
	require.Equal(t, 19, f.Grant.Overstay)
}

func TestNothingIsCounted(t *testing.T) {
	own, free, resident := subject(border.Entry), subject(border.Entry), subject(border.Entry)
	own.Identity.Nationality = "UTO"
	free.Basis, resident.Basis = border.FreeMovement, border.ResidencePermit
	for want, s := range map[string]border.Subject{"own_national": own, "free_movement": free, "exempt": resident} {
		f := check(t, known(t, "2025-09-01"), s)
		require.Len(t, f.Evidence, 1)
		require.Equal(t, "stay."+want, f.Evidence[0].Code)
		require.Equal(t, border.Note, f.Evidence[0].Severity)
		require.Equal(t, border.NoHit, f.Outcome)
		require.Nil(t, f.Grant)
	}
	f := check(t, known(t, "2025-09-01"), own, func(c *staycheck.Config) { c.State = "" })
	require.NotNil(t, f.Grant, "without a State nobody is at home")
}

func TestRecordsOfOtherCrossingPoints(t *testing.T) {
	h := known(t, "2026-05-01 2026-05-02")
	h.AsOf = time.Time{}
	f := check(t, h, subject(border.Entry))
	require.Equal(t, []any{border.NotChecked, border.ReasonListMissing}, []any{f.Outcome, f.Reason})
	require.Equal(t, []string{"granted note 88 · 2026-08-15 · 90/180", "others_missing note"}, evidence(f))
	require.Equal(t, 88, f.Grant.MaxDays, "the stay is proposed all the same")

	f = check(t, h, subject(border.Entry), func(c *staycheck.Config) { c.Alone = true })
	require.Equal(t, border.NoHit, f.Outcome)
	require.Len(t, f.Evidence, 1)

	over := known(t, "2026-02-01 2026-05-01")
	over.AsOf = time.Time{}
	require.Equal(t, border.Hit, check(t, over, subject(border.Entry)).Outcome, "what is known here is a hit")

	h.AsOf = noon.Add(-25 * time.Hour)
	f = check(t, h, subject(border.Entry))
	require.Equal(t, []string{"granted note 88 · 2026-08-15 · 90/180", "others_old note 2026-05-19T11:00:00Z"}, evidence(f))
	require.Equal(t, border.NoHit, f.Outcome)
	require.Equal(t, h.AsOf, f.Source.AsOf)
}

type visas struct {
	visa *stay.Visa
	rule *stay.EntryRule
	err  error
}

func (v visas) Ground(context.Context, border.Subject) (stay.Ground, error) {
	return stay.Ground{Visa: v.visa, Rule: v.rule}, v.err
}

func TestVisas(t *testing.T) {
	h := known(t, "2026-05-01 2026-05-05", "2026-05-10 2026-05-12")
	for i := range h.Movements {
		h.Movements[i].Basis = border.ShortStayVisa
	}
	with := func(particulars ...string) border.Subject {
		s := subject(border.Entry)
		s.Basis, s.Particulars = border.ShortStayVisa, map[string]string{}
		for _, p := range particulars {
			name, value, _ := strings.Cut(p, "=")
			s.Particulars[name] = value
		}
		return s
	}
	sticker := with()
	sticker.Document.Code, sticker.Document.ExpiryDate = "V", date(t, "2026-05-31")
	for name, c := range map[string]struct {
		subject  border.Subject
		register *stay.Visa
		outcome  border.Outcome
		evidence []string
		bound    string
	}{
		"nothing known": {with(), nil, border.NoHit, []string{"granted note 82 · 2026-08-09 · 90/180", "visa_unknown note"}, "rule"},
		"days": {
			with("visa_until=2026-07-31", "visa_days=30", "visa_entries=MULT"), nil, border.NoHit,
			[]string{"granted note 22 · 2026-06-10 · 90/180"}, "visa_days",
		},
		"end":              {with("visa_until=2026-05-25", "visa_days=30"), nil, border.NoHit, []string{"granted note 6 · 2026-05-25 · 90/180"}, "visa"},
		"end of a sticker": {sticker, nil, border.NoHit, []string{"granted note 12 · 2026-05-31 · 90/180"}, "visa"},
		"two entries used": {with("visa_entries=2"), nil, border.Hit, []string{"visa_entries_used second_line 2"}, "visa_entries"},
		"third of three":   {with("visa_entries=3"), nil, border.NoHit, []string{"granted note 82 · 2026-08-09 · 90/180"}, "rule"},
		"ended":            {with("visa_until=2026-05-19"), nil, border.Hit, []string{"visa_ended second_line"}, "visa"},
		"not begun":        {with("visa_from=2026-05-21"), nil, border.Hit, []string{"visa_not_begun second_line"}, "visa_start"},
		"days used":        {with("visa_days=8"), nil, border.Hit, []string{"visa_days_used second_line 8"}, "visa_days"},
		"of the register":  {with(), &stay.Visa{Entries: 2}, border.Hit, []string{"visa_entries_used second_line 2"}, "visa_entries"},
		"the one in hand goes before the register": {
			with("visa_days=30"), &stay.Visa{Entries: 2}, border.NoHit, []string{"granted note 22 · 2026-06-10 · 90/180"}, "visa_days",
		},
		"not readable": {
			with("visa_days=many", "visa_until=2026-13-01", "visa_entries=0"), nil, border.Hit,
			[]string{"granted note 82 · 2026-08-09 · 90/180", "visa_unreadable acknowledge 2026-13-01", "visa_unreadable acknowledge many",
				"visa_unreadable acknowledge 0", "visa_unknown note"}, "rule",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := check(t, h, c.subject, func(cfg *staycheck.Config) {
				if c.register != nil {
					cfg.Visas = visas{visa: c.register}
				}
			})
			require.Equal(t, c.evidence, evidence(f))
			require.Equal(t, c.outcome, f.Outcome)
			require.Equal(t, c.bound, f.Grant.Bound)
		})
	}
}

func TestPersons(t *testing.T) {
	h := known(t, "2026-04-01 2026-04-02", "2026-06-01")
	h.Movements[0].Nationality, h.Movements[1].Nationality = "AUS", "AUS"
	f := check(t, h, subject(border.Entry))
	require.Contains(t, evidence(f), "other_nationality acknowledge AUS")
	require.Contains(t, evidence(f), "future_movement acknowledge 1")
	require.Equal(t, border.Hit, f.Outcome)
	f = check(t, h, subject(border.Entry), func(c *staycheck.Config) {
		c.Now = func() time.Time { return noon.AddDate(0, 1, 0) }
	})
	require.NotContains(t, evidence(f), "future_movement acknowledge 1", "a decision of a month ago, checked again")
}

// A decision that is checked again is in the history already, and is not counted twice.
func TestCheckedAgain(t *testing.T) {
	s := subject(border.Entry)
	h := known(t)
	h.Movements = []stay.Movement{{
		ID: uuid.New(), Direction: border.Entry, At: noon.Add(40 * time.Second), Date: s.Today, Basis: border.ShortStay, Nationality: "NZL",
	}}
	require.Equal(t, check(t, known(t), s).Grant, check(t, h, s).Grant)
	require.Equal(t, border.NoHit, check(t, h, s).Outcome)
	require.Len(t, h.Movements, 1)
}

func TestRegimes(t *testing.T) {
	regimes, err := stay.ParseRegimes([]byte(`{"version": "7", "default": {"days": 60, "window": 180}, "regimes": [
		{"name": "bilateral NZL", "nationalities": ["NZL"], "rule": {"days": 30, "window": 60}}]}`))
	require.NoError(t, err)
	f := check(t, known(t), subject(border.Entry), func(c *staycheck.Config) { c.Regimes = regimes })
	require.Equal(t, []string{"granted note 30 · 2026-06-18 · 30/60 bilateral NZL"}, evidence(f))
	require.Equal(t, []string{"30/60", "bilateral NZL"}, []string{f.Grant.Rule, f.Grant.Regime})
	require.Equal(t, "7", f.Source.Version)
}

func TestManyProblemsAreCounted(t *testing.T) {
	var entries []string
	for day := 1; day <= 15; day++ {
		entries = append(entries, fmt.Sprintf("2026-05-%02d", day))
	}
	f := check(t, known(t, entries...), subject(border.Entry))
	shown := slices.DeleteFunc(f.Evidence, func(e border.Evidence) bool { return e.Code != stay.ExitMissing })
	require.Len(t, shown, 8)
	require.Contains(t, evidence(check(t, known(t, entries...), subject(border.Entry))), "more note 7")
}

// The explanation is of the same days as the finding.
func TestExplain(t *testing.T) {
	histories := &past{history: known(t, "2026-05-01 2026-05-03")}
	c := staycheck.New(staycheck.Config{Histories: histories, MaxAge: 24 * time.Hour})
	e, a, err := c.Explain(t.Context(), subject(border.Entry))
	require.NoError(t, err)
	f, err := c.Check(t.Context(), subject(border.Entry))
	require.NoError(t, err)
	require.Equal(t, []int{4, 87}, []int{a.Used, a.MaxStay})
	require.Equal(t, []int{f.Grant.Used, f.Grant.MaxDays}, []int{a.Used, a.MaxStay})
	require.Len(t, e.Days, 4)
	require.Equal(t, stay.Day{Date: date(t, "2026-05-20"), Used: 4, Counts: true, Why: stay.DayEntry, Stays: []int{1}}, e.Days[3])
	histories.err = errors.New("away")
	_, _, err = c.Explain(t.Context(), subject(border.Entry))
	require.ErrorContains(t, err, "history of stays: away")
}

func TestNoAnswer(t *testing.T) {
	s := subject(border.Entry)
	failing := staycheck.New(staycheck.Config{Histories: &past{err: errors.New("away")}})
	_, err := failing.Check(t.Context(), s)
	require.ErrorContains(t, err, "history of stays: away")
	s.Basis = border.ShortStayVisa
	_, err = staycheck.New(staycheck.Config{Histories: &past{}, Visas: visas{err: errors.New("away")}}).Check(t.Context(), s)
	require.ErrorContains(t, err, "visa: away")
	s.Document.Number = "<<<"
	f := check(t, known(t), s)
	require.Equal(t, []any{border.NotChecked, border.ReasonDataInsufficient}, []any{f.Outcome, f.Reason})
	require.Equal(t, "stay.rules", failing.Name())
}

func TestEvidenceCodesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range staycheck.EvidenceCodes() {
		require.False(t, seen[code], code)
		seen[code] = true
	}
}

// A visa that lets somebody in of whom nobody noted one is his basis of stay, and bounds it; one for longer than a short stay is no short stay.
func TestTheBasisIsThatOfTheVisa(t *testing.T) {
	on := func(v *stay.Visa) func(*staycheck.Config) {
		return func(c *staycheck.Config) { c.Visas = visas{visa: v} }
	}
	short := &stay.Visa{Number: "E7KXR4MTQ", Until: date(t, "2026-07-31"), Days: 30}
	f := check(t, known(t), subject(border.Entry), on(short))
	require.Equal(t, []string{"granted note 30 · 2026-06-18 · 90/180", "by_visa note E7KXR4MTQ · 30", "on_visa note E7KXR4MTQ"}, evidence(f))
	require.Equal(t, []any{border.ShortStayVisa, stay.BoundVisaDays, 30}, []any{f.Grant.Basis, f.Grant.Bound, f.Grant.MaxDays})
	long := &stay.Visa{Number: "E7KXR4MTQ", Until: date(t, "2027-03-01"), Days: 365}
	f = check(t, known(t, "2026-02-01 2026-05-01"), subject(border.Entry), on(long))
	require.Equal(t, border.NoHit, f.Outcome, "days of short stays do not bound it")
	require.Equal(t, border.Grant{MaxDays: 286, Until: date(t, "2027-03-01"), Bound: stay.BoundVisa, BoundBy: "E7KXR4MTQ", BoundDays: 365, Basis: border.LongStayVisa}, *f.Grant)
	f = check(t, known(t), subject(border.Entry), on(nil))
	require.Empty(t, f.Grant.Basis, "he needs none, or none lets him in")
	resident := subject(border.Entry)
	resident.Basis = border.ResidencePermit
	require.Nil(t, check(t, known(t), resident, on(short)).Grant, "the officer chose another ground")
	require.Empty(t, check(t, known(t), subject(border.Exit), on(short)).Grant.Basis)
}

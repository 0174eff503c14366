package visacheck

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Check is the check of visas. It implements border.Check, and staycheck.Visas.
type Check struct {
	cfg    Config
	shared *shared
}

var _ border.Check = (*Check)(nil)

// New makes the check.
func New(cfg Config) *Check { return &Check{cfg: cfg, shared: newShared(cfg.Now)} }

// Name is "visa".
func (*Check) Name() string { return evisa.CheckName }

// Changed says that the register has changed: an answer that was given to one check before serves no other.
func (c *Check) Changed() { c.shared.forget() }

// Check answers on what a traveller may come. At exit it says on which visa he came, and holds nothing against his leaving.
func (c *Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	a := c.ask(ctx, s, askedByCheck)
	f := a.finding
	f.Check = evisa.CheckName
	if f.Outcome == border.NotChecked {
		f.Optional = c.cfg.Optional || s.Direction == border.Exit // nobody is kept from leaving
	}
	return f, nil
}

// answer is what is known of a traveller.
type answer struct {
	finding border.Finding
	// visa is the one that lets him in, at once or once an officer went over what is wrong with it; nil when none does or none is needed.
	visa *evisa.Row
	// rule is the one by which he needs no visa, or is to have one on arrival, in this version of the book; nil when he comes on a visa, on a
	// ground of his own, or on nothing.
	rule    *evisa.EntryRule
	version string
	// stands says that what is wrong stays so whatever else there may be.
	stands bool
}

// ask looks whether anything is to be asked, and asks it.
func (c *Check) ask(ctx context.Context, s border.Subject, asker asker) answer {
	source := border.Source{Name: evisa.CheckName}
	rules, err := c.cfg.Rules.Rules(ctx)
	switch {
	case err != nil:
		return unanswered(source, evisa.ReasonOf(err))
	case !rules.Held:
		return unanswered(source, border.ReasonListMissing)
	case rules.Unreadable:
		return unanswered(source, border.ReasonListIncomplete)
	case !rules.InForce:
		return answered(border.NoHit, border.Source{Name: evisa.CheckName, AsOf: rules.AsOf}, note(CodeNoRules, "", ""))
	}
	source.Version, source.AsOf = rules.Book.Version, rules.AsOf
	if s.Direction == border.Exit {
		return c.exit(ctx, s, source, asker)
	}
	rule, fits, done := c.rule(s, rules.Book)
	if done != nil {
		return c.fresh(s, answered(border.NoHit, source, *done))
	}
	if s.Identity.Nationality == "" || traveldoc.FoldNumber(s.Document.Number) == "" {
		return unanswered(source, border.ReasonDataInsufficient)
	}
	if fits && rule.Kind == evisa.VisaFree && !s.Basis.OnVisa() {
		return c.fresh(s, byRule(rule, source))
	}
	return c.entry(ctx, s, source, rule, asker)
}

// national reports whether somebody is a national of this State.
func (c *Check) national(s border.Subject) bool {
	return c.cfg.State != "" && traveldoc.FoldState(s.Identity.Nationality) == traveldoc.FoldState(c.cfg.State)
}

// rule is the rule that applies; done is the answer where none has to be asked. Who stays on a ground of its own needs no visa unless a rule
// speaks of that ground.
func (c *Check) rule(s border.Subject, book evisa.RuleBook) (rule evisa.EntryRule, fits bool, done *border.Evidence) {
	if c.national(s) {
		e := note(CodeNotNeeded, "", "national")
		return rule, false, &e
	}
	rule, fits = c.anywhere(book).For(evisa.Traveller{
		Nationality: s.Identity.Nationality, Document: s.Document.Code, Issuer: s.Document.IssuingState, Category: s.Category, Basis: s.Basis,
		Purpose: visaPurpose(s.Purpose), Port: c.cfg.Post, On: s.Today,
	})
	ground := groundOf(s)
	if ground != "" && (!fits || len(rule.Bases)+len(rule.Categories) == 0) {
		e := note(CodeNotNeeded, "", ground)
		return rule, fits, &e
	}
	return rule, fits, nil
}

// anywhere is the book without its ports where nobody knows at which one the traveller will arrive: before boarding.
func (c *Check) anywhere(book evisa.RuleBook) evisa.RuleBook {
	if c.cfg.Post != "" || !slices.ContainsFunc(book.Rules, func(r evisa.EntryRule) bool { return len(r.Ports) > 0 }) {
		return book
	}
	book.Rules = slices.Clone(book.Rules)
	for n := range book.Rules {
		book.Rules[n].Ports = nil
	}
	return book
}

// groundOf is the ground on which somebody comes who needs no visa; empty when there is none.
func groundOf(s border.Subject) string {
	switch s.Basis {
	case border.FreeMovement, border.ResidencePermit, border.CrewBasis, border.BorderPass, border.Accredited:
		return string(s.Basis)
	case border.ShortStay, border.ShortStayVisa, border.LongStayVisa:
	}
	if s.Basis == "" && (s.Category == border.AirCrew || s.Category == border.ShipCrew) {
		return string(border.CrewBasis)
	}
	return ""
}

// visaPurpose is a purpose stated at the counter in the words of rules and visas.
func visaPurpose(stated string) string {
	if p, other := map[string]string{"holiday": "tourism", "visit": "family", "work": "business"}[stated]; other {
		return p
	}
	if slices.Contains(evisa.Purposes(), stated) {
		return stated
	}
	return ""
}

// entry looks for the visa that lets a traveller in.
func (c *Check) entry(ctx context.Context, s border.Subject, source border.Source, rule evisa.EntryRule, asker asker) answer {
	found, fault := c.find(ctx, s, source, asker)
	if fault != nil {
		return *fault
	}
	version := source.Version
	source = older(source, found.Source)
	list := c.judge(s, found.Rows)
	a := answer{version: version, finding: border.Finding{Source: source, Outcome: border.Hit}}
	var rest []judged
	switch {
	case len(list) > 0 && list[0].lets():
		a.visa, a.finding.Outcome, rest = &list[0].row, border.NoHit, list[1:]
		a.finding.Evidence = list[0].explain()
	case rule.Kind == evisa.VisaFree:
		a.rule = &rule
		a.finding.Outcome, a.finding.Evidence, rest = border.NoHit, notNeeded(rule), list
	case len(list) > 0 && (rule.Kind != evisa.VisaOnArrival || takenAway(list[0])):
		a.finding.Evidence, rest = append(needed(rule), list[0].faults...), list[1:]
		a.stands = slices.ContainsFunc(list, judged.stands)
		if list[0].mayLet() {
			a.visa, a.finding.Evidence = &list[0].row, append(a.finding.Evidence, list[0].terms()...)
		}
	case rule.Kind == evisa.VisaOnArrival:
		a.rule = &rule
		a.finding.Evidence, a.finding.OnArrival, rest = onArrival(rule), terms(rule, version), list
	default:
		a.finding.Evidence = append([]border.Evidence{{Code: CodeNone, Severity: border.SecondLine}}, needed(rule)...)
	}
	whole(&a, found)
	a.finding.Evidence = append(a.finding.Evidence, others(rest)...)
	return c.fresh(s, a)
}

// whole takes "no visa" away where not everything was looked at: rows that cannot be read, a register that gave no answer. So it does where
// he has only visas that are no good any more, or not yet or not here, for another may be. What was found stays: a visa that lets in, and
// what no other visa makes good.
func whole(a *answer, found evisa.Found) {
	f := &a.finding
	if f.Outcome == border.Hit && !a.stands && (found.Unreadable > 0 || found.Outage != "") {
		f.Outcome, f.Reason = border.NotChecked, cmp.Or(found.Outage, border.ReasonListIncomplete)
		f.Evidence, f.OnArrival, a.rule = told(f.Evidence), nil, nil
	}
	if reason := cmp.Or(found.Outage, found.Noted); reason != "" {
		f.Evidence = append(f.Evidence, note(CodeOutage, reason, ""))
	}
	if found.Unreadable > 0 {
		f.Evidence = append(f.Evidence, note(CodeUnreadable, strconv.Itoa(found.Unreadable), ""))
	}
}

// told is the evidence of an answer that was taken away: that there is no visa is left out, and the rest is held against nobody.
func told(evidence []border.Evidence) (all []border.Evidence) {
	for _, e := range evidence {
		if e.Code != CodeNone {
			e.Severity = border.Note
			all = append(all, e)
		}
	}
	return all
}

// find asks the register; fault is the answer when it gave none.
func (c *Check) find(ctx context.Context, s border.Subject, source border.Source, asker asker) (evisa.Found, *answer) {
	found, err := c.shared.find(ctx, c.cfg.Registry, s, asker)
	switch {
	case err != nil:
		a := unanswered(source, evisa.ReasonOf(err))
		return found, &a
	case !found.Held:
		a := unanswered(source, border.ReasonListMissing)
		return found, &a
	}
	return found, nil
}

// fresh takes an answer away that rests on data that is too old; what was found to be wrong stays, unless a visa that has come since makes it
// good. That there is no visa is no answer then.
func (c *Check) fresh(s border.Subject, a answer) answer {
	f := &a.finding
	if c.cfg.MaxAge <= 0 || f.Source.Age(s.At) <= c.cfg.MaxAge {
		return a
	}
	if f.Outcome != border.Hit || !a.stands {
		if f.Outcome != border.NotChecked { // what else it rests on was said already
			f.Reason = border.ReasonListTooOld
		}
		if f.Outcome == border.Hit {
			a.rule, f.OnArrival = nil, nil // a visa that has come since may let him in
		}
		f.Outcome, f.Evidence = border.NotChecked, told(f.Evidence)
	}
	f.Evidence = append(f.Evidence, border.Evidence{Code: border.CodeListTooOld, Found: f.Source.Name, Severity: border.Note})
	return a
}

// exit tells on which visa somebody came who leaves, and whether he stayed longer than it allowed.
func (c *Check) exit(ctx context.Context, s border.Subject, source border.Source, asker asker) answer {
	if traveldoc.FoldNumber(s.Document.Number) == "" || c.national(s) {
		return answered(border.NoHit, source, note(CodeNotNeeded, "", string(border.Exit)))
	}
	found, fault := c.find(ctx, s, source, asker)
	if fault != nil {
		return *fault
	}
	row, last, came := cameOn(s, found.Rows)
	source = older(source, found.Source)
	if !came {
		return c.fresh(s, answered(border.NoHit, source, note(CodeNotNeeded, "", string(border.Exit))))
	}
	e := note(CodeExit, last.Date.String(), "")
	e.Ref = string(row.Number)
	a := answered(border.NoHit, source, e)
	if until := lastDay(row.Terms, last); !until.IsZero() && until.Before(s.Today) {
		days := int(s.Today.First().Sub(until.First()) / (24 * time.Hour))
		a.finding.Evidence = append(a.finding.Evidence, border.Evidence{
			Code: CodeOverstayed, Found: strconv.Itoa(days), Expected: until.String(), Severity: border.Note, Ref: string(row.Number),
		})
	}
	return c.fresh(s, a)
}

// cameOn is the last entry on a visa of a traveller.
func cameOn(s border.Subject, rows []evisa.Row) (row evisa.Row, last evisa.Use, found bool) {
	for _, j := range his(s, rows) {
		for _, u := range uses(s, j.row) {
			if !found || u.At.After(last.At) {
				row, last, found = j.row, u, true
			}
		}
	}
	return row, last, found
}

// lastDay is the last day of a stay that began on a visa.
func lastDay(t evisa.Terms, entry evisa.Use) traveldoc.Date {
	until := t.Until
	if t.Days > 0 && !entry.Date.IsZero() {
		if end := traveldoc.DateOf(entry.Date.First().AddDate(0, 0, t.Days-1)); until.IsZero() || end.Before(until) {
			until = end
		}
	}
	return until
}

func unanswered(source border.Source, reason string) answer {
	return answer{finding: border.Unanswered(evisa.CheckName, source, reason)}
}

func answered(outcome border.Outcome, source border.Source, evidence ...border.Evidence) answer {
	return answer{finding: border.Finding{Check: evisa.CheckName, Source: source, Outcome: outcome, Evidence: evidence}}
}

// byRule is the answer to somebody who needs no visa by a rule.
func byRule(r evisa.EntryRule, rules border.Source) answer {
	a := answered(border.NoHit, rules, notNeeded(r)...)
	a.rule, a.version = &r, rules.Version
	return a
}

func note(code, found, ref string) border.Evidence {
	return border.Evidence{Code: code, Found: found, Ref: ref, Severity: border.Note}
}

// notNeeded says by which rule none is needed, and for how many days where the rule says so.
func notNeeded(r evisa.EntryRule) []border.Evidence {
	return append([]border.Evidence{note(CodeNotNeeded, r.Basis, r.ID)}, allowed(r)...)
}

// needed says by which rule a visa is needed; nothing when no rule fits.
func needed(r evisa.EntryRule) []border.Evidence {
	if r.ID == "" {
		return nil
	}
	return []border.Evidence{note(CodeNeeded, r.Basis, r.ID)}
}

// onArrival says by which rule a visa is to be had here, for what fee and how many days.
func onArrival(r evisa.EntryRule) []border.Evidence {
	e := border.Evidence{Code: CodeOnArrival, Expected: r.Basis, Ref: r.ID, Severity: border.Acknowledge}
	if r.Fee != nil {
		e.Found = r.Fee.String()
	}
	return append([]border.Evidence{e}, allowed(r)...)
}

// terms are those on which a visa is granted on arrival.
func terms(r evisa.EntryRule, version string) *border.ArrivalTerms {
	t := border.ArrivalTerms{Rule: r.ID, Version: version, Days: r.Days}
	if r.Fee != nil && !r.Fee.Zero() {
		t.FeeMinor, t.Currency = r.Fee.Minor, r.Fee.Currency
	}
	return &t
}

// allowed are the days of stay of a rule, where it says any.
func allowed(r evisa.EntryRule) []border.Evidence {
	if r.Days == 0 {
		return nil
	}
	return []border.Evidence{note(CodeDays, strconv.Itoa(r.Days), r.ID)}
}

// older is the register's source, as old as the older of it and the rules; its version says both.
func older(rules, register border.Source) border.Source {
	s := border.Source{Name: evisa.CheckName, Version: fmt.Sprintf("%s · %s", register.Version, rules.Version), AsOf: register.AsOf}
	if !rules.AsOf.IsZero() && (s.AsOf.IsZero() || rules.AsOf.Before(s.AsOf)) {
		s.AsOf = rules.AsOf
	}
	return s
}

package staycheck

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Name is the check's stable name.
const Name = border.CheckStay

// Config is what the check is made of.
type Config struct {
	Histories Histories
	// Regimes are the rules of the country; the zero value is 90 days in any 180 for everybody.
	Regimes stay.Regimes
	// Visas knows visas beyond what a scan shows, and the rules of entry; nil: only the scan is looked at.
	Visas Visas
	// State is the State of the crossing point, three letters as in an MRZ: its nationals are at home. Empty: nobody is.
	State string
	// MaxAge is the age beyond which the records of other crossing points are told to be old.
	MaxAge time.Duration
	// Now is the clock that tells movements of the future; nil: the instant of the crossing is now.
	Now func() time.Time
	// Alone says that there is no other crossing point, so that no records of others are missed.
	Alone bool
}

// Check is the check of the rules of stay. It implements border.Check.
type Check struct{ cfg Config }

var _ border.Check = (*Check)(nil)

// New makes the check.
func New(cfg Config) *Check { return &Check{cfg} }

// Name is "stay.rules".
func (*Check) Name() string { return Name }

// Check answers "hit" when the stay asks for the officer's attention, and "not checked" when nothing is known of the other crossing
// points; the stay is proposed all the same. At exit the grant says what was found of the stay.
func (c *Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	source := border.Source{Name: Name, Version: c.cfg.Regimes.Version()}
	if code := c.notCounted(s); code != "" {
		return c.uncounted(ctx, s, source, code)
	}
	if traveldoc.FoldNumber(s.Document.Number) == "" {
		return border.Unanswered(Name, source, border.ReasonDataInsufficient), nil
	}
	history, err := c.cfg.Histories.History(ctx, s.Identity, s.Document)
	if err != nil {
		return border.Finding{Source: source}, fmt.Errorf("history of stays: %w", err)
	}
	source.AsOf = history.AsOf
	ground, evidence, err := c.ground(ctx, s)
	if err != nil {
		return border.Finding{Source: source}, fmt.Errorf("visa: %w", err)
	}
	s, found := onVisa(s, ground.Visa)
	if s.Basis == border.LongStayVisa {
		return onLongStay(s, source, ground.Visa, evidence), nil
	}
	timeline := stay.Build(with(history, s))
	answer := timeline.Answer(c.cfg.Regimes, ask(s, ground))
	proposed := grant(s, answer, ground)
	evidence = slices.Concat(judge(s, answer), bounding(proposed), evidence)
	evidence = append(evidence, doubts(s, timeline, answer)...)
	evidence = append(evidence, c.persons(s, timeline)...)
	evidence = append(evidence, c.others(s, history)...)
	f := border.Finding{Source: source, Evidence: evidence, Grant: proposed}
	if found {
		f.Grant.Basis = s.Basis
	}
	f.Outcome, f.Reason = c.outcome(history, evidence)
	return f, nil
}

func ask(s border.Subject, g stay.Ground) stay.Ask {
	return stay.Ask{On: s.Today, Nationality: s.Identity.Nationality, Basis: s.Basis, Category: s.Category, Visa: g.Visa, EntryRule: g.Rule}
}

// Explain explains day by day what the check counts for a subject: the same records, the crossing itself among them. It reads the
// history anew.
func (c *Check) Explain(ctx context.Context, s border.Subject) (stay.Explanation, stay.Answer, error) {
	history, err := c.cfg.Histories.History(ctx, s.Identity, s.Document)
	if err != nil {
		return stay.Explanation{}, stay.Answer{}, fmt.Errorf("history of stays: %w", err)
	}
	ground, _, err := c.ground(ctx, s)
	if err != nil {
		return stay.Explanation{}, stay.Answer{}, fmt.Errorf("visa: %w", err)
	}
	s, _ = onVisa(s, ground.Visa) // whether that changed the basis is the finding's to say
	timeline, asked := stay.Build(with(history, s)), ask(s, ground)
	return timeline.Explain(c.cfg.Regimes, asked), timeline.Answer(c.cfg.Regimes, asked), nil
}

// notCounted is why no day of the subject's stay counts; empty when days do. At exit the basis is that of the entry, so only those
// are left out whose days never count.
func (c *Check) notCounted(s border.Subject) string {
	switch {
	case c.cfg.State != "" && s.Identity.Nationality == c.cfg.State:
		return CodeOwnNational
	case s.Basis == border.FreeMovement:
		return CodeFreeMovement
	case s.Direction == border.Entry && !s.Basis.Counts():
		return CodeExempt
	}
	return ""
}

func (c *Check) outcome(h stay.History, evidence []border.Evidence) (border.Outcome, string) {
	for _, e := range evidence {
		if e.Severity != border.Note {
			return border.Hit, ""
		}
	}
	if h.AsOf.IsZero() && !c.cfg.Alone {
		return border.NotChecked, border.ReasonListMissing
	}
	return border.NoHit, ""
}

// others says how much is known of the other crossing points.
func (c *Check) others(s border.Subject, h stay.History) []border.Evidence {
	switch {
	case c.cfg.Alone:
		return nil
	case h.AsOf.IsZero():
		return []border.Evidence{note(CodeOthersMissing, "")}
	case s.At.Sub(h.AsOf) > c.cfg.MaxAge:
		return []border.Evidence{note(CodeOthersOld, h.AsOf.UTC().Format(time.RFC3339))}
	}
	return nil
}

// sameCrossing is how far apart two tellings of one crossing may lie: the scan, and the decision that was recorded after it.
const sameCrossing = 15 * time.Minute

// with is the history with the movement that the subject is about to make, unless it is recorded already (a decision that is checked
// again).
func with(h stay.History, s border.Subject) stay.History {
	for _, m := range h.Movements {
		if apart := m.At.Sub(s.At); m.Direction == s.Direction && m.Date == s.Today && apart >= 0 && apart <= sameCrossing {
			return h
		}
	}
	intended := stay.Movement{
		Direction: s.Direction, At: s.At, Date: s.Today, Category: s.Category, Basis: s.Basis, Nationality: s.Identity.Nationality,
	}
	h.Movements = append(append(make([]stay.Movement, 0, len(h.Movements)+1), h.Movements...), intended)
	return h
}

// grant is the stay that is proposed at entry, and at exit what was found.
func grant(s border.Subject, a stay.Answer, ground stay.Ground) *border.Grant {
	g := &border.Grant{
		MaxDays: a.MaxStay, Until: a.LastLawful, Rule: a.Rule.String(), Regime: a.Regime, Bound: a.Bound, Used: a.Used,
		Overstay: a.Overstay, Uncertain: a.Uncertain,
	}
	if a.Exempt {
		g.Rule = ""
	}
	if s.Direction == border.Exit {
		g.MaxDays = 0
		return g
	}
	g.Overstay = 0
	g.BoundBy, g.BoundVersion, g.BoundDays = namedBound(a.Bound, ground)
	if a.MaxStay == 0 && !a.Unbounded { // not even this day: said by the day before, since no date means no bound
		g.Until = stay.AddDays(a.On, -1)
	}
	return g
}

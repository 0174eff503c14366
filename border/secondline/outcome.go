package secondline

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// End ends the actor's case. What comes back is the decision that the outcome is; nil when it is none.
func (l *Line) End(ctx context.Context, actor audit.Actor, id uuid.UUID, end End) (*border.CrossingEvent, error) {
	end.Note, end.AuthorityName = strings.TrimSpace(end.Note), strings.TrimSpace(end.AuthorityName)
	step, err := l.cfg.Store.Change(ctx, id, func(c *Case) (Step, error) { return l.end(ctx, actor, c, end) })
	return step.Decision, err
}

func (l *Line) end(ctx context.Context, actor audit.Actor, c *Case, end End) (Step, error) {
	if end.Outcome == Refuse && c.Owner == actor.Name {
		if err := l.completeRefusal(ctx, c, &end); err != nil {
			return Step{}, err
		}
	}
	if end.Outcome == Protection && !end.Sign.Valid() {
		return Step{}, missing("sign")
	}
	var decision *border.CrossingEvent
	if end.Outcome == Admit || end.Outcome == Refuse {
		end.Decision, end.Status, end.Approver = l.cfg.NewID(), l.cfg.Status(), ""
		if end.Outcome == Admit {
			end.Approver = c.Approver
		}
		decision = l.decision(actor, c, end)
		if err := decision.GrantOnArrival(ctx, l.cfg.VisaNumber); err != nil {
			return Step{}, err
		}
	}
	written := end.Public()
	step, err := l.write(actor, c, Event{Kind: Ended, End: &written})
	if err != nil {
		return Step{}, err
	}
	step.Entry.Decision = string(written.Outcome)
	step.Reopen = end.Outcome == Return
	if end.Outcome == Protection {
		step.Protect = &Protect{Actor: actor, Signal: protection.Signal{Inspection: c.Inspection, Kind: end.Sign, AnyLane: true}}
	}
	if decision != nil {
		decision.CrossedAt = step.Event.At
		step.Decision = decision
		step.DecisionEntry = actor.Entry(step.Event.At, audit.Collection, "crossing", decision.CrossingID.String())
		step.DecisionEntry.Purpose = PurposeOfExamination
		step.DecisionEntry.Decision, step.DecisionEntry.Justification = string(decision.Decision.Verdict), decision.Decision.Reason
	}
	return step, nil
}

// completeRefusal holds the form against the table of reasons of the day, and fills in what follows from it.
func (l *Line) completeRefusal(ctx context.Context, c *Case, end *End) error {
	if end.Refusal == nil {
		end.Refusal = &border.Refusal{}
	}
	day := l.today(l.cfg.Now())
	if err := l.cfg.Reasons.Check(*end.Refusal, day); err != nil {
		return err
	}
	form := l.cfg.Reasons.Complete(*end.Refusal, day)
	if l.cfg.Prints != nil {
		state, err := l.cfg.Prints(ctx, c.Inspection)
		if err != nil {
			return err
		}
		form.Biometrics = refusal.Taken(form.Biometrics, state)
	}
	end.Refusal = &form
	return nil
}

// RefusalReasons are the reasons of the table that are valid today.
func (l *Line) RefusalReasons() []refusal.Reason { return l.cfg.Reasons.On(l.today(l.cfg.Now())) }

func (l *Line) today(now time.Time) traveldoc.Date { return traveldoc.DateOf(now.In(l.cfg.Post.Zone)) }

// decision is the decision that an outcome is: the referred one decided anew, by the second line, on what is known now.
func (l *Line) decision(actor audit.Actor, c *Case, end End) *border.CrossingEvent {
	now := l.cfg.Now()
	e := c.Referred
	e.CrossingID, e.Officer, e.CrossedAt, e.LocalDate = end.Decision, actor.Name, now, l.today(now)
	e.Decision = border.Decision{Verdict: border.Admit, Reason: end.Reason, Note: end.Note, OnArrival: end.OnArrival}
	e.Findings, e.Grant = c.Findings(), grantOf(c.Findings())
	e.Basis = border.BasisOf(e.Basis, e.Category, e.Findings)
	e.Replaces, e.Status, e.Referral, e.Approver = nil, end.Status, c.ID(), end.Approver
	if end.Outcome == Refuse {
		e.Decision.Verdict, e.Decision.Reason, e.Grant = border.Refuse, first(end.Refusal), nil
		if end.Refusal != nil {
			form := *end.Refusal // the store gives it its copy number
			e.Refusal = &form
		}
	}
	return &e
}

// first is the reason that a decision has one place for: the first of the form's.
func first(r *border.Refusal) string {
	if r == nil || len(r.Reasons) == 0 {
		return ""
	}
	return r.Reasons[0]
}

func grantOf(findings []border.Finding) *border.Grant {
	for _, f := range findings {
		if f.Grant != nil {
			return f.Grant
		}
	}
	return nil
}

// ParseOutcome reads an outcome that an officer chose.
func ParseOutcome(code string) (Outcome, error) {
	for _, o := range Outcomes() {
		if string(o) == code {
			return o, nil
		}
	}
	return "", problem.New(problem.Invalid, "referral.outcome").At("outcome")
}

// Outcomes are the outcomes of cases from the lane that ended since an instant, as the first line may see them.
func (l *Line) Outcomes(ctx context.Context, lane string, since time.Time, entry *audit.Entry) ([]Result, error) {
	return l.cfg.Store.Outcomes(ctx, lane, since, entry)
}

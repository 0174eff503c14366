package secondline

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Recheck runs the post's checks again on the traveller of the actor's case and keeps what they answer.
func (l *Line) Recheck(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	d, err := l.Look(ctx, actor, id)
	if err != nil {
		return err
	}
	if d.Case.Owner != actor.Name { // asked again under the lock; here it spares the checks
		return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: Rechecked, Run: &Run{}}, nil })
	}
	subject, err := l.subject(d.Scan)
	if err != nil {
		return err
	}
	plan := l.cfg.Plan()
	found := make(map[string]border.Finding, len(plan))
	border.Inspect(ctx, l.cfg.Now, subject, plan, func(f border.Finding) { found[f.Check] = f })
	run := &Run{Findings: make([]border.Finding, 0, len(plan))}
	for _, p := range plan {
		run.Findings = append(run.Findings, found[p.Check.Name()])
	}
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: Rechecked, Run: run}, nil })
}

// subject is what the checks look at: the scan as it was read, today.
func (l *Line) subject(scan border.Scan) (border.Subject, error) {
	now := l.cfg.Now()
	s := border.Subject{
		Identity: scan.Identity, Document: scan.Document, Direction: scan.Direction, Mode: scan.Mode,
		At: now, Today: traveldoc.DateOf(now.In(l.cfg.Post.Zone)), Circumstances: scan.Circumstances,
	}
	if strings.TrimSpace(scan.MRZ) == "" {
		return s, nil
	}
	parsed, err := mrz.Parse(scan.MRZ, s.Today)
	if err != nil {
		return s, problem.New(problem.Internal, "").Because(errors.New("a kept scan cannot be read any more"))
	}
	s.MRZ = parsed
	return s, nil
}

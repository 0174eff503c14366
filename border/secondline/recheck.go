package secondline

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
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
	run, err := l.again(ctx, actor, d)
	if err != nil {
		return err
	}
	return l.step(ctx, actor, id, func(*Case) (Event, error) { return Event{Kind: Rechecked, Run: run}, nil })
}

// again asks the checks: the scan as it was read, today. Without the reading, the checks that rest on it keep what they said.
func (l *Line) again(ctx context.Context, actor audit.Actor, d Dossier) (*Run, error) {
	plan := l.cfg.Plan()
	ask := plan
	found := make(map[string]border.Finding, len(plan))
	scan := d.Scan
	scan.At = l.cfg.Now()
	var err error
	scan.Reading, err = l.reading(ctx, actor, scan)
	if errors.Is(err, border.ErrReadingGone) {
		ask, err = border.WithoutReading(plan), nil
		found = former(d.Case.Findings())
	}
	if err != nil {
		return nil, err
	}
	subject, err := border.SubjectOf(scan, l.cfg.Post.Zone, l.cfg.Training)
	if err != nil {
		return nil, problem.New(problem.Internal, "").Because(errors.New("a kept scan cannot be read any more"))
	}
	border.Inspect(ctx, l.cfg.Now, subject, ask, func(f border.Finding) { found[f.Check] = f })
	run := &Run{Findings: make([]border.Finding, 0, len(plan))}
	for _, p := range plan {
		f, known := found[p.Check.Name()]
		if !known {
			f = border.Unanswered(p.Check.Name(), border.Source{Name: p.Check.Name()}, border.ReasonDataInsufficient)
			f.At = scan.At
		}
		run.Findings = append(run.Findings, f)
	}
	run.Findings = border.Kept(run.Findings)
	return run, nil
}

func (l *Line) reading(ctx context.Context, actor audit.Actor, scan border.Scan) (*reader.Reading, error) {
	if l.cfg.Readings == nil {
		return nil, nil //nolint:nilnil // nothing is ever read here
	}
	entry := actor.Entry(scan.At, audit.Consultation, "inspection", scan.ID.String())
	entry.Purpose, entry.Decision = PurposeOfExamination, "check_again"
	return l.cfg.Readings.KeptReading(ctx, scan.ID, entry)
}

// former are the findings of the checks that rest on a reading.
func former(findings []border.Finding) map[string]border.Finding {
	kept := map[string]border.Finding{}
	for _, f := range findings {
		if border.RestsOnReading(f.Check) {
			kept[f.Check] = f
		}
	}
	return kept
}

package exhibit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// ErrNoChip says that no chip was read with the decision.
var ErrNoChip = problem.New(problem.NotFound, "exhibit.no_chip")

// Purpose is the purpose that verifying again is audited with when nobody asks for it.
const Purpose = "investigation"

// Keeper keeps evidence and what came of verifying it.
type Keeper interface {
	ReadingOf(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (*reader.Reading, Evidence, error)
	Verified(ctx context.Context, v Verification, entry audit.Entry) error
}

// Verifier verifies the chips of stored evidence again.
type Verifier struct {
	Keeper Keeper
	Now    func() time.Time
	NewID  func() uuid.UUID
}

// Verify verifies the chip that was read with a decision, against trust material as it is now and as of the instant of the scan, and
// writes the outcome beside the verdict of the day. purpose is why; both the read and the outcome are audited.
func (v Verifier) Verify(ctx context.Context, actor audit.Actor, purpose string, crossing uuid.UUID, t emrtd.Trust) (emrtd.Report, error) {
	read := actor.Entry(v.Now(), audit.Consultation, "crossing", crossing.String())
	read.Purpose, read.Decision = purpose, "verify_evidence"
	r, evidence, err := v.Keeper.ReadingOf(ctx, crossing, read)
	if err != nil {
		return emrtd.Report{}, err
	}
	if r.Chip == nil || len(r.Chip.Files) == 0 {
		return emrtd.Report{}, fmt.Errorf("crossing %s: %w", crossing, ErrNoChip)
	}
	report := emrtd.Verify(emrtd.EvidenceOf(r.Chip, evidence.Event.Document.IssuingState), t, evidence.Event.ScannedAt)
	outcome := Verification{
		ID: v.NewID(), Crossing: crossing, At: v.Now(), By: actor.Name, Trust: strconv.FormatInt(report.Trust, 10), Steps: make([]Step, len(report.Steps)),
	}
	for n, s := range report.Steps {
		outcome.Steps[n] = Step{s.Name, s.Verdict, s.Reason}
	}
	written := actor.Entry(outcome.At, audit.Alteration, "crossing", crossing.String())
	written.Purpose, written.Decision = purpose, "evidence_verified"
	return report, v.Keeper.Verified(ctx, outcome, written)
}

// Due names decisions whose evidence was not verified with a version of the trust material.
type Due interface {
	Due(ctx context.Context, trust string, limit int) ([]uuid.UUID, error)
}

// ReasonFailed is the reason of a verification that came to nothing because the program or its store failed on it.
const ReasonFailed = "verification_failed"

// Catch verifies what is due with the trust material as it is now, at most limit decisions, and says how many it looked at. What cannot
// be verified any more, or fails, is written so with its time, that it is not due for ever and keeps no other from its turn: it is due
// again with the next version of the trust material. The error names those that failed; the others were verified all the same.
func (v Verifier) Catch(ctx context.Context, due Due, actor audit.Actor, t emrtd.Trust, limit int) (int, error) {
	list, err := due.Due(ctx, strconv.FormatInt(t.Version(), 10), limit)
	if err != nil {
		return 0, err
	}
	var failed []error
	for n, crossing := range list {
		err := v.attempt(ctx, actor, crossing, t)
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("crossing %s: %w", crossing, err))
		}
	}
	return len(list), errors.Join(failed...)
}

// attempt verifies one of many and notes why it cannot be; nil when that is nobody's fault.
func (v Verifier) attempt(ctx context.Context, actor audit.Actor, crossing uuid.UUID, t emrtd.Trust) error {
	err := v.guarded(ctx, actor, crossing, t)
	var p *problem.Error
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.As(err, &p) && p.Kind == problem.NotFound:
		return v.unverified(ctx, actor, crossing, t, "evidence_gone", p.Code)
	}
	return errors.Join(err, v.unverified(ctx, actor, crossing, t, ReasonFailed, ReasonFailed))
}

// guarded is Verify with a panic told as an error: what is on one chip must never end the verification of all others.
func (v Verifier) guarded(ctx context.Context, actor audit.Actor, crossing uuid.UUID, t emrtd.Trust) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("verification panicked: %v", r)
		}
	}()
	_, err = v.Verify(ctx, actor, Purpose, crossing, t)
	return err
}

// unverified writes that nothing was verified and why.
func (v Verifier) unverified(ctx context.Context, actor audit.Actor, crossing uuid.UUID, t emrtd.Trust, decision, why string) error {
	entry := actor.Entry(v.Now(), audit.Alteration, "crossing", crossing.String())
	entry.Purpose, entry.Decision = Purpose, decision
	return v.Keeper.Verified(ctx, Verification{
		ID: v.NewID(), Crossing: crossing, At: v.Now(), By: actor.Name, Trust: strconv.FormatInt(t.Version(), 10),
		Steps: []Step{{Name: emrtd.StepStructure, Verdict: traveldoc.NotDone, Reason: why}},
	}, entry)
}

// Then is the verdict of the day on a step of the chip, as the counter's finding keeps it; false when it has none.
func (e Evidence) Then(step string) (border.Step, bool) {
	for _, f := range e.Event.Findings {
		for _, s := range f.Steps {
			if s.ID == "chip."+step {
				return s, true
			}
		}
	}
	return border.Step{}, false
}

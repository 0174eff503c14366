package fingers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
)

// CheckConfig is what the check is made of.
type CheckConfig struct {
	Store  Store
	Policy Policy
	// Engine searches the station's gallery. Loading reports whether the gallery does not hold everybody yet: it is not asked then.
	Engine  abis.Engine
	Loading func() bool
	// Apart knows who was found to be another person; nil: nobody was.
	Apart Aparts
	// Bearers knows who was found with another person's document; nil: nobody was.
	Bearers Bearers
	// Readers say at which lanes prints can be taken.
	Readers Readers
	// Failed is why the last attempt at a scan's prints gave none; nil when there was no attempt, or a good one.
	Failed  func(scan uuid.UUID) error
	State   string
	Station string
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Check compares what was taken of a traveller with what is on file. It implements border.Check.
type Check struct{ cfg CheckConfig }

var _ border.Check = Check{}

// NewCheck makes the check.
func NewCheck(cfg CheckConfig) Check { return Check{cfg} }

// Name is the check's name.
func (Check) Name() string { return CheckName }

// Check answers for one traveller: that the policy does not ask him, that nothing was taken yet, or what the prints say. What cannot be
// compared is "not checked" with its reason, never "no hit".
func (c Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	if exempt, asked := c.cfg.Policy.Asked(s, c.cfg.State); !asked {
		return border.NotApplicable(CheckName, exempt), nil
	}
	f := border.Finding{Check: CheckName, Source: border.Source{Name: CheckName, Version: c.cfg.Policy.Version}, Matcher: fingerprint.Algorithm}
	if s.Scan == uuid.Nil {
		f.Reason = border.ReasonDataInsufficient
		return f, nil
	}
	taking, err := c.cfg.Store.Of(ctx, s.Scan)
	if err != nil {
		return f, fmt.Errorf("prints of the scan: %w", err)
	}
	known, err := c.cfg.Store.Known(ctx, s)
	if err != nil {
		return f, fmt.Errorf("prints on file: %w", err)
	}
	if taking == nil {
		return c.toTake(f, s, known), nil
	}
	f.Evidence = append(c.told(*taking), border.Evidence{
		Code: CodeTaking, Found: taking.At.UTC().Format(time.RFC3339), Severity: border.Note, Ref: taking.ID.String(),
	})
	if f, err = c.compare(ctx, f, *taking, known); err != nil {
		return f, err
	}
	return c.before(ctx, f, *taking)
}

// compare looks at what was taken: against the file, or among everybody.
func (c Check) compare(ctx context.Context, f border.Finding, t Taking, known Person) (border.Finding, error) {
	if len(t.Taken()) == 0 {
		f.Reason = noPrints(t)
		return f, nil
	}
	presented, err := c.cfg.Store.Presented(ctx, t.Scan)
	if err != nil {
		return f, fmt.Errorf("prints of the scan: %w", err)
	}
	if known.Unreadable > 0 {
		f.Evidence = append(f.Evidence, border.Evidence{Code: CodeUnreadable, Found: fmt.Sprint(known.Unreadable), Severity: border.Note})
	}
	switch {
	case len(known.References) > 0:
		return c.verify(ctx, f, t, presented, known), nil
	case known.Unreadable > 0:
		return c.unverified(ctx, f, t, presented, known, ReasonUnreadable), nil
	}
	return c.identify(ctx, f, t, presented, known), nil
}

// toTake is the answer as long as nothing was taken: which fingers to take, or why the reader gave nothing.
func (c Check) toTake(f border.Finding, s border.Subject, known Person) border.Finding {
	f.Outcome, f.Reason = border.NotChecked, ReasonToTake
	if err := c.failed(s); err != nil {
		f.Reason = capture.Code(err)
		f.Evidence = []border.Evidence{{Code: CodeReader, Found: f.Reason, Severity: border.Note}}
		return f
	}
	f.Evidence = []border.Evidence{{Code: CodeToTake, Found: names(c.cfg.Policy.Begin(known)), Severity: border.Note}}
	return f
}

// failed is why there are no prints: the lane has no reader, or the last attempt gave none.
func (c Check) failed(s border.Subject) error {
	switch {
	case !c.cfg.Readers.Has(s.Lane):
		return capture.ErrNoReader
	case c.cfg.Failed == nil:
		return nil
	}
	return c.cfg.Failed(s.Scan)
}

// noPrints is why a taking without prints has no answer.
func noPrints(t Taking) string {
	for _, s := range t.Slots {
		if s.Missing != biometrics.DeviceFailure {
			return ReasonNoPrints
		}
	}
	return string(biometrics.DeviceFailure)
}

// told is what the taking says of itself: what is missing, and what is worse than wanted.
func (c Check) told(t Taking) []border.Evidence {
	var list []border.Evidence
	for _, s := range t.Slots {
		switch {
		case s.Missing == biometrics.Refused:
			list = append(list, border.Evidence{
				Code: CodeRefused, Field: s.Position.String(), Found: string(s.Missing), Severity: c.cfg.Policy.severity(CodeRefused),
			})
		case s.Missing != "":
			list = append(list, border.Evidence{
				Code: CodeMissing, Field: s.Position.String(), Found: string(s.Missing), Severity: c.cfg.Policy.severity(CodeMissing),
			})
		case s.Accepted != "":
			list = append(list, border.Evidence{
				Code: CodeQuality, Field: s.Position.String(), Found: fmt.Sprint(s.Quality), Expected: fmt.Sprint(c.cfg.Policy.Quality),
				Relation: s.Accepted, Severity: c.cfg.Policy.severity(CodeQuality),
			})
		}
	}
	return list
}

// verify compares with the file, one to one.
func (c Check) verify(ctx context.Context, f border.Finding, t Taking, presented []Print, known Person) border.Finding {
	compared := Compare(presented, known.References)
	if len(compared.Fingers) == 0 {
		return c.unverified(ctx, f, t, presented, known, ReasonNoCommon)
	}
	needed := least(len(compared.Fingers), c.cfg.Policy.Verify, c.cfg.Policy.VerifyOne)
	head := border.Evidence{Code: CodeMatch, Found: score(compared.Score), Expected: score(needed), Severity: border.Note, Ref: known.Link.String()}
	f.Outcome = border.NoHit
	if compared.Score < needed {
		f.Outcome, head.Code, head.Severity = border.Hit, CodeMismatch, c.cfg.Policy.severity(CodeMismatch)
	}
	f.Evidence = append(explained(head, compared, c.cfg.Policy.VerifyOne), f.Evidence...)
	if f.Outcome == border.NoHit {
		f.Evidence = append(f.Evidence, c.odd(compared)...)
	}
	return c.withRefused(f)
}

// withRefused keeps a refused finger, an odd one and an earlier hit from being green where the policy wants an officer's word.
func (c Check) withRefused(f border.Finding) border.Finding {
	words := []string{CodeRefused, CodeOdd, CodeMismatchBefore, CodeCandidateBefore}
	for _, e := range f.Evidence {
		if slices.Contains(words, e.Code) && e.Severity != border.Note && f.Outcome == border.NoHit {
			f.Outcome = border.Hit
		}
	}
	return f
}

// explained is a comparison as evidence: the sum, what it means, and each finger.
func explained(head border.Evidence, c Comparison, alone float64) []border.Evidence {
	list := []border.Evidence{head, {
		Code: CodeFalseMatch, Found: Percent(fingerprint.FalseMatchRate(c.Score)), Severity: border.Note, Ref: head.Ref,
	}}
	for _, one := range c.Fingers {
		list = append(list, border.Evidence{
			Code: CodeFinger, Field: one.Position.String(), Found: score(one.Match.Score), Expected: score(alone), Severity: border.Note,
			Ref: one.Presented.ID.String() + " " + one.Reference.ID.String(),
		})
	}
	return list
}

// identify searches for somebody new among everybody here, one to many.
func (c Check) identify(ctx context.Context, f border.Finding, t Taking, presented []Print, known Person) border.Finding {
	if known.Elsewhere {
		f.Evidence = append(f.Evidence, border.Evidence{Code: CodeElsewhere, Severity: border.Note})
	}
	if c.cfg.Engine == nil || c.cfg.Loading != nil && c.cfg.Loading() {
		return later(f, ReasonGalleryLoading)
	}
	found, err := c.search(ctx, t, presented)
	switch {
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		return later(f, border.ReasonTimeout)
	case err != nil:
		return later(f, ReasonSearchFailed)
	}
	f = found.Search.admitted(c.candidates(ctx, f, found, presented, known))
	f.Matcher = found.Answer.Engine + " " + found.Answer.Version
	return c.withRefused(f)
}

// candidate is one candidate as evidence.
func (c Check) candidate(found abis.Candidate, fingers int) []border.Evidence {
	needed := c.cfg.Policy.needed(found, fingers)
	list := []border.Evidence{
		{
			Code: CodeCandidate, Found: score(found.Score), Expected: score(needed), Severity: c.cfg.Policy.severity(CodeCandidate),
			Ref: found.Reference.String(),
		},
		{Code: CodeFalseMatch, Found: Percent(fingerprint.FalseMatchRate(found.Score)), Severity: border.Note, Ref: found.Reference.String()},
	}
	for _, one := range found.Fingers {
		list = append(list, border.Evidence{
			Code: CodeFinger, Field: one.Position.String(), Found: score(one.Score), Severity: border.Note, Ref: found.Reference.String(),
		})
	}
	return list
}

// later is the answer of a search that was not made: not checked, and made in the background after the decision.
func later(f border.Finding, reason string) border.Finding {
	f.Outcome, f.Reason = border.NotChecked, reason
	f.Evidence = append(f.Evidence, border.Evidence{Code: CodeSearchLater, Severity: border.Note})
	return f
}

func score(s float64) string { return fmt.Sprintf("%.1f", s) }

// leastRate is the lowest rate that is told, in percent: below it scores are not calibrated, and more noughts say nothing more.
const leastRate = 0.0001

// Percent is a rate as evidence holds it.
func Percent(rate float64) string {
	if 100*rate < leastRate {
		return "<" + strconv.FormatFloat(leastRate, 'f', -1, 64)
	}
	return strconv.FormatFloat(100*rate, 'g', 2, 64)
}

// names are fingers as evidence holds them: stable names with spaces between.
func names(positions []biometrics.Position) string {
	var text string
	for n, p := range positions {
		if n > 0 {
			text += " "
		}
		text += p.String()
	}
	return text
}

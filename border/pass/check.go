package pass

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Name is the check's name.
const Name = border.CheckPass

// The codes of its evidence.
const (
	CodeValid    = "pass_valid"
	CodeNotShown = "pass_not_shown"
	CodeUnknown  = "pass_unknown"
	CodeRevoked  = "pass_revoked"
	CodeExpired  = "pass_expired"
	CodeEarly    = "pass_early"
	CodeZone     = "pass_zone"
	CodeHolder   = "pass_holder"
)

// EvidenceCodes are all codes that the check's evidence can carry.
func EvidenceCodes() []string {
	return []string{CodeValid, CodeNotShown, CodeUnknown, CodeRevoked, CodeExpired, CodeEarly, CodeZone, CodeHolder}
}

// Register is the passes that a crossing point knows.
type Register interface {
	// Pass is the pass of a number; ErrNone when there is none.
	Pass(ctx context.Context, number string) (Pass, error)
}

// Check is the check of a border pass against the register. It implements border.Check.
type Check struct {
	register Register
	post     string
	now      func() time.Time
}

var _ border.Check = Check{}

// NewCheck makes the check for a crossing point.
func NewCheck(register Register, post string, now func() time.Time) Check {
	return Check{register: register, post: post, now: now}
}

// Name is the check's name.
func (Check) Name() string { return Name }

// Check looks the pass up and holds it against the day, the crossing point and the bearer.
func (c Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	f := border.Finding{Source: border.Source{Name: Name, Version: c.post, AsOf: c.now()}}
	if s.Document.Code != border.DocumentPass {
		return hit(f, border.Evidence{Code: CodeNotShown, Severity: border.Acknowledge}), nil
	}
	p, err := c.register.Pass(ctx, s.Document.Number)
	if errors.Is(err, ErrNone) {
		return hit(f, border.Evidence{Code: CodeUnknown, Field: "document_number", Found: s.Document.Number, Severity: border.SecondLine}), nil
	}
	if err != nil {
		return f, fmt.Errorf("register of border passes: %w", err)
	}
	faults := c.faults(p, s)
	if len(faults) > 0 {
		return hit(f, faults...), nil
	}
	f.Outcome = border.NoHit
	f.Evidence = []border.Evidence{{Code: CodeValid, Found: p.Zone, Severity: border.Note}}
	return f, nil
}

func (c Check) faults(p Pass, s border.Subject) (faults []border.Evidence) {
	add := func(is bool, code, found, expected string) {
		if is {
			faults = append(faults, border.Evidence{Code: code, Found: found, Expected: expected, Severity: border.SecondLine})
		}
	}
	if p.Revoked != nil {
		add(true, CodeRevoked, p.Revoked.Reason, "")
	}
	add(p.ValidUntil.Before(s.Today), CodeExpired, p.ValidUntil.String(), s.Today.String())
	add(s.Today.Before(p.ValidFrom), CodeEarly, p.ValidFrom.String(), s.Today.String())
	add(len(p.Posts) > 0 && !slices.Contains(p.Posts, c.post), CodeZone, c.post, p.Zone)
	same := p.Holder.BirthDate.Compatible(s.Identity.BirthDate) &&
		traveldoc.NameKey(p.Holder.Surname, p.Holder.GivenNames) == traveldoc.NameKey(s.Identity.Surname, s.Identity.GivenNames)
	add(!same, CodeHolder, s.Identity.Surname+", "+s.Identity.GivenNames, p.Holder.Surname+", "+p.Holder.GivenNames)
	return faults
}

func hit(f border.Finding, evidence ...border.Evidence) border.Finding {
	f.Outcome, f.Evidence = border.Hit, evidence
	return f
}

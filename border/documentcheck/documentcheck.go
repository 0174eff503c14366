// Package documentcheck is the check of the travel document by itself: its machine readable zone with every check digit, its dates
// and its codes. It exists so that a wrong digit, an expired document and an unknown state are each told apart and shown with what
// was found and what was expected. It must never repair a document, and never call one fine whose zone it has not seen.
package documentcheck

import (
	"context"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Name is the check's stable name.
const Name = "document"

// The codes of evidence that are not findings of the zone itself (those are mrz.Codes).
const (
	CodeNotDone          = "check_digit.not_done"
	CodeExpired          = "expiry_date.expired"
	CodeExpiryUnknown    = "expiry_date.unknown"
	CodeExpiryBirth      = "expiry_date.before_birth"
	CodeBirthFuture      = "birth_date.future"
	CodeBirthUnknown     = "birth_date.unknown"
	CodeBirthImplausible = "birth_date.implausible"
	CodeNationality      = "nationality.differs"
)

// EvidenceCodes are all codes that the check's evidence can carry: keys of the text catalogue below "evidence.".
func EvidenceCodes() []string {
	codes := []string{
		CodeNotDone, CodeExpired, CodeExpiryUnknown, CodeExpiryBirth,
		CodeBirthFuture, CodeBirthUnknown, CodeBirthImplausible, CodeNationality,
	}
	for _, c := range mrz.Codes() {
		codes = append(codes, string(c))
	}
	return codes
}

// Check judges travel documents. Training accepts the codes of specimens without a word.
type Check struct {
	Training bool
}

var _ border.Check = Check{}

// Name is "document".
func (Check) Name() string { return Name }

// Check answers "hit" when something needs the officer's attention, "no hit" when the zone was read and all is well, and "not
// checked" when there was no zone: dates and codes are judged all the same, but no check digit was.
func (c Check) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	var evidence []border.Evidence
	if s.MRZ != nil {
		evidence = c.zone(s.MRZ)
	} else {
		evidence = append(evidence, border.Evidence{Code: CodeNotDone, Severity: border.Note})
		evidence = append(evidence, c.typed(s)...)
	}
	evidence = append(evidence, dates(s)...)
	evidence = append(evidence, nationality(s)...)
	return border.Finding{
		Check: Name, Outcome: outcome(s, evidence), Reason: reason(s, evidence), Evidence: evidence, Steps: steps(s, evidence),
	}, nil
}

// outcome: notes alone are no hit, or every truncated name would cost the officer a reason.
func outcome(s border.Subject, evidence []border.Evidence) border.Outcome {
	for _, e := range evidence {
		if e.Severity != border.Note {
			return border.Hit
		}
	}
	if s.MRZ == nil {
		return border.NotChecked
	}
	return border.NoHit
}

func reason(s border.Subject, evidence []border.Evidence) string {
	if outcome(s, evidence) == border.NotChecked {
		return border.ReasonDataInsufficient
	}
	return ""
}

// zone is the evidence of the zone's own findings.
func (c Check) zone(d *mrz.Document) []border.Evidence {
	evidence := make([]border.Evidence, 0, len(d.Findings))
	for _, f := range d.Findings {
		if c.Training && f.Code == mrz.CodeStateTraining {
			continue
		}
		evidence = append(evidence, border.Evidence{
			Code: string(f.Code), Field: f.Field.String(), Found: f.Printed, Expected: f.Computed,
			Severity: border.Severity(f.Severity),
		})
	}
	return evidence
}

// typed judges the codes of a document that was typed from its visual zone; the parser has done so for one that was read.
func (c Check) typed(s border.Subject) []border.Evidence {
	var evidence []border.Evidence
	add := func(code mrz.Code, field mrz.FieldID, found string, severity border.Severity) {
		evidence = append(evidence, border.Evidence{Code: string(code), Field: field.String(), Found: found, Severity: severity})
	}
	if s.Document.Number == "" {
		add(mrz.CodeNumberMissing, mrz.DocumentNumber, "", border.Acknowledge)
	}
	if !mrz.KnownDocumentCode(s.Document.Code) {
		add(mrz.CodeDocumentCode, mrz.DocumentCode, s.Document.Code, border.Acknowledge)
	}
	for _, state := range []struct {
		field mrz.FieldID
		code  string
	}{{mrz.IssuingState, s.Document.IssuingState}, {mrz.Nationality, s.Identity.Nationality}} {
		finding, wrong := mrz.JudgeState(state.field, state.code, s.Document.ExpiryDate)
		if wrong && (!c.Training || finding.Code != mrz.CodeStateTraining) {
			add(finding.Code, state.field, state.code, border.Severity(finding.Severity))
		}
	}
	if s.Identity.BirthDate.IsZero() {
		add(CodeBirthUnknown, mrz.BirthDate, "", border.Note)
	}
	return evidence
}

// oldest is the age in years beyond which a birth date is taken for an error.
const oldest = 120

// dates judges the dates against the date of the inspection and against each other.
func dates(s border.Subject) []border.Evidence {
	var evidence []border.Evidence
	birth, expiry := s.Identity.BirthDate, s.Document.ExpiryDate
	add := func(wrong bool, code string, field mrz.FieldID, found, expected traveldoc.Date, severity border.Severity) {
		if wrong {
			evidence = append(evidence, border.Evidence{
				Code: code, Field: field.String(), Found: found.String(), Expected: expected.String(), Severity: severity,
			})
		}
	}
	add(expiry.Before(s.Today), CodeExpired, mrz.ExpiryDate, expiry, s.Today, border.SecondLine)
	add(expiry.IsZero() && !misread(s, mrz.ExpiryDate), CodeExpiryUnknown, mrz.ExpiryDate, expiry, traveldoc.Date{}, border.Acknowledge)
	add(s.Today.Before(birth), CodeBirthFuture, mrz.BirthDate, birth, s.Today, border.Acknowledge)
	add(expiry.Before(birth), CodeExpiryBirth, mrz.ExpiryDate, expiry, birth, border.Acknowledge)
	tooOld := birth.Year() != 0 && s.Today.Year()-birth.Year() > oldest
	add(tooOld, CodeBirthImplausible, mrz.BirthDate, birth, traveldoc.Date{}, border.Acknowledge)
	return evidence
}

// misread reports whether the zone's own findings already say that the field is no date.
func misread(s border.Subject, id mrz.FieldID) bool {
	return s.MRZ != nil && s.MRZ.Field(id).Verdict == mrz.Failed
}

// nationality notes a bearer who is not a national of the issuing state: usual for refugees, worth a look for others.
func nationality(s border.Subject) []border.Evidence {
	own, issuer := s.Identity.Nationality, s.Document.IssuingState
	if own == "" || issuer == "" || own == issuer || visa(s.Document.Code) {
		return nil
	}
	return []border.Evidence{{
		Code: CodeNationality, Field: mrz.Nationality.String(), Found: own, Expected: issuer, Severity: border.Note,
	}}
}

// visa: a visa is issued by the state that is visited, to the nationals of others.
func visa(code string) bool { return code != "" && code[0] == 'V' }

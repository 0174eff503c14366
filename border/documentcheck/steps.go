package documentcheck

import (
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// The reasons of steps; keys of the text catalogue below "step_reason.".
const (
	reasonDigit      = "digit"
	reasonNoDigit    = "no_digit"
	reasonDiffers    = "differs"
	reasonUnknown    = "unknown"
	reasonImpossible = "impossible"
	reasonExpired    = "expired"
	reasonNotRead    = "not_read"
	reasonNoZone     = "no_zone"
)

// StepReasons are the reasons that a step may have.
func StepReasons() []string {
	return []string{reasonDigit, reasonNoDigit, reasonDiffers, reasonUnknown, reasonImpossible, reasonExpired, reasonNotRead, reasonNoZone}
}

// Steps are the names of the steps, in the order shown.
func Steps() []string {
	return []string{
		"mrz.structure", "mrz.document_number_digit", "mrz.birth_date_digit", "mrz.expiry_date_digit", "mrz.optional_data_digit",
		"mrz.composite_digit", "mrz.document_code", "mrz.issuing_state", "mrz.nationality", "mrz.birth_date", "mrz.expiry_date",
	}
}

// steps say of each thing that was looked at what came of it; the evidence tells only what is wrong.
func steps(s border.Subject, evidence []border.Evidence) []border.Step {
	list := []border.Step{structure(s, evidence)}
	list = append(list, digits(s)...)
	about := func(id, field, reason string, codes ...string) {
		list = append(list, judged(id, field, reason, evidence, codes))
	}
	about("mrz.document_code", mrz.DocumentCode.String(), reasonUnknown, string(mrz.CodeDocumentCode), string(mrz.CodeDocumentCodeFormat))
	states := []string{string(mrz.CodeStateMissing), string(mrz.CodeStateUnknown), string(mrz.CodeStateNotInForce), string(mrz.CodeStateNotIssuer)}
	about("mrz.issuing_state", mrz.IssuingState.String(), reasonUnknown, states...)
	about("mrz.nationality", mrz.Nationality.String(), reasonUnknown, states...)
	about("mrz.birth_date", mrz.BirthDate.String(), reasonImpossible, CodeBirthFuture, CodeBirthImplausible)
	about("mrz.expiry_date", mrz.ExpiryDate.String(), reasonExpired, CodeExpired)
	for n := range list {
		missing(&list[n], s)
		if list[n].Verdict == traveldoc.Pass { // the zone itself is kept with the crossing; what is right needs no more words
			list[n].Severity, list[n].Values = "", nil
		}
	}
	return list
}

// structure: the lines are as long and as many as the format has.
func structure(s border.Subject, evidence []border.Evidence) border.Step {
	step := border.Step{ID: "mrz.structure", Severity: border.Acknowledge}
	if s.MRZ == nil {
		step.Reason = reasonNoZone
		return step
	}
	wrong := slices.ContainsFunc(evidence, func(e border.Evidence) bool {
		return e.Severity != border.Note && (e.Code == string(mrz.CodeLineLength) || e.Code == string(mrz.CodeLineMissing) ||
			e.Code == string(mrz.CodeCharacterInvalid) || e.Code == string(mrz.CodeFormatAssumed))
	})
	step.Verdict = traveldoc.Pass
	if wrong {
		step.Verdict, step.Reason = traveldoc.Fail, reasonDiffers
	}
	step.Values = []border.StepValue{{Source: "mrz", Field: "format", Text: s.MRZ.Format.String()}}
	return step
}

// digits are the check digits that the format has.
func digits(s border.Subject) []border.Step {
	if s.MRZ == nil {
		return nil
	}
	checks := s.MRZ.Checks()
	list := make([]border.Step, 0, len(checks))
	for _, c := range checks {
		step := border.Step{ID: "mrz." + c.Field.String() + "_digit", Severity: border.Acknowledge, Values: []border.StepValue{
			{Source: "mrz", Field: c.Field.String(), Text: c.Printed}, {Source: "rule", Field: c.Field.String(), Text: c.Computed},
		}}
		switch {
		case c.OK:
			step.Verdict = traveldoc.Pass
		case c.Printed == "" || c.Computed == "":
			step.Verdict, step.Reason = traveldoc.Inconclusive, reasonNoDigit
		default:
			step.Verdict, step.Reason = traveldoc.Fail, reasonDigit
		}
		list = append(list, step)
	}
	return list
}

// judged is a step about a field: it failed when there is evidence of one of the codes about it.
func judged(id, field, reason string, evidence []border.Evidence, codes []string) border.Step {
	step := border.Step{ID: id, Verdict: traveldoc.Pass, Severity: border.Acknowledge}
	for _, e := range evidence {
		if e.Field != field || !slices.Contains(codes, e.Code) {
			continue
		}
		step.Verdict, step.Reason, step.Severity = traveldoc.Fail, reason, e.Severity
		step.Values = []border.StepValue{{Source: "mrz", Field: field, Text: e.Found}}
		if e.Expected != "" {
			step.Values = append(step.Values, border.StepValue{Source: "rule", Field: field, Text: e.Expected})
		}
	}
	return step
}

// missing: what is not known is no pass.
func missing(step *border.Step, s border.Subject) {
	unknown := map[string]bool{
		"mrz.document_code": s.Document.Code == "", "mrz.issuing_state": s.Document.IssuingState == "", "mrz.nationality": s.Identity.Nationality == "",
		"mrz.birth_date": s.Identity.BirthDate.IsZero(), "mrz.expiry_date": s.Document.ExpiryDate.IsZero(),
	}
	if unknown[step.ID] && step.Verdict == traveldoc.Pass {
		step.Verdict, step.Reason = traveldoc.Inconclusive, reasonNotRead
	}
}

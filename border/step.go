package border

import "github.com/openbmis/openbmis/traveldoc"

// Step is one item of a check that is made of several, such as one step of passive authentication or one comparison of the zone with
// the chip. Steps are kept with the finding, those that were not done too.
type Step struct {
	// ID is the item's stable name, such as "chip.sod_signature"; a key of the text catalogue below "step.".
	ID      string            `json:"id"`
	Verdict traveldoc.Verdict `json:"verdict"`
	// Reason is why it failed, has no answer or was not done: a key of the text catalogue below "step_reason."; Detail is for experts.
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Severity is what a failure asks of the officer; empty for a pass, which asks nothing.
	Severity Severity `json:"severity,omitempty"`
	// Amber is true where a step that is inconclusive, or was not done, leaves the traveller "not checked"; otherwise it is a note.
	Amber bool `json:"amber,omitempty"`
	// Values are what was compared, by where it stands.
	Values []StepValue `json:"values,omitempty"`
}

// StepValue is one side of a comparison.
type StepValue struct {
	Source string `json:"source"` // "mrz", "viz", "chip", "barcode", "seal", "list", "record", "rule"
	Field  string `json:"field,omitempty"`
	Text   string `json:"text"`
}

// Conclude is the finding over the steps of a check: "hit" when one failed that asks something of the officer, else "not checked" when
// one that must have an answer has none or was not done, else "no hit". A check of which no step was done at all is NotApplicable's or the caller's to
// say, not this function's: it is "not checked" here. Failures become evidence, code and field of which are the step's.
func Conclude(check string, source Source, steps []Step) Finding {
	f := Finding{Check: check, Source: source, Outcome: NotChecked, Reason: ReasonDataInsufficient, Steps: steps}
	done, amber, hit := false, "", false
	for _, s := range steps {
		done = done || s.Verdict == traveldoc.Pass || s.Verdict == traveldoc.Fail
		switch s.Verdict {
		case traveldoc.Fail:
			hit = hit || s.Severity != Note
			f.Evidence = append(f.Evidence, s.evidence())
		case traveldoc.Inconclusive:
			if s.Amber && amber == "" {
				amber = s.Reason
			}
			e := s.evidence()
			e.Severity = Note
			f.Evidence = append(f.Evidence, e)
		case traveldoc.NotDone:
			if s.Amber && amber == "" {
				amber = s.Reason // not done is never green where an answer is due
			}
		case traveldoc.Pass:
		}
	}
	switch {
	case hit:
		f.Outcome, f.Reason = Hit, ""
	case amber != "":
		f.Reason = amber
	case done:
		f.Outcome, f.Reason = NoHit, ""
	}
	return f
}

func (s Step) evidence() Evidence {
	e := Evidence{Code: "step." + s.ID, Severity: s.Severity}
	for n, v := range s.Values {
		switch n {
		case 0:
			e.Field, e.Found = v.Field, v.Text
		case 1:
			e.Expected = v.Text
		}
	}
	return e
}

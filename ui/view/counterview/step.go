package counterview

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/text"
)

// StepGroup are the steps of one check.
type StepGroup struct {
	Check string
	Steps []border.Step
}

// groupsOf are the steps of every check, what is wrong first: nobody should have to look for it.
func groupsOf(answers []border.Answer) []StepGroup {
	var groups []StepGroup
	for _, a := range answers {
		if len(a.Finding.Steps) > 0 {
			steps := slices.Clone(a.Finding.Steps)
			slices.SortStableFunc(steps, func(a, b border.Step) int { return cmp.Compare(gravity(a.Verdict), gravity(b.Verdict)) })
			groups = append(groups, StepGroup{a.Check, steps})
		}
	}
	slices.SortStableFunc(groups, func(a, b StepGroup) int { return cmp.Compare(gravity(a.Steps[0].Verdict), gravity(b.Steps[0].Verdict)) })
	return groups
}

// GroupOf are the steps of one finding.
func GroupOf(f border.Finding) StepGroup {
	return groupsOf([]border.Answer{{Check: f.Check, Finding: f}})[0]
}

func gravity(v traveldoc.Verdict) int {
	return map[traveldoc.Verdict]int{traveldoc.Fail: 0, traveldoc.Inconclusive: 1, traveldoc.Pass: 2, traveldoc.NotDone: 3}[v]
}

// Tally is how many steps of a finding came to each verdict.
type Tally struct {
	Verdict traveldoc.Verdict
	Count   int
}

// tallies are those verdicts that steps came to: what is wrong first, what was not done last.
func tallies(steps []border.Step) []Tally {
	var all []Tally
	for _, v := range []traveldoc.Verdict{traveldoc.Fail, traveldoc.Inconclusive, traveldoc.Pass, traveldoc.NotDone} {
		n := 0
		for _, s := range steps {
			if s.Verdict == v {
				n++
			}
		}
		if n > 0 {
			all = append(all, Tally{v, n})
		}
	}
	return all
}

// stepLook is the sign of a step: what was not done is grey and never green; a failure that asks nothing of the officer is no alarm.
func stepLook(s border.Step) look {
	l := verdictLook(s.Verdict)
	if s.Verdict == traveldoc.Fail && s.Severity == border.Note {
		l.class = "not-checked"
	}
	return l
}

func verdictLook(v traveldoc.Verdict) look {
	switch v {
	case traveldoc.Pass:
		return look{"no-hit", "✓", text.InspectVerdictPass}
	case traveldoc.Fail:
		return look{"hit", "✕", text.InspectVerdictFail}
	case traveldoc.Inconclusive:
		return look{"not-checked", "?", text.InspectVerdictInconclusive}
	case traveldoc.NotDone:
	}
	return look{"waiting", "–", text.InspectVerdictNotDone}
}

// resultLook is a device's own verdict.
func resultLook(r reader.Result) look {
	switch r {
	case reader.OK:
		return verdictLook(traveldoc.Pass)
	case reader.Error:
		return verdictLook(traveldoc.Fail)
	case reader.WasNotDone:
	}
	return verdictLook(traveldoc.NotDone)
}

// StepName is the words for a step; its id where there are none.
func StepName(ctx context.Context, id string) string { return coded(ctx, "step", id) }

// StepReason is the words for why a step is as it is; its code where there are none.
func StepReason(ctx context.Context, code string) string {
	if code == "" {
		return ""
	}
	return coded(ctx, "step_reason", code)
}

// StepValues are what a step compared, each with where it stands: "Printed: 1974-08-12 · MRZ: 1974-08-13".
func StepValues(ctx context.Context, s border.Step) string {
	words := make([]string, 0, len(s.Values))
	for _, v := range s.Values {
		if v.Text != "" && !strings.Contains(v.Text, "\n") { // whole zones stand among the details
			words = append(words, coded(ctx, "source_value", v.Source)+": "+isolate(ctx, valueWord(ctx, v.Field, v.Text)))
		}
	}
	return strings.Join(words, " · ")
}

// isolate keeps a value together in a text from right to left (U+2068, U+2069): a date must not fall apart in Arabic.
func isolate(ctx context.Context, value string) string {
	if text.FromContext(ctx).Language().Dir() != "rtl" {
		return value
	}
	return "\u2068" + value + "\u2069"
}

// stepCells are the values of a step with what differs between the first two of a failed comparison marked.
func stepCells(s border.Step) []Cell {
	cells := make([]Cell, len(s.Values))
	for n, v := range s.Values {
		cells[n] = cellOf(reader.Source(v.Source), v.Text, nil)
	}
	if s.Verdict != traveldoc.Fail || len(s.Values) < 2 || s.Values[0].Field != s.Values[1].Field {
		return cells
	}
	a, b := differing(s.Values[0].Text, s.Values[1].Text)
	cells[0] = cellOf(cells[0].Source, s.Values[0].Text, setOf(a))
	cells[1] = cellOf(cells[1].Source, s.Values[1].Text, setOf(b))
	return cells
}

func setOf(at []int) map[int]bool {
	set := make(map[int]bool, len(at))
	for _, n := range at {
		set[n] = true
	}
	return set
}

// stepOf is the step that a piece of evidence was made of; false for any other evidence.
func stepOf(f border.Finding, e border.Evidence) (border.Step, bool) {
	id, found := strings.CutPrefix(e.Code, stepPrefix)
	if !found {
		return border.Step{}, false
	}
	for _, s := range f.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return border.Step{}, false
}

// IsStep reports whether a piece of evidence was made of a step of the finding.
func IsStep(f border.Finding, e border.Evidence) bool {
	_, is := stepOf(f, e)
	return is
}

const stepPrefix = "step."

// EvidenceFacts are both sides of a piece of evidence, or what a step compared and why it is as it is.
func EvidenceFacts(ctx context.Context, f border.Finding, e border.Evidence) string {
	s, is := stepOf(f, e)
	if !is {
		return facts(ctx, e)
	}
	words := make([]string, 0, 2)
	for _, w := range []string{StepReason(ctx, s.Reason), StepValues(ctx, s)} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " – ")
}

// valueWord is a value as an officer reads it: dates as dates are written on screens, a sex in words.
func valueWord(ctx context.Context, field, value string) string {
	if strings.HasSuffix(field, "_date") || field == "visa_from" || field == "visa_until" {
		if d, err := traveldoc.ParseDate(value); err == nil && !d.IsZero() {
			return text.FromContext(ctx).Date(d)
		}
	}
	return value
}

// fieldName is the name of a compared field.
func fieldName(ctx context.Context, field string) string {
	return word(ctx, map[string]text.Key{
		"surname": text.CounterSurname, "given_names": text.CounterGivenNames, "document_number": text.CounterNumber,
		"issuing_state": text.CounterIssuingState, "nationality": text.CounterNationality, "birth_date": text.CounterBirthDate,
		"sex": text.CounterSex, "expiry_date": text.CounterExpiryDate, "personal_number": text.InspectPersonalNumber,
	}, field)
}

// lightWord is the words for a light.
func lightWord(ctx context.Context, l reader.Light) string {
	return word(ctx, map[string]text.Key{
		string(reader.White): text.InspectLightWhite, string(reader.Infrared): text.InspectLightIr, string(reader.Ultraviolet): text.InspectLightUv,
		string(reader.AxialWhite): text.InspectLightAxial, string(reader.PortraitCut): text.InspectLightPortrait,
	}, string(l))
}

// sure says how sure the least sure character of a zone is that was read from an image; empty when it was not.
func sure(ctx context.Context, r *reader.Reading) string {
	least, at := r.Zone.Least()
	if at < 0 {
		return ""
	}
	return text.T(ctx, text.InspectConfidence, "at", fmt.Sprint(at+1), "percent", fmt.Sprint(int(least*100)))
}

package recheck

import (
	"slices"

	"github.com/openbmis/openbmis/border"
)

// Compare holds what the checks say now against what they said when it was decided. A check that says nothing now for want of data in
// the document will never say more: it counts as answered. One that the plan no longer holds is left as it was.
func Compare(before, now []border.Finding) Result {
	var r Result
	for _, f := range border.Kept(now) {
		then := find(before, f.Check)
		c := Change{Check: f.Check, Before: then.Outcome, After: f.Outcome, Source: f.Source}
		switch {
		case f.Outcome == border.NotChecked && f.Reason != border.ReasonDataInsufficient:
			c.Reason = f.Reason
			r.Waiting = append(r.Waiting, c)
		case f.Outcome == border.NotChecked && then.Outcome == border.NotChecked:
		case f.Outcome == border.Hit && then.Outcome != border.Hit:
			c.Evidence = f.Evidence
			r.Changes = append(r.Changes, c)
		case f.Outcome == border.Hit:
			if c.Evidence = beyond(f.Evidence, then.Evidence); len(c.Evidence) > 0 {
				r.Changes = append(r.Changes, c)
			}
		case then.Outcome == border.Hit:
			c.Evidence = then.Evidence
			r.Changes = append(r.Changes, c)
		case then.Outcome == border.NotChecked:
			r.Answered = append(r.Answered, c)
		}
	}
	r.Outcome = outcomeOf(r)
	return r
}

// outcomeOf: as long as a check has no answer the result is not final; what changed already is told all the same.
func outcomeOf(r Result) Outcome {
	switch {
	case len(r.Waiting) > 0:
		return NotChecked
	case len(r.Changes) > 0:
		return Changed
	}
	return Confirmed
}

// find is a check's finding; a check that was not asked then had no answer.
func find(findings []border.Finding, check string) border.Finding {
	for _, f := range findings {
		if f.Check == check {
			return f
		}
	}
	return border.Finding{Check: check}
}

// beyond is the evidence that asks something of an officer and was not there before. What it says of ages and days changes with every
// look: the code, the field and the entry at the source tell whether it is the same.
func beyond(now, before []border.Evidence) []border.Evidence {
	var out []border.Evidence
	for _, e := range now {
		same := func(b border.Evidence) bool { return b.Code == e.Code && b.Field == e.Field && b.Ref == e.Ref }
		if e.Severity != border.Note && !slices.ContainsFunc(before, same) {
			out = append(out, e)
		}
	}
	return out
}

package training

import (
	"cmp"
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/trainingview"
	"github.com/openbmis/openbmis/ui/web"
)

// recent is how many of the lane's last decisions are looked through for that on the case in hand.
const recent = 20

// shown is the case in hand as the page shows it. Opening the page is a read of the lane, and audited as one.
func (h *Handlers) shown(c *web.Context, held hand) (trainingview.Hand, error) {
	shown := trainingview.Hand{
		Inspection: held.inspection.Scan.ID, Case: held.name, Drawn: held.drawn, Bearer: held.specimen.Expected.Bearer, State: trainingview.PutAside,
	}
	state, err := h.Desk.Look(c.Ctx(), c.Actor(), recent)
	if err != nil {
		return shown, err
	}
	waits := slices.ContainsFunc(state.Waiting, func(i *border.Inspection) bool { return i.Scan.ID == shown.Inspection })
	if waits {
		shown.State = trainingview.Waiting
		return shown, nil
	}
	document := held.inspection.Scan.Document
	for _, r := range state.Recent {
		if !r.Annulled && r.Document == document.IssuingState+" "+document.Number && !r.At.Before(held.at) {
			shown.State, shown.Verdict, shown.At = trainingview.Decided, r.Verdict, r.At
		}
	}
	shown.Steps, shown.Unanchored = compared(held.specimen.Expected.Steps, held.inspection.Findings())
	return shown, nil
}

// compared are the steps there was something to see of, worst first, each with what the station found. unanchored is true where the
// signer should have led to an anchor and the station has none.
func compared(expected map[string]traveldoc.Verdict, findings []border.Finding) (steps []trainingview.Step, unanchored bool) {
	found := map[string]traveldoc.Verdict{}
	for _, f := range findings {
		for _, s := range f.Steps {
			found[s.ID] = s.Verdict
		}
	}
	for id, want := range expected {
		if want == traveldoc.Fail || want == traveldoc.Inconclusive {
			steps = append(steps, trainingview.Step{ID: id, Expect: want, Find: found[id]})
		}
	}
	slices.SortFunc(steps, func(a, b trainingview.Step) int {
		return cmp.Or(cmp.Compare(a.Expect, b.Expect), cmp.Compare(a.ID, b.ID)) // Fail stands before Inconclusive
	})
	chain, ran := found["chip.chain"]
	return steps, ran && expected["chip.chain"] == traveldoc.Pass && chain == traveldoc.Inconclusive
}

package screen

import (
	"context"
	"slices"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
)

// oneByOne screens persons each alone after all of them together failed, so that one who cannot be screened holds up nobody else. Who
// fails alone is laid aside as not checked, and tried again later at growing intervals. Where not even that can be kept there is nothing
// wrong with the person: the error is given, and all stay as they were.
func (w *Worker) oneByOne(ctx context.Context, persons []uuid.UUID, tries map[uuid.UUID]int, notes []apipnr.Note, together error) error {
	if ctx.Err() != nil {
		return together
	}
	of := make(map[uuid.UUID]apipnr.Note, len(notes))
	for _, n := range notes {
		if n.Version >= of[n.Person].Version {
			of[n.Person] = n
		}
	}
	laid := 0
	for _, id := range persons {
		err := w.screen(ctx, []uuid.UUID{id}, tries)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return err
		}
		if err := w.Store.LayAside(ctx, w.aside(id, tries[id], of[id])); err != nil {
			return err
		}
		laid++
	}
	w.Log.WarnContext(ctx, "screening before arrival", "code", codeOf(together), "laid_aside", laid)
	return nil
}

// aside is what is kept of somebody whom something kept from being screened: no check has an answer.
func (w *Worker) aside(id uuid.UUID, tries int, n apipnr.Note) Aside {
	findings := make([]border.Finding, 0, len(w.Checks.Plan)+len(w.Checks.Outside))
	for _, p := range slices.Concat(w.Checks.Plan, w.Checks.Outside) {
		findings = append(findings, border.Finding{
			Check: p.Check.Name(), Source: border.Source{Name: p.Check.Name()}, Outcome: border.NotChecked, Reason: border.ReasonFailed,
		})
	}
	now := w.Now()
	return Aside{
		Person: id, Flight: n.Flight, Version: n.Version, Ruling: w.Policy.Decide(findings, nil), At: now, Recheck: now.Add(backOff(tries)),
		Tries: tries + 1,
	}
}

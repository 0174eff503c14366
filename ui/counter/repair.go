package counter

import (
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// repair carries out the reading of the zone that the officer saw on the page. What it changes is taken from the zone, never from the
// browser, which only names one of those it was shown.
func (h *Handlers) repair(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return border.ErrNoSuchScan
	}
	i, err := h.desk.Inspection(c.Ctx(), lane.Name, id)
	if err != nil {
		return err
	}
	repaired, err := h.desk.Repair(c.Ctx(), c.Actor(), id, proposed(i, c.FormValue("proposal")))
	if err != nil {
		return h.wrong(c, lane, err)
	}
	await(c.Ctx(), repaired)
	return h.again(c, lane, c.Text().T(text.CounterAmended))
}

// proposed are the edits of the proposal that the officer chose; none when the zone does not suggest it any more.
func proposed(i *border.Inspection, key string) []mrz.Edit {
	if i.Subject.MRZ == nil {
		return nil
	}
	for _, s := range i.Subject.MRZ.Suggestions() {
		if counterview.ProposalKey(s) == key {
			return s.Edits
		}
	}
	return nil
}

package counter

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// family is the family that crosses in the lane; nil when none does. Buses and ships have a page of their own.
func (h *Handlers) family(ctx context.Context, actor audit.Actor) (*counterview.Group, error) {
	if h.parts.Groups == nil {
		return nil, nil //nolint:nilnil // nobody travels together here
	}
	id, err := h.parts.Groups.Current(ctx, actor, group.Family)
	if err != nil || id == uuid.Nil {
		return nil, err
	}
	g, tally, err := h.parts.Groups.State(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &counterview.Group{ID: g.ID, Kind: g.Kind, Label: g.Label, Expected: g.Expected(), Tally: tally}, nil
}

// joins is the family that the next scan belongs to: one of which somebody is still to come.
func (h *Handlers) joins(ctx context.Context, actor audit.Actor) (uuid.UUID, error) {
	g, err := h.family(ctx, actor)
	if err != nil || g == nil || g.Expected > 0 && g.Tally.Count[group.Missing] == 0 {
		return uuid.Nil, err
	}
	return g.ID, nil
}

// beginGroup opens a family at the counter. Who waits already stays alone.
func (h *Handlers) beginGroup(c *web.Context, lane counterview.Lane) error {
	size, err := strconv.Atoi(c.FormValue("size"))
	if err != nil || size < 1 {
		return h.wrong(c, lane, problem.New(problem.Invalid, "group.size").At("size").With("max", group.MaxSize))
	}
	g := group.Group{Kind: group.Family, Size: size, Label: c.FormValue("label"), Direction: lane.Direction}
	if _, err := h.parts.Groups.Open(c.Ctx(), c.Actor(), g); err != nil {
		return h.wrong(c, lane, err)
	}
	return h.again(c, lane, "")
}

// admitGroup admits everybody of the family who waits clean.
func (h *Handlers) admitGroup(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return group.ErrNone
	}
	admitted, left, err := h.parts.Groups.AdmitClean(c.Ctx(), c.Actor(), id)
	if err != nil {
		return h.wrong(c, lane, err)
	}
	done := c.Text().T(text.GroupAdmitted, "n", c.Text().Number(int64(admitted)))
	if left > 0 {
		done += " – " + c.Text().T(text.GroupLeft, "n", c.Text().Number(int64(left)))
	}
	if err := h.finish(c, id); err != nil {
		return err
	}
	return h.again(c, lane, done)
}

// finish closes a family of which everybody has come and is decided: there is nothing to explain.
func (h *Handlers) finish(c *web.Context, id uuid.UUID) error {
	if h.parts.Groups == nil || id == uuid.Nil {
		return nil
	}
	g, tally, err := h.parts.Groups.State(c.Ctx(), c.Actor(), id)
	if errors.Is(err, group.ErrNone) { // a group of another lane
		g.Kind, err = "", nil
	}
	if err != nil {
		return err
	}
	if g.Kind != group.Family || g.Closing != nil || !tally.Settled() || g.Expected() == 0 {
		return nil
	}
	_, err = h.parts.Groups.Close(c.Ctx(), c.Actor(), id, nil, "")
	return err
}

// finished closes the family of a decision, where it was the last.
func (h *Handlers) finished(c *web.Context, e border.CrossingEvent) error {
	return h.finish(c, e.Group)
}

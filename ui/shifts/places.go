package shifts

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

// SetPlace moves a session to a lane, which opens it: nobody has to say so. It is what the counter remembers lanes with.
func (h *Handlers) SetPlace(ctx context.Context, session auth.Session, lane, workstation, language string) (auth.Session, error) {
	moved, err := h.Door.SetPlace(ctx, session, lane, workstation, language)
	if err != nil || lane == "" {
		return moved, err
	}
	return moved, h.Shifts.TakeLane(ctx, moved.Actor(h.Post.ID), moved.Lane)
}

// AfterLane is where an officer goes who has just taken a lane: to the hand-over of the last shift, until he has read it. Empty when
// there is nothing to read.
func (h *Handlers) AfterLane(ctx context.Context, login string) (string, error) {
	b, err := h.Shifts.Brief(ctx)
	if err != nil || !b.Unread(login) {
		return "", err
	}
	return "/shifts/" + b.Last.ID.String() + "/handover", nil
}

// Badge is what the header of every page says of shifts to who works at the post; nothing for others.
func (h *Handlers) Badge(c *web.Context) (templ.Component, error) {
	if !c.May(auth.ShiftWork) {
		return templ.NopComponent, nil
	}
	b, err := h.Shifts.Brief(c.Ctx())
	if err != nil {
		return nil, err
	}
	badge := shiftview.Badge{None: b.Running == uuid.Nil}
	if b.Unread(c.User().Login) {
		badge.Unread = b.Last.ID
	}
	return shiftview.BadgeBar(badge), nil
}

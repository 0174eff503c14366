package fingers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/web"
)

// grace is how long the way back to the counter waits for the check's new answer, so that one picture shows it.
const grace = 400 * time.Millisecond

// stream tells the page of each change of the session, and at last that all is kept. The page says how much it has seen.
func (h *Handlers) stream(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Session(i.Scan.ID)
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(c.QueryParam("seen"))
	if err != nil || seen < 0 {
		return fingers.ErrNoSession
	}
	lane := c.Session().Lane
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		return h.tell(ctx, lane, s, seen, send)
	})
}

func (h *Handlers) tell(ctx context.Context, lane string, s *fingers.Session, seen int, send func(web.Event) error) error {
	for {
		v, changed := s.View()
		switch {
		case v.Phase == fingers.PhaseKept:
			h.renewed(ctx, lane, s.Scan)
			return send(web.Event{ID: strconv.Itoa(v.Number), Name: "kept", Data: strconv.Itoa(v.Number)})
		case v.Number > seen:
			seen = v.Number
			if err := send(web.Event{ID: strconv.Itoa(seen), Name: "fingers", Data: strconv.Itoa(seen)}); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// renewed gives the check of prints a moment to answer anew.
func (h *Handlers) renewed(ctx context.Context, lane string, scan uuid.UUID) {
	i, err := h.Inspections.Inspection(ctx, lane, scan)
	if err != nil {
		return
	}
	wait := time.NewTimer(grace)
	defer wait.Stop()
	select {
	case <-i.Done():
	case <-wait.C:
	case <-ctx.Done():
	}
}

// preview brings the reader's live picture to the page. What the reader has no picture for shows nothing: the words beside it tell.
func (h *Handlers) preview(c *web.Context, i *border.Inspection) error {
	s, err := h.Desk.Session(i.Scan.ID)
	if err != nil {
		return err
	}
	v, _ := s.View()
	if v.Phase != fingers.PhaseTaking {
		return c.NoContent(http.StatusNoContent) // another traveller's fingers may lie on the reader
	}
	var at []biometrics.Position
	for _, f := range v.Fingers {
		if f.State == fingers.AtReader {
			at = append(at, f.Position)
		}
	}
	request := capture.Request{Transaction: h.NewID().String(), Fingers: at, MinQuality: v.Quality, Timeout: fingers.CaptureTime}
	return c.Frames(func(ctx context.Context, frame func([]byte) error) error {
		err := h.Readers.At(c.Session().Lane).Preview(ctx, request, frame)
		for _, known := range capture.Errors() {
			if errors.Is(err, known) {
				return nil // the session tells what is the matter with the reader
			}
		}
		return err
	})
}

package adjudication

import (
	"context"
	"errors"
	"net/http"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
	"github.com/openbmis/openbmis/ui/web"
)

// Finder finds files by a finger that lies on the reader; fingers.Finder does.
type Finder interface {
	Find(ctx context.Context, actor audit.Actor, purpose string, positions []biometrics.Position) (fingers.FoundFiles, error)
}

func (h *handlers) searchForm(c *web.Context) error {
	return c.Render(http.StatusOK, adjudicationview.SearchPage(h.searchScreen(c)))
}

func (h *handlers) searchScreen(c *web.Context) adjudicationview.Search {
	return adjudicationview.Search{
		Reader: h.Finder != nil, MayOpen: c.May(auth.FileView), Purpose: c.FormValue("purpose"),
		Fingers: []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle},
	}
}

// search takes fingers and searches for them. Purpose and fingers come in the body, never in the address.
func (h *handlers) search(c *web.Context) error {
	s := h.searchScreen(c)
	if h.Finder == nil {
		return c.Render(http.StatusOK, adjudicationview.SearchPage(s))
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	s.Fingers = nil
	for _, name := range values["finger"] {
		var p biometrics.Position
		if err := p.UnmarshalText([]byte(name)); err != nil || !p.Finger() {
			return h.searchWrong(c, s, fingers.ErrWhichFingers)
		}
		s.Fingers = append(s.Fingers, p)
	}
	found, err := h.Finder.Find(c.Ctx(), c.Actor(), s.Purpose, s.Fingers)
	if err != nil {
		return h.searchWrong(c, s, err)
	}
	s.Found = &found
	return c.Render(http.StatusOK, adjudicationview.SearchPage(s))
}

func (h *handlers) searchWrong(c *web.Context, s adjudicationview.Search, cause error) error {
	var known *problem.Error
	if !errors.As(cause, &known) || known.Kind != problem.Invalid {
		return cause
	}
	s.Wrong, s.Field = c.Text().Problem(cause), known.Field
	return c.Render(web.StatusOf(cause), adjudicationview.SearchPage(s))
}

package visaportal

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// Fault draws a failure in the portal's own frame, for web.Options.
func Fault(title text.Key, words, requestID string) templ.Component {
	return visaportalview.Faulted(title, words, requestID)
}

// over: the draft or the application is no longer to be had here.
func over(err error) bool { return errors.Is(err, apply.ErrNoDraft) || errors.Is(err, apply.ErrSent) }

// page gives the portal's own words to what may happen on every page.
func (p *portal) page(h web.Handler) web.Handler {
	return func(c *web.Context) error {
		err := h(c)
		if err == nil || c.Response().Committed {
			return err
		}
		var wrong apply.Problems
		switch {
		case errors.Is(err, apply.ErrSent):
			return c.SeeOther("/apply/sent")
		case errors.Is(err, apply.ErrNoDraft):
			return p.gone(c)
		case errors.Is(err, apply.ErrLink):
			return p.linkOver(c)
		case errors.Is(err, apply.ErrSlowDown):
			return slow(c, err)
		case errors.As(err, &wrong) && len(wrong) > 0: // a page without a form of its own for it
			return wrong[0]
		}
		return err
	}
}

func (p *portal) gone(c *web.Context) error {
	setToken(c, draftCookie, "")
	return c.Render(http.StatusNotFound, visaportalview.Told(visaportalview.Page{Title: text.VisaportalGoneTitle, Place: "/"},
		[]string{c.Text().T(text.VisaportalGoneLead)}, []visaportalview.Link{
			{Href: "/", Label: text.VisaportalToStart}, {Href: "/resume", Label: text.VisaportalStartResume}, {Href: "/status", Label: text.VisaportalStartStatus},
		}))
}

func (p *portal) linkOver(c *web.Context) error {
	return c.Render(http.StatusNotFound, visaportalview.Told(visaportalview.Page{Title: text.VisaportalResumeOverTitle, Place: "/resume"},
		[]string{c.Text().T(text.VisaportalResumeOver)}, []visaportalview.Link{
			{Href: "/resume", Label: text.VisaportalStartResume}, {Href: "/status", Label: text.VisaportalStartStatus}, {Href: "/", Label: text.VisaportalToStart},
		}))
}

// slow says how long to wait, in whole minutes, the last one counted.
func slow(c *web.Context, err error) error {
	seconds := 60
	var known *problem.Error
	if errors.As(err, &known) {
		if told, ok := known.Args["seconds"].(int); ok && told > 0 {
			seconds = told
		}
	}
	c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
	return c.Render(http.StatusTooManyRequests, visaportalview.Slow((seconds+59)/60))
}

// statusOf is the status of a page that shows what is wrong.
func statusOf(wrong apply.Problems) int {
	if len(wrong) == 0 {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// asProblems takes what a file's keeper says of it as what is wrong with a field; every other error stays one.
func asProblems(err error) (apply.Problems, error) {
	var known *problem.Error
	if errors.As(err, &known) && (known.Kind == problem.Invalid || known.Kind == problem.Conflict) && !over(err) {
		return apply.Problems{known.At(apply.FieldFile)}, nil
	}
	return nil, err
}

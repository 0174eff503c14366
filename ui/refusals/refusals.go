// Package refusals answers the standard form for refusal of entry, on the screen, on paper and as PDF, and the list of a day's
// refusals. It must never refuse anybody: that is an outcome of the second line.
package refusals

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/refusalview"
	"github.com/openbmis/openbmis/ui/web"
)

// Store reads refusals and counts their copies; refusaldb.Store does.
type Store interface {
	Form(ctx context.Context, actor audit.Actor, crossing uuid.UUID) (refusaldb.Form, error)
	Issue(ctx context.Context, actor audit.Actor, crossing uuid.UUID, medium string, number int) (refusaldb.Form, error)
	List(ctx context.Context, actor audit.Actor, q refusaldb.Query) (refusaldb.List, error)
}

// Press makes a PDF of a whole document; pdfprint.Printer does.
type Press interface {
	Available() bool
	Print(ctx context.Context, html string) ([]byte, error)
}

// Options are what the handlers are made of.
type Options struct {
	Store   Store
	Press   Press
	Reasons refusal.Catalogue
	Appeal  refusal.Appeal
	// State and Place name the crossing point on the form; Language is its own (BCP 47).
	State, Place, Language string
}

// Handlers are the routes of refusals.
type Handlers struct {
	Options
	texts *text.Catalogue
	style string
}

// Register registers the routes.
func Register(s *web.Server, o Options) {
	h := &Handlers{Options: o, texts: s.Texts, style: style(s.Assets)}
	s.Handle(http.MethodGet, "/refusals", auth.ShiftLead, h.list)
	s.Handle(http.MethodGet, "/refusals/:crossing", auth.CrossingRefuse, h.show)
	s.Handle(http.MethodPost, "/refusals/:crossing/prints", auth.CrossingRefuse, h.print)
	s.Handle(http.MethodGet, "/refusals/:crossing/form.pdf", auth.CrossingRefuse, h.pdf)
}

func crossing(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("crossing"))
	if err != nil {
		return id, refusaldb.ErrNone
	}
	return id, nil
}

func (h *Handlers) show(c *web.Context) error {
	id, err := crossing(c)
	if err != nil {
		return err
	}
	f, err := h.Store.Form(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	p := refusalview.FormPage{Sheet: h.sheet(c, f), Copies: f.Copies, CanPDF: h.Press.Available(), Print: c.QueryParam("print") != ""}
	if p.Print {
		p.Copy = f.Copies
	}
	if c.May(auth.ShiftLead) {
		p.Back = "/refusals"
	} else if c.May(auth.SecondLineWork) {
		p.Back = "/secondline"
	}
	return c.Render(http.StatusOK, refusalview.ShowForm(p))
}

// sheet is the form with the words of the day of the decision.
func (h *Handlers) sheet(c *web.Context, f refusaldb.Form) refusalview.Sheet {
	s := refusalview.Sheet{
		Event: f.Event, Annulled: f.Annulled, Reasons: h.Reasons.On(f.Event.LocalDate), Appeal: h.Appeal, State: h.State, Place: h.Place,
	}
	for _, language := range []string{f.Event.Refusal.Language, h.Language} {
		printer := h.texts.Printer(text.Match(language)).In(c.Text().Zone())
		if len(s.Languages) == 0 || s.Languages[0].Language() != printer.Language() {
			s.Languages = append(s.Languages, printer)
		}
	}
	return s
}

// print counts a copy and shows the form, which then opens the browser's own print.
func (h *Handlers) print(c *web.Context) error {
	id, err := crossing(c)
	if err != nil {
		return err
	}
	if _, err := h.Store.Issue(c.Ctx(), c.Actor(), id, refusal.Paper, 0); err != nil {
		return err
	}
	return c.SeeOther("/refusals/" + id.String() + "?print=1")
}

// attempts is how often a copy is printed anew because somebody else printed one meanwhile.
const attempts = 3

// pdf makes a copy and then counts it, so that no copy is counted that was not made; its number is on it.
func (h *Handlers) pdf(c *web.Context) error {
	id, err := crossing(c)
	if err != nil {
		return err
	}
	for range attempts {
		f, err := h.Store.Form(c.Ctx(), c.Actor(), id)
		if err != nil {
			return err
		}
		sheet := h.sheet(c, f)
		sheet.Copy = f.Copies + 1
		made, err := h.made(c.Ctx(), sheet)
		if err != nil {
			return err
		}
		_, err = h.Store.Issue(c.Ctx(), c.Actor(), id, refusal.PDF, sheet.Copy)
		if errors.Is(err, refusaldb.ErrOtherCopy) {
			continue
		}
		if err != nil {
			return err
		}
		c.Response().Header().Set("Content-Disposition", `inline; filename="`+f.Event.Refusal.Number+`.pdf"`)
		return c.Blob(http.StatusOK, "application/pdf", made)
	}
	return refusaldb.ErrOtherCopy
}

func (h *Handlers) made(ctx context.Context, s refusalview.Sheet) ([]byte, error) {
	var document strings.Builder
	if err := refusalview.Document(s, h.style).Render(ctx, &document); err != nil {
		return nil, err
	}
	return h.Press.Print(ctx, document.String())
}

// today is the calendar date at the post.
func today(c *web.Context) traveldoc.Date { return traveldoc.DateOf(c.Now().In(c.Text().Zone())) }

var errDay = problem.New(problem.Invalid, "refusal.day").At("day") //nolint:gochecknoglobals // an error value

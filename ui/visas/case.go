package visas

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// show is an application on one screen, with a question open where one is asked for.
func (x *screens) show(c *web.Context) error {
	id, err := idOf(c, desk.ErrUnknown)
	if err != nil {
		return err
	}
	p := visasview.Panel(c.QueryParam("panel"))
	if p != visasview.NoPanel && !slices.Contains(visasview.Panels(), p) {
		p = visasview.NoPanel
	}
	s, err := x.load(c, id, p)
	if err != nil {
		return err
	}
	x.begin(c, &s)
	return c.Render(http.StatusOK, visasview.CasePage(s))
}

// load reads everything of an application; the desk audits the look.
func (x *screens) load(c *web.Context, id uuid.UUID, p visasview.Panel) (s visasview.Case, err error) {
	s = visasview.Case{
		Policy: x.Desk.Policy(), Me: desk.Officer{ID: c.Actor().ID, Name: c.Actor().Name}, Now: c.Now(), Panel: p, Done: done(c),
		MayDecide: c.May(auth.VisasDecide), MayManage: c.May(auth.VisasManage), Reasons: c.May(auth.HitReasonView),
	}
	if s.Case, err = x.Desk.Case(c.Ctx(), c.Actor(), id); err != nil {
		return s, err
	}
	if s.Places, err = x.places(c.Ctx()); err != nil {
		return s, err
	}
	if p == visasview.AskPanel || p == visasview.InvitePanel || p == visasview.RefusePanel {
		if s.Templates, err = x.letters(c); err != nil {
			return s, err
		}
	}
	s.Account, err = x.account(c, &s)
	return s, err
}

// account is the fee of the application's group. Where none was ever owed, what the application was told is all there is.
func (x *screens) account(c *web.Context, s *visasview.Case) (a visasview.Account, err error) {
	a.Unknown = true
	if x.Money == nil || s.Application == nil {
		return a, nil
	}
	account, wanted, err := x.Money.Account(c.Ctx(), s.Application.Group, entry(c, audit.Consultation, "visa_payment", s.Application.Group.String()))
	if problem.KindOf(err) == problem.NotFound {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	a.Unknown, a.Receipts = false, account.Receipts
	for _, w := range wanted {
		a.Wanted = append(a.Wanted, visasview.Wish{At: w.At, Answer: w.Answer})
	}
	return a, nil
}

// begin fills in what a question begins with: the terms of the type and of the journey, the days of the policy.
func (x *screens) begin(c *web.Context, s *visasview.Case) {
	switch s.Panel { //nolint:exhaustive // the others begin empty
	case visasview.ApprovePanel:
		x.beginTerms(c, s)
	case visasview.AskPanel:
		s.Form.Set("days", strconv.Itoa(s.Policy.Reply))
	case visasview.MoneyPanel:
		s.Form.Set("wish", x.NewID().String())
	}
}

// beginTerms fills in terms within the type's limits: from the arrival on, no longer than the document is valid.
func (x *screens) beginTerms(c *web.Context, s *visasview.Case) {
	if s.Application == nil {
		return
	}
	kind, known := s.Policy.Type(s.Application.Type)
	if !known {
		return
	}
	today := traveldoc.DateOf(c.Now().UTC())
	from := s.Application.Journey.Arrival
	if from.Precision() != traveldoc.PrecisionDay || from.Before(today) {
		from = today
	}
	until := traveldoc.DateOf(from.First().AddDate(0, 0, kind.ValidDays-1))
	if expiry := s.Application.Document.ExpiryDate; !expiry.IsZero() && expiry.Before(until) {
		until = traveldoc.DateOf(expiry.Last())
	}
	days := kind.StayDays
	if valid := int(until.First().Sub(from.First())/(24*time.Hour)) + 1; valid < days {
		days = valid
	}
	s.Form.Set("from", from.String())
	s.Form.Set("until", until.String())
	s.Form.Set("days", strconv.Itoa(days))
	s.Form.Set("entries", strconv.Itoa(entriesOf(kind, s.Application.Journey.Entries)))
}

// entriesOf are the entries that were wished for, within what the type allows; 0 is multiple.
func entriesOf(kind evisa.Type, wished int) int {
	if kind.Entries != 0 && (wished == 0 || wished > kind.Entries) {
		return kind.Entries
	}
	return wished
}

// act is what a form asks for: it reads the form and does it, and says where to go on.
type act func(c *web.Context, at desk.At, f visasview.Form) (done string, err error)

// acting is the handler of an act. What was wrong is told on the same page, with what was typed.
func (x *screens) acting(name string, p visasview.Panel, do act) web.Handler {
	return func(c *web.Context) error {
		id, err := idOf(c, desk.ErrUnknown)
		if err != nil {
			return err
		}
		f := form(c, fieldsOf(), listsOf()...)
		version, err := strconv.Atoi(f.Value("version"))
		if err != nil || version < 1 {
			return x.again(c, id, p, f, desk.ErrChanged)
		}
		word, err := do(c, desk.At{ID: id, Version: version}, f)
		if err != nil {
			if name == "claim" && !errors.Is(err, desk.ErrReason) {
				p = visasview.NoPanel
			}
			return x.again(c, id, p, f, err)
		}
		x.changed()
		return c.SeeOther("/visas/" + id.String() + "?done=" + word)
	}
}

// fieldsOf are the fields of every form beside an application; listsOf the boxes.
func fieldsOf() []string {
	return []string{
		"version", "reason", "text", "check", "hit", "same", "days", "place", "when", "absent", "notes", "template", "from", "until", "entries", "letter",
		"wish", "amount",
	}
}

func listsOf() []string { return []string{"kinds", "conditions", "ports", "modes", "grounds"} }

// again shows the application as it is now, with the question open and what was wrong.
func (x *screens) again(c *web.Context, id uuid.UUID, p visasview.Panel, f visasview.Form, err error) error {
	f, words, is := own(c, f, err)
	if !is {
		return err
	}
	s, lost := x.load(c, id, p)
	if lost != nil {
		return lost
	}
	s.Form, s.Failed = f, words
	if len(s.Places) == 0 && len(f.Lists["ports"]) == 1 {
		s.Form.Values["ports"] = f.Lists["ports"][0]
	}
	return c.Render(web.StatusOf(err), visasview.CasePage(s))
}

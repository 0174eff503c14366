package visaportal

import (
	"net/http"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

func (p *portal) status(c *web.Context) error { return p.showFind(c, apply.Form{}, nil) }

func (p *portal) showFind(c *web.Context, form apply.Form, wrong apply.Problems) error {
	say := c.Text()
	a := asked{portal: p, say: say, values: form, wrong: wrong}
	reference := a.field(apply.Field{Name: apply.FieldReference, Kind: apply.KindNumber, Required: true, Most: 20, Autocomplete: "off"})
	reference.Label, reference.Hint = say.T(text.VisaportalStatusReference), say.T(text.VisaportalStatusReferenceHint)
	birth := a.field(apply.Field{Name: apply.FieldBirthDate, Kind: apply.KindDate, Required: true, Autocomplete: "bday"})
	birth.Label = say.T(text.VisaportalStatusBirth)
	return c.Render(statusOf(wrong), visaportalview.Question(
		visaportalview.Page{Title: text.VisaportalStatusTitle, Back: "/", Place: "/status", Faulty: len(wrong) > 0},
		visaportalview.Asked{Title: text.VisaportalStatusTitle, Form: visaportalview.Form{
			Action: "/status", Submit: text.VisaportalStatusShow, Fields: []visaportalview.Field{reference, birth},
		}}))
}

// find opens an application to who knows its reference and the birth date. Which of the two is wrong is not said.
func (p *portal) find(c *web.Context) error {
	form := values(c)
	key, wrong, err := p.Service.Find(c.Ctx(), source(c), form)
	if problemIs(err, apply.ErrNotFound) {
		wrong, err = apply.Problems{apply.ErrNotFound.At(apply.FieldReference)}, nil
	}
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showFind(c, form, wrong)
	}
	setToken(c, statusCookie, key)
	return c.SeeOther("/status/application")
}

// followed is where the application stands that this browser follows; without one the reference is asked for.
func (p *portal) followed(c *web.Context, h func(apply.Standing) error) error {
	key := token(c, statusCookie)
	if key == "" {
		return c.SeeOther("/status")
	}
	s, err := p.Service.Standing(c.Ctx(), key)
	if err == nil {
		err = h(s)
	}
	if problemIs(err, apply.ErrNoDraft) { // it ended, perhaps while the person was writing
		setToken(c, statusCookie, "")
		return c.SeeOther("/status")
	}
	return err
}

func (p *portal) standing(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		if s.Told.State == evisa.Waiting && !s.Owed.Zero() && p.Fees != nil {
			c.Response().Header().Set(csp, p.leadsToProvider(c))
		}
		return c.Render(ok, visaportalview.Status(p.shownStanding(c, s)))
	})
}

func (p *portal) closeStatus(c *web.Context) error {
	setToken(c, statusCookie, "")
	return c.SeeOther("/status")
}

// shownState is a state as it is told: that somebody proposed a decision is nobody's business yet.
func shownState(s evisa.State) evisa.State {
	if s == evisa.Proposed {
		return evisa.Examined
	}
	return s
}

func (p *portal) shownStanding(c *web.Context, s apply.Standing) visaportalview.Standing {
	say, state := c.Text(), shownState(s.Told.State)
	shown := visaportalview.Standing{
		State: text.Key("visaportal.status." + string(state)), Tone: tone(state), Reference: s.Reference.String(), At: when(say, latest(s)), Letter: s.Told.Letter,
	}
	lead := text.Key("visaportal.status." + string(state) + "_next")
	until := ""
	if s.Told.Request != nil {
		until = when(say, s.Told.Request.Until)
	}
	switch {
	case s.Withdrawing:
		shown.State, lead = text.VisaportalStatusWithdrawSent, text.VisaportalStatusReplySentNext
	case s.Appealing:
		shown.State, lead = text.VisaportalStatusAppealSent, text.VisaportalStatusReplySentNext
	case !s.Answered.IsZero() && s.Told.Request != nil:
		shown.State, lead = text.VisaportalStatusReplySent, text.VisaportalStatusReplySentNext
	case state == evisa.Interview:
		lead = text.VisaportalStatusInterviewBring
	}
	shown.Lead = []string{say.T(lead, "until", until)}
	if state.Open() && state != evisa.Asked && state != evisa.Interview && !s.Told.Due.IsZero() {
		shown.Lead = append(shown.Lead, say.T(text.VisaportalStatusDue, "at", when(say, s.Told.Due)))
	}
	switch s.Unread { // whatever is told else may rest on less than was sent
	case apply.UnreadYet:
		shown.Lead = append(shown.Lead, say.T(text.VisaquarantinePortalYet))
	case apply.UnreadEver:
		shown.Lead = append(shown.Lead, say.T(text.VisaquarantinePortalNever))
	case apply.UnreadNothing:
	}
	p.request(say, s, &shown)
	p.outcome(say, s, &shown)
	p.acts(c, s, &shown)
	return shown
}

func tone(s evisa.State) string {
	switch s {
	case evisa.Approved:
		return "good"
	case evisa.Refused, evisa.Lapsed:
		return "bad"
	case evisa.Asked, evisa.Interview, evisa.Waiting:
		return "act"
	case evisa.Received, evisa.Examined, evisa.Proposed, evisa.Appealed, evisa.Withdrawn:
	}
	return "wait"
}

func latest(s apply.Standing) time.Time {
	if s.Told.At.IsZero() {
		return s.SentAt
	}
	return s.Told.At
}

// request is what is asked for, and where an interview is.
func (p *portal) request(say *text.Printer, s apply.Standing, shown *visaportalview.Standing) {
	r := s.Told.Request
	if r == nil {
		return
	}
	shown.Request = r.Text
	for _, kind := range r.Kinds {
		shown.Kinds = append(shown.Kinds, say.Word("visaportal.file_kind", kind))
	}
	if r.Place != "" {
		shown.Rows = append(shown.Rows, visaportalview.Row{Label: say.T(text.VisaportalStatusInterviewPlace), Value: r.Place})
	}
	if !r.When.IsZero() {
		shown.Rows = append(shown.Rows, visaportalview.Row{Label: say.T(text.VisaportalStatusInterviewWhen), Value: when(say, r.When), Latin: true})
	}
}

// outcome is the visa, or the reasons why there is none.
func (p *portal) outcome(say *text.Printer, s apply.Standing, shown *visaportalview.Standing) {
	told := s.Told
	if told.Visa != "" {
		shown.Rows = append(shown.Rows, visaportalview.Row{Label: say.T(text.VisaportalStatusVisaNumber), Value: told.Visa.String(), Latin: true}, visaportalview.Row{
			Label: say.T(text.VisaportalStatusVisaValid), Value: say.T(text.VisaportalStatusVisaFromUntil, "from", say.Date(told.From), "until", say.Date(told.Until)),
		})
	}
	if told.Standing != "" {
		shown.Lead = append(shown.Lead, say.Word("visaportal.status", "standing_"+string(told.Standing)))
		if told.Standing != evisa.InForce {
			shown.Tone = "bad"
		}
	}
	for _, code := range told.Grounds {
		words := code
		if ground, known := p.Service.Policy.Ground(code); known {
			words = ground.In(string(say.Language()))
			if ground.Legal != "" {
				words += " (" + ground.Legal + ")"
			}
		}
		shown.Grounds = append(shown.Grounds, words)
	}
	if told.Refund != "" {
		shown.Lead = append(shown.Lead, say.Word("visaportal.status", "refund_"+told.Refund))
	}
	shown.Notice = told.Notice
}

// acts are what the state allows now.
func (p *portal) acts(c *web.Context, s apply.Standing, shown *visaportalview.Standing) {
	say := c.Text()
	if s.MayReply {
		shown.Links = append(shown.Links, visaportalview.Link{Href: "/status/reply", Label: text.VisaportalStatusReplySend})
	}
	if s.MayAppeal {
		if !s.Told.AppealUntil.IsZero() {
			shown.Lead = append(shown.Lead, say.T(text.VisaportalStatusAppealUntil, "until", say.Date(s.Told.AppealUntil)))
		}
		shown.Links = append(shown.Links, visaportalview.Link{Href: "/status/appeal", Label: text.VisaportalStatusAppeal})
	}
	if s.MayWithdraw {
		shown.Links = append(shown.Links, visaportalview.Link{Href: "/status/withdraw", Label: text.VisaportalStatusWithdraw})
	}
	if !s.Owed.Zero() {
		shown.Rows = append(shown.Rows, visaportalview.Row{Label: say.T(text.VisaportalPayTotal), Value: s.Owed.String(), Latin: true})
	}
	if !s.Owed.Zero() && p.Fees != nil {
		shown.Pay = visaportalview.Button{Action: "/status/pay", Class: "main", Label: say.T(text.VisaportalPayGo)}
	}
}

// statusPay leads to the provider from the page of an application that waits for its fee.
func (p *portal) statusPay(c *web.Context) error {
	return p.followed(c, func(s apply.Standing) error {
		if s.Owed.Zero() || p.Fees == nil {
			return c.SeeOther("/status/application")
		}
		order, err := p.Fees.Start(c.Ctx(), s.Group)
		if err != nil {
			return err
		}
		return p.toProvider(c, order)
	})
}

// notice is the grant notice, as a file.
func (p *portal) notice(c *web.Context) error {
	return p.followed(c, func(apply.Standing) error {
		data, err := p.Service.Notice(c.Ctx(), token(c, statusCookie))
		if err != nil {
			return err
		}
		c.Response().Header().Set("Content-Disposition", `attachment; filename="visa.pdf"`)
		return c.Blob(http.StatusOK, "application/pdf", data)
	})
}

// notNow is the answer to an act that the state does not allow (any more).
func notNow(allowed bool, h func() error) error {
	if !allowed {
		return apply.ErrNotNow
	}
	return h()
}

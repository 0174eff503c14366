package visaportal

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

const csp = "Content-Security-Policy"

// leadsToProvider is the page's policy with the one place outside that its form may lead to: browsers hold a redirect after a form to it.
func (p *portal) leadsToProvider(c *web.Context) string {
	policy := c.Response().Header().Get(csp)
	if p.Provider.Origin == "" || strings.ContainsAny(p.Provider.Origin, " ;,'") {
		return policy
	}
	return strings.Replace(policy, "form-action 'self'", "form-action 'self' "+p.Provider.Origin, 1)
}

func problemIs(err error, code *problem.Error) bool { return errors.Is(err, code) }

// waiting is the application of the browser that waits for its fee.
func (p *portal) waiting(c *web.Context) (apply.Sent, error) {
	d, err := p.opened(c)
	if err != nil {
		return apply.Sent{}, err
	}
	if d.Sent == nil {
		return apply.Sent{}, apply.ErrMissing
	}
	if d.Sent.State != evisa.Waiting {
		return apply.Sent{}, apply.ErrSent
	}
	return *d.Sent, nil
}

// pay shows what is to be paid, to whom, and leads there.
func (p *portal) pay(c *web.Context) error {
	sent, err := p.waiting(c)
	if err != nil {
		return err
	}
	return p.showPay(c, sent, nil)
}

func (p *portal) showPay(c *web.Context, sent apply.Sent, failed error) error {
	say := c.Text()
	shown := visaportalview.Payment{
		Title: text.VisaportalPayTitle, Place: "/apply/pay", Lead: []string{say.T(text.VisaportalPayLead)},
		Provider: p.Provider.Name, Simulated: p.Provider.Simulated, Links: []visaportalview.Link{{Href: "/apply/sent", Label: text.VisaportalPayReference}},
	}
	for n, a := range sent.Applications {
		shown.Rows = append(shown.Rows, visaportalview.Row{Label: say.T(text.VisaportalSentPerson, "n", n+1), Value: a.Fee.String(), Latin: true})
	}
	shown.Rows = append(shown.Rows, visaportalview.Row{Label: say.T(text.VisaportalPayTotal), Value: sent.Fee.String(), Latin: true})
	status := http.StatusOK
	if p.Fees == nil {
		shown.Lead = append(shown.Lead, say.T(text.VisaportalPayImpossible))
	} else {
		shown.Go = visaportalview.Button{Action: "/apply/pay", Class: "main", Label: say.T(text.VisaportalPayGo)}
		c.Response().Header().Set(csp, p.leadsToProvider(c))
	}
	if failed != nil {
		shown.Fault, status = say.T(text.VisaportalPayAway), http.StatusServiceUnavailable
	}
	return c.Render(status, visaportalview.Pay(shown))
}

// payGo starts the payment, which is the same one however often it is started, and sends the browser to the provider.
func (p *portal) payGo(c *web.Context) error {
	sent, err := p.waiting(c)
	if err != nil {
		return err
	}
	if p.Fees == nil {
		return p.showPay(c, sent, nil)
	}
	order, err := p.Fees.Start(c.Ctx(), sent.Group)
	if problem.KindOf(err) == problem.Unavailable && err != nil {
		return p.showPay(c, sent, err)
	}
	if err != nil {
		return err
	}
	return p.toProvider(c, order)
}

// toProvider leads to the provider's page, and nowhere else outside.
func (p *portal) toProvider(c *web.Context, order pay.Order) error {
	if !order.State.Open() || order.Page == "" {
		return c.SeeOther("/paid/" + order.Group.String())
	}
	if p.Provider.Origin != "" && !strings.HasPrefix(order.Page, p.Provider.Origin+"/") {
		return errors.New("the payment provider's page is not at its origin")
	}
	return c.Redirect(http.StatusSeeOther, order.Page)
}

// paid is where the browser comes back to: paid, not yet known, or failed. It says nothing of the application, whose id alone is known here.
func (p *portal) paid(c *web.Context) error {
	group, err := uuid.Parse(c.Param("group"))
	if err != nil || p.Fees == nil {
		return problem.New(problem.NotFound, "route_unknown")
	}
	account, err := p.Fees.Returned(c.Ctx(), group)
	if err != nil {
		if account, err = p.Fees.Account(c.Ctx(), group); err != nil {
			return err
		}
	}
	return p.showAccount(c, group, account)
}

func (p *portal) showAccount(c *web.Context, group uuid.UUID, account pay.Account) error {
	say := c.Text()
	here := "/paid/" + group.String()
	order, begun := account.Order()
	if !begun {
		return problem.New(problem.NotFound, "route_unknown")
	}
	if _, paid := account.Paid(); paid {
		if d, err := p.opened(c); err == nil && d.Sent != nil && d.Sent.Group == group {
			return c.SeeOther("/apply/sent")
		}
		return c.Render(ok, visaportalview.Pay(visaportalview.Payment{
			Title: text.VisaportalPayPaidTitle, Place: here, Lead: []string{say.T(text.VisaportalSentPaid, "fee", order.Amount.String())},
			Links: []visaportalview.Link{{Href: "/status", Label: text.VisaportalStartStatus}},
		}))
	}
	if !order.State.Open() && order.State != pay.Paid { // refused, expired, or another amount came and goes back: he may try again
		return c.Render(ok, visaportalview.Pay(p.failedPayment(c, group, here)))
	}
	return c.Render(ok, visaportalview.Pay(visaportalview.Payment{
		Title: text.VisaportalPayUnknownTitle, Place: here, Lead: []string{say.T(text.VisaportalPayUnknown)},
		Links: []visaportalview.Link{{Href: here, Label: text.VisaportalPayLookAgain}, {Href: "/status", Label: text.VisaportalStartStatus}},
	}))
}

// failedPayment offers another try to the browser that knows the application.
func (p *portal) failedPayment(c *web.Context, group uuid.UUID, here string) visaportalview.Payment {
	shown := visaportalview.Payment{
		Title: text.VisaportalPayFailedTitle, Place: here, Lead: []string{c.Text().T(text.VisaportalPayFailed)},
		Links: []visaportalview.Link{{Href: "/status", Label: text.VisaportalStartStatus}},
	}
	if d, err := p.opened(c); err == nil && d.Sent != nil && d.Sent.Group == group {
		shown.Links = append([]visaportalview.Link{{Href: "/apply/pay", Label: text.VisaportalPayAgain}}, shown.Links...)
	}
	return shown
}

// notify takes the provider's call-back.
func (p *portal) notify(c *web.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	if err := p.Fees.CallBack(c.Ctx(), c.Request().Header.Get, body); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

package central

import (
	"context"
	"errors"
	"time"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/breaker"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
)

// visaPaymentWithin is how long the payment provider may take to say whether a fee came in.
const visaPaymentWithin = 10 * time.Second

var errProviderLeftAlone = errors.New("the payment provider has not answered, and is left alone for a while")

// patientProvider asks the payment provider unless it has just failed: the applications that wait for their checks do not wait for it one by one.
type patientProvider struct {
	*payhttp.Client
	breaker *breaker.Breaker
}

// Ask gives where an order stands. That there is no such order is an answer.
func (p patientProvider) Ask(ctx context.Context, ref string) (pay.Standing, error) {
	report, may := p.breaker.Ask()
	if !may {
		return pay.Standing{}, errProviderLeftAlone
	}
	standing, err := p.Client.Ask(ctx, ref)
	if err == nil || errors.Is(err, pay.ErrUnknown) {
		report(breaker.Good)
	} else {
		report(breaker.Bad)
	}
	return standing, err
}

// paymentCheck asks the provider itself about what the portal says was paid. Where the centre knows no provider, nothing that was paid is checked.
func (a *app) paymentCheck() ([]desk.Planned, error) {
	if a.cfg.Portal.PayURL == "" {
		a.tools.Log.Warn("BMIS_PAY_URL is not set: what the portal says of payments is not confirmed by the payment provider (docs/payments.md)")
		return []desk.Planned{{Check: desk.PaymentCheck(nil, nil), Deadline: visaPaymentWithin}}, nil
	}
	key, err := payhttp.ReadKey(a.cfg.Portal.PayKey)
	if err != nil {
		return nil, err
	}
	client, err := payhttp.New(payhttp.Options{URL: a.cfg.Portal.PayURL, Key: key, Now: a.tools.Now, Timeout: visaPaymentWithin})
	if err != nil {
		return nil, err
	}
	provider := patientProvider{client, breaker.New(breaker.Default(), a.tools.Now, nil)}
	check := desk.PaymentCheck(provider, paydb.NewProofs(a.db.DB, a.tools.Now))
	return []desk.Planned{{Check: check, Deadline: visaPaymentWithin, Judged: true}}, nil
}

package portal

import (
	"net"
	"net/url"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/ui/visaportal"
)

// openFees makes the way to the payment provider, where there is one, and the store that both sides of a payment share.
func (a *app) openFees() error {
	if a.cfg.PayURL == "" {
		a.openStore(nil)
		return nil
	}
	key, err := payhttp.ReadKey(a.cfg.PayKey)
	if err != nil {
		return err
	}
	provider, err := payhttp.New(payhttp.Options{URL: a.cfg.PayURL, Key: key, Now: a.tools.Now, Roots: a.tools.PayRoots})
	if err != nil {
		return err
	}
	orders := paydb.New(a.db, paydb.Options{ID: a.tools.NewID, Now: a.tools.Now})
	a.openStore(orders)
	orders.Tell(a.store.Paid)
	a.fees = pay.NewService(orders, provider, pay.Options{
		Return: a.cfg.URL + visaportal.ReturnPath, Notify: a.cfg.URL + visaportal.NotifyPath, Now: a.tools.Now, Log: a.tools.Log,
	})
	return nil
}

// provider is what applicants are told of who takes the money. One on this very machine is no bank: it is the simulator.
func (a *app) provider() visaportal.Provider {
	u, err := url.Parse(a.cfg.PayURL)
	if err != nil || u.Host == "" {
		return visaportal.Provider{}
	}
	ip := net.ParseIP(u.Hostname())
	return visaportal.Provider{Name: u.Host, Origin: u.Scheme + "://" + u.Host, Simulated: u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()}
}

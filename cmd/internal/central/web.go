package central

import (
	"context"
	"net/http"

	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/cmd/internal/enrol"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/ui/analyst"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/signin"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
)

// web makes the centre's server with every route that it has.
func (a *app) web(back context.Context) (*web.Server, error) {
	texts, err := text.Load()
	if err != nil {
		return nil, err
	}
	files, err := assets.New()
	if err != nil {
		return nil, err
	}
	s, err := web.NewServer(web.Options{
		Sessions: a.auth, Texts: texts, Assets: files, Log: a.tools.Log, Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID,
		Program: text.FrameCentre, Post: Name, IdleAfter: a.cfg.Session.IdleLock, Nav: nav(),
	})
	if err != nil {
		return nil, err
	}
	signin.Register(s, signin.Options{Door: a.auth})
	analyst.Register(s, analyst.Options{
		Reader: a.reader, Parked: a.applier, Checker: a.completeness, Attention: a.alerts, Witness: a.witness, Enrolment: a.enrolment, Accounts: a.auth,
		Hub: a.hub, NewID: a.tools.NewID, Now: a.tools.Now,
		Verify: func(progress func(done, total int64)) (auditlog.Report, error) {
			return auditlog.Verify(back, a.db.DB, auditlog.VerifyOptions{
				Keys: []note.Verifier{a.secrets.Audit.Verifier()}, Progress: progress,
			})
		},
	})
	a.registerReceipts(s)
	a.registerTrust(s)
	a.registerDesk(s)
	a.registerBoarding(s)
	a.registerLaw(s)
	a.registerPassengers(s)
	a.registerLists(s)
	a.registerPrints(s)
	a.registerRisk(s)
	a.registerCarrierAPI(s)
	a.registerCarriers(s)
	a.registerScore(s)
	a.registerEntryRules(s)
	if err := a.registerVisaNotices(s); err != nil {
		return nil, err
	}
	a.registerVisaDesk(s)
	s.HandlePublic(http.MethodPost, enrol.Path, a.enrol, web.Machine(), web.MaxBody(enrol.MaxBody))
	s.HandlePublic(http.MethodPost, enrol.RenewPath, a.renew, web.Machine(), web.MaxBody(enrol.MaxBody))
	s.HandlePublic(http.MethodGet, "/healthz", func(c *web.Context) error { return c.NoContent(http.StatusNoContent) }, web.Machine())
	s.HandlePublic(http.MethodGet, "/readyz", a.ready, web.Machine())
	return s, nil
}

func (a *app) ready(c *web.Context) error {
	if ready, _ := a.health.Ready(c.Ctx()); !ready {
		return c.NoContent(http.StatusServiceUnavailable)
	}
	return c.NoContent(http.StatusNoContent)
}

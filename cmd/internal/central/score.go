package central

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/openbmis/openbmis/alerts/listfile"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/carrierportal"
	"github.com/openbmis/openbmis/ui/web"
)

// openScore opens the carriers' scorecard.
func (a *app) openScore() error {
	policy, err := score.LoadPolicy(a.cfg.CarrierPolicy)
	if err != nil {
		return fmt.Errorf("BMIS_CARRIER_POLICY: %w", err)
	}
	a.score = scoredb.New(scoredb.Options{
		DB: a.db.DB, Manifests: a.passengers.store, Courier: lateCourier{a}, Policy: policy, Country: listfile.CountryCode, Now: a.tools.Now, Log: a.tools.Log,
	})
	p := a.passengers
	p.store.OnKept(func() {
		p.processor.Wake()
		p.hub.Nudge() // what cannot be used changes nobody, and its carrier is told of it too
	})
	return nil
}

// runScore rates flights whenever messages were applied, and when the next push is due.
func (a *app) runScore(ctx context.Context) error {
	nudges, end := a.passengers.hub.Watch()
	defer end()
	return a.score.Run(ctx, nudges)
}

// registerScore registers the carriers' pages and the State's board of carriers.
func (a *app) registerScore(s *web.Server) {
	o := carrierportal.Options{}
	if a.score != nil { // nil while only the routes are asked for
		o = carrierportal.Options{Messages: a.passengers.store, Scores: a.score, Policy: a.score.Policy, Take: a.takeFromPage}
	}
	carrierportal.Register(s, o)
}

// takeFromPage brings a file of the carriers' page to the door that everything else goes through.
func (a *app) takeFromPage(ctx context.Context, carrier, name string, body []byte) (apipnr.Receipt, error) {
	if !a.carriers.admitted(carrier) {
		return apipnr.Receipt{}, problem.New(problem.Forbidden, "carrierportal.shut")
	}
	told, err := takings{a.carriers}.Take(ctx, door.Arrival{
		Carrier: carrier, Gateway: apipnr.GatewayPage, Subject: "page/" + name, Body: bytes.NewReader(body),
	})
	var refusal *door.Refusal
	switch {
	case !errors.As(err, &refusal):
		return told, err
	case refusal.Status == http.StatusTooManyRequests:
		err = problem.New(problem.Unavailable, "carrierportal.rate").Because(err)
	case refusal.Status < http.StatusInternalServerError:
		err = problem.New(problem.Invalid, "carrierportal.refused").Because(err)
	default:
		err = problem.New(problem.Unavailable, "carrier_door_shut").Because(err)
	}
	return told, err
}

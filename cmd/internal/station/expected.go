package station

import (
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/likeness"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres/expecteddb"
	expectedui "github.com/openbmis/openbmis/ui/expected"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// The persons expected on flights, as the centre tells them to posts of the air border.

// expects reports whether the station takes the dataset of expected persons: at the air border, where there is a centre.
func (a *app) expects() bool {
	return a.cfg.Transport == config.Transport(border.Air) && (a.cfg.Centre.URL != "" || a.cfg.Centre.NATSURL != "")
}

// expectedChecks is the check of passenger data, where the station takes what it needs.
func (a *app) expectedChecks() ([]border.Check, error) {
	if !a.expects() {
		return nil, nil
	}
	policy, err := expected.LoadPolicy(a.cfg.ExpectedPolicy)
	if err != nil {
		return nil, err
	}
	return []border.Check{expected.NewCheck(expected.CheckConfig{
		Register: expecteddb.NewRegister(a.db.DB), Matcher: expected.Matcher{Names: likeness.Names{}, Policy: policy},
		MaxAge: a.cfg.Counter.ListRed,
	})}, nil
}

// expectedSink takes the dataset.
func (a *app) expectedSink() expecteddb.Sink { return expecteddb.Sink{Zone: a.cfg.Zone} }

// arrivals keep who came with the decision.
func (a *app) arrivals() expecteddb.Arrivals { return expecteddb.Arrivals{Changed: a.expected.Nudge} }

func (a *app) expectedNav() []view.NavItem {
	if !a.expects() {
		return nil
	}
	return []view.NavItem{expectedui.Nav()}
}

func (a *app) registerExpected(s *web.Server) {
	if !a.expects() {
		return
	}
	expectedui.Register(s, expectedui.Options{
		Board: expecteddb.NewBoard(a.pool(), a.cfg.Zone, a.tools.Now), Watcher: a.expected, Zone: a.cfg.Zone, Every: queueEvery, MaxAge: a.cfg.Counter.ListRed,
	})
}

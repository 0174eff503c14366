package station

import (
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/ui/training"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// registerTraining registers the training page. Specimens lie in the simulator's lanes alone, unless the station is Utopia's own.
func (a *app) registerTraining(s *web.Server) {
	training.New(training.Options{
		Desk: a.desk, Lanes: a.lanes(), Everywhere: a.cfg.State == specimen.State, Random: a.tools.Random,
	}).Register(s)
}

// trainingNav leads to training, where there is a lane for it.
func (a *app) trainingNav() []view.NavItem {
	for _, l := range a.cfg.Lanes {
		if a.cfg.State == specimen.State || training.Simulator(l.Name) {
			return []view.NavItem{training.Nav()}
		}
	}
	return nil
}

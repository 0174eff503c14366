package station

import (
	"time"

	"github.com/openbmis/openbmis/border"
	line "github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/secondlinedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/ui/secondline"
	"github.com/openbmis/openbmis/ui/web"
)

// queueEvery is how often a page that shows the second line's queue looks whether it has changed.
const queueEvery = time.Second

// secondLine is the work on referrals.
func (a *app) secondLine() (*line.Line, error) {
	reasons, err := a.refusalReasons()
	if err != nil {
		return nil, err
	}
	var db *postgres.DB
	if a.db != nil { // none while only the routes are asked for
		db = a.db.DB
	}
	store := secondlinedb.New(secondlinedb.Config{
		DB: db, Decisions: stationdb.New(db, a.tools.NewID, a.link.wake), Zone: a.cfg.Zone, Nudge: a.link.wake,
		Protect: a.protectionCases().SignalTx,
	})
	return line.New(line.Config{
		Post: border.Post{Station: a.cfg.ID, Zone: a.cfg.Zone, Mode: border.Mode(a.cfg.Transport)}, Store: store,
		Plan: a.desk.Plan, Status: a.desk.Status, Reasons: reasons, Now: a.tools.Now, NewID: a.tools.NewID,
	}), nil
}

func (a *app) registerSecondLine(s *web.Server) error {
	l, err := a.secondLine()
	if err != nil {
		return err
	}
	secondline.Register(s, secondline.Options{Line: l, Witness: a.auth, Limits: secondline.DefaultLimits(), Every: queueEvery, Protects: true})
	return nil
}

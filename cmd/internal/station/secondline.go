package station

import (
	"time"

	line "github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres/secondlinedb"
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
	db := a.pool()
	store := secondlinedb.New(secondlinedb.Config{
		DB: db, Decisions: a.decisions(), Hits: a.hitStore(), Prints: a.prints.store, Zone: a.cfg.Zone, Nudge: a.link.wake,
		Protect: a.protectionCases().SignalTx, Space: a.space,
	})
	return line.New(line.Config{
		Post: a.post(), Store: store, Readings: a.evidence, Training: a.training(), Plan: a.desk.Plan, Status: a.desk.Status, Reasons: reasons,
		Prints: a.printsOfRefusal, VisaNumber: a.arrivalNumber, Now: a.tools.Now, NewID: a.tools.NewID,
	}), nil
}

// space is what the disk has left.
func (a *app) space() pgcluster.Space { return a.db.Space() }

func (a *app) registerSecondLine(s *web.Server) error {
	l, err := a.secondLine()
	if err != nil {
		return err
	}
	files, err := a.attachments()
	if err != nil {
		return err
	}
	evidence := secondlinedb.NewEvidence(secondlinedb.EvidenceConfig{
		DB: a.pool(), Files: files, Post: a.post(), Status: a.desk.Status, Now: a.tools.Now, NewID: a.tools.NewID, Nudge: a.link.wake,
	})
	secondline.Register(s, secondline.Options{
		Line: l, Witness: a.auth, Evidence: evidence, Hits: a.hitDesk(), Protects: true, Limits: secondline.DefaultLimits(), Every: queueEvery,
	})
	return nil
}

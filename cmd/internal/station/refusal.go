package station

import (
	"fmt"
	"os"
	"time"

	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pdfprint"
	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
	"github.com/openbmis/openbmis/ui/refusals"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// printWithin is how long one form may take to become a PDF on a busy machine.
const printWithin = 30 * time.Second

// refusalReasons are the country's reasons for refusal: those of the configured file, else the built-in ones.
func (a *app) refusalReasons() (refusal.Catalogue, error) {
	path := a.cfg.Refusal.ReasonsFile
	if path == "" {
		return refusal.Default()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return refusal.Catalogue{}, fmt.Errorf("BMIS_REFUSAL_REASONS: %w", err)
	}
	reasons, err := refusal.Parse(data)
	if err != nil {
		return refusal.Catalogue{}, fmt.Errorf("BMIS_REFUSAL_REASONS: %s: %w", path, err)
	}
	return reasons, nil
}

func (a *app) refusalAppeal() (refusal.Appeal, error) {
	path := a.cfg.Refusal.AppealFile
	if path == "" {
		return refusal.DefaultAppeal()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return refusal.Appeal{}, fmt.Errorf("BMIS_REFUSAL_APPEAL: %w", err)
	}
	appeal, err := refusal.ParseAppeal(data)
	if err != nil {
		return refusal.Appeal{}, fmt.Errorf("BMIS_REFUSAL_APPEAL: %s: %w", path, err)
	}
	return appeal, nil
}

// refusalNav leads supervisors to the day's refusals.
func refusalNav() view.NavItem {
	return view.NavItem{Href: "/refusals", Label: text.RefusalList, Need: auth.ShiftLead}
}

func (a *app) registerRefusals(s *web.Server) error {
	reasons, err := a.refusalReasons()
	if err != nil {
		return err
	}
	appeal, err := a.refusalAppeal()
	if err != nil {
		return err
	}
	refusals.Register(s, refusals.Options{
		Store: refusaldb.New(refusaldb.Config{
			DB: a.pool(), Post: a.post(), Status: a.desk.Status, Reasons: reasons.Version, Now: a.tools.Now, NewID: a.tools.NewID,
			Nudge: a.link.wake,
		}),
		Press:   pdfprint.New(pdfprint.Config{Path: a.cfg.Refusal.Chromium, Within: printWithin, AtOnce: 1}),
		Reasons: reasons, Appeal: appeal, State: a.cfg.State, Place: a.cfg.Name, Language: a.cfg.Language,
	})
	return nil
}

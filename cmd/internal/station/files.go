package station

import (
	"context"
	"errors"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/ui/files"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// fileSink takes what the centre tells of files.
func (a *app) fileSink() filedb.Sink {
	return filedb.Sink{Random: a.tools.Random, Now: a.tools.Now, Log: a.tools.Log}
}

// attachments keep evidence, encrypted.
func (a *app) attachments() (*filedb.Attachments, error) {
	if a.db == nil {
		return nil, nil //nolint:nilnil // only the routes are asked for
	}
	return filedb.NewAttachments(a.db.DB, a.secrets.Evidence, a.tools.Random)
}

func (a *app) registerFiles(s *web.Server) error {
	evidence, err := a.attachments()
	if err != nil {
		return err
	}
	regimes, err := stay.LoadRegimes(a.cfg.StayRules)
	if err != nil {
		return err
	}
	keeper := filedb.New(filedb.Options{
		DB: a.pool(), Attachments: evidence, Key: a.secrets.Query, Now: a.tools.Now, NewID: a.tools.NewID, Nudge: a.link.wake,
	})
	o := files.Options{
		Files: keeper, Evidence: evidence, Post: border.Post{Station: a.cfg.ID, Zone: a.cfg.Zone, Mode: border.Mode(a.cfg.Transport)},
		Regimes: func() stay.Regimes { return regimes }, Centre: a.link.Online, NewID: a.tools.NewID,
	}
	if a.prints != nil {
		o.Prints = a.prints.tasks
	}
	files.Register(s, o)
	return nil
}

// filesNav are the files' pages; the number beside the duplicates is how many wait.
func (a *app) filesNav() []view.NavItem {
	return files.Nav(func(ctx context.Context) (int, error) {
		if a.db == nil {
			return 0, errors.New("no database")
		}
		return filedb.New(filedb.Options{DB: a.db.DB}).CountDuplicates(ctx)
	})
}

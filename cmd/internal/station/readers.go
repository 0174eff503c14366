package station

import (
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/readers"
	"github.com/openbmis/openbmis/ui/web"
)

// registerReaders registers the door of document readers, and gives the counter what comes through it.
func (a *app) registerReaders(s *web.Server, h *counter.Handlers) (*arrival.Service, error) {
	store, err := readerdb.New(a.pool(), a.secrets.Evidence, a.tools.Random)
	if err != nil {
		return nil, err
	}
	lanes := make([]string, len(a.cfg.Lanes))
	for n, l := range a.cfg.Lanes {
		lanes[n] = l.Name
	}
	service := arrival.New(arrival.Config{
		Store: store, Seats: readerdb.NewSeats(a.pool(), a.cfg.ID, a.cfg.Session.IdleLock), Counter: h, Post: a.cfg.ID, Lanes: lanes,
		Zones: arrival.NewScanner(a.tools.Now, a.cfg.Zone),
		Now:   a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID,
	})
	readers.New(service).Register(s)
	return service, nil
}

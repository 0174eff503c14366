package portal

import (
	"net/http"

	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/visaportal"
	"github.com/openbmis/openbmis/ui/web"
)

// web makes the portal's server with every route that it has: the pages, the built-in files, and a sign of life.
func (a *app) web() (*web.Server, error) {
	files, err := assets.New()
	if err != nil {
		return nil, err
	}
	s, err := web.NewServer(web.Options{
		Sessions: visaportal.Nobody{}, Texts: a.words.texts, Assets: files, Log: a.tools.Log, Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID,
		Program: text.VisaportalService, Post: Name, Fault: visaportal.Fault,
	})
	if err != nil {
		return nil, err
	}
	options := visaportal.Options{Service: a.service, Provider: a.provider(), Judging: atOnce, PortName: a.tools.PortName}
	if a.fees != nil {
		options.Fees = a.fees
	}
	visaportal.Register(s, options)
	s.HandlePublic(http.MethodGet, "/healthz", func(c *web.Context) error { return c.NoContent(http.StatusNoContent) }, web.Machine())
	return s, nil
}

package web

import (
	"net/http"
)

// Reached is the body with which a probe answers in the place of every handler.
const Reached = "reached"

// Probe is a server with the same table of routes, rules and limits but other sessions, in which no handler runs: a request
// that would reach one gets 200 and the word Reached. The matrix test asks it for every route, role and state.
func (s *Server) Probe(sessions Sessions) (http.Handler, error) {
	options := s.Options
	options.Sessions, options.Status = sessions, nil
	probe, err := NewServer(options)
	if err != nil {
		return nil, err
	}
	for _, r := range s.routes[len(probe.routes):] {
		same := func(to *Route) { *to = r }
		probe.register(r, reached, []RouteOption{same})
	}
	return probe.Handler()
}

func reached(c *Context) error { return c.String(http.StatusOK, Reached) }

package web

import "time"

// EchoRoutes are the routes that echo knows.
func EchoRoutes(s *Server) []string {
	var all []string
	for _, r := range s.echo.Routes() {
		all = append(all, r.Method+" "+r.Path)
	}
	return all
}

// SetStreamWriteTimeout shortens what a stream's single write may take.
func SetStreamWriteTimeout(s *Server, d time.Duration) { s.writeWithin = d }

package web

// EchoRoutes are the routes that echo knows.
func EchoRoutes(s *Server) []string {
	var all []string
	for _, r := range s.echo.Routes() {
		all = append(all, r.Method+" "+r.Path)
	}
	return all
}

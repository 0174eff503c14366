package web

// StatusOf is the HTTP status of a problem, for handlers that show it within their own page.
func StatusOf(err error) int { return statusOf(err) }

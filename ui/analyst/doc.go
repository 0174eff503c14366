// Package analyst answers the centre's console over HTTP: it reads requests, asks the read side in the name of the session's
// person, and draws what comes back. What shows a person carries a purpose and an audit entry. It must never take a person's
// rights from a request, nor put a search term into an address or a log.
package analyst

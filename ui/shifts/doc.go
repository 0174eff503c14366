// Package shifts answers the pages of a crossing point's shifts over HTTP: it turns requests into acts of the shifts' store and what
// comes back into the view. It decides nothing itself, and nothing of it stands between an officer and a traveller.
package shifts

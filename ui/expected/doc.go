// Package expected answers the pages of a crossing point's expected flights over HTTP: the day's flights with their numbers, a flight's
// persons, and who did not come. It must never show persons without an audit entry of the look.
package expected

// Package screeningdb keeps at the centre what the screening works on, the hits of all stations, and what the desks of the owners of
// alerts do with them. Hits on discreet alerts stand in tables of their own.
//
// It must never let a row, a count or an audit entry of a discreet hit reach anybody but the agency that owns the alert, never publish
// one, and never lose a note of what is still to be screened.
package screeningdb

// Package paxlst reads and writes passenger and crew lists (PAXLST, WCO/IATA/ICAO API Guidelines, directories D.02B to D.15B): lists,
// changes, cancellations and the closing of flights.
//
// It must never lose a traveller because a segment is unknown, misplaced or wrong: triggers open groups, not the order of segments. It
// must never guess a date: what cannot be read stays as it was sent.
package paxlst

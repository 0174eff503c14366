// Package pnrgov reads and writes reservations as carriers push them to a State: the message PNRGOV and its acknowledgement ACKRES in the
// EDIFACT of IATA's PADIS (IATA/WCO/ICAO PNRGOV EDIFACT Implementation Guide, 10.1 to 14.1 as far as they are known; later ones add to
// them). It reads whatever carriers send, and writes only what the guide allows.
//
// It must never lose a traveller because a document, a reference or a segment is missing or in the wrong place, never mix a reservation's
// history with what holds now, and never let the number of a payment card out.
package pnrgov

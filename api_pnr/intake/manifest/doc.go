// Package manifest puts together who is expected on a flight from what carriers tell: lists and changes of passengers and crew (API),
// closing messages, pushes of reservations (PNR). It decides which travellers of different messages are one person, what a message
// changes, and which message is newer.
//
// It is values and algorithms: it knows no database, no clock and no key. It must never make two rows of one person of a flight, nor one of
// two, and never take a person off because a message came incomplete.
package manifest

// Package apipnr is passenger data: what carriers tell the State of the people on a flight before it arrives (advance passenger
// information, PAXLST, and reservation data, PNRGOV), and what the State answers. It holds the values that its sub-packages share:
// messages as they were read, with the place of each value in them, and passengers as they are expected.
//
// It must never lose a traveller because a message breaks its grammar, never correct a value without keeping what was sent, and never
// take the name of the carrier from what a message says: that is known from the door it came through.
package apipnr

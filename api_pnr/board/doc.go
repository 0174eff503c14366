// Package board answers a carrier who asks whether a traveller may board: board, do not board, or contact the authority, by the State's
// policy on what the border checks find. It exists so that the answer at the gate abroad and the officer at the counter rest on the same
// checks, and so that every answer explains itself: which policy, which check, which list at which version.
//
// It must never let a discreet alert change an answer or how long it takes, never call a traveller fine whom it did not check, never let
// the order in which answers arrive decide who boards, and never write a name, a document or a reference to a log.
package board

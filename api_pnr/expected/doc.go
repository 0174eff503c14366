// Package expected is what a crossing point knows of the persons whom carriers have announced: the rows of the dataset that tells it,
// who of them stands at the counter, and what differs between the carrier's data and the travel document. It exists so that the officer
// has the flight, the screening and the differences on the screen when the passport is scanned, with no line to the centre.
//
// It must never choose among several persons on its own, never hold a missing list against a traveller, and never say that all is well
// when it could not look.
package expected

// Package listcheck asks the alert lists that a crossing point holds about a traveller, a document and a vehicle: the check of the
// lists. It exists so that one place turns what the matcher finds into what an officer is told, by the policy of each list.
//
// It must never answer "no hit" without every list, whole and young enough; never leave a match out without saying so; never tell of a
// discreet alert, which has no business at a crossing point; and never write a name to the log.
package listcheck

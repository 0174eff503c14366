// Package shiftdb keeps a crossing point's shifts: every step is a record, and the rows that screens read are written in the
// record's transaction. It exists so that the post register fills itself from what happened. It must never read the tables of the
// protection service, change a register that was offered, or stand between an officer and a traveller.
package shiftdb

// Package visaregdb keeps, at a crossing point, the visas and the rules of entry that the centre tells it of, and the entries that were made
// on visas here. It exists so that a counter knows a traveller's visa without a line to the centre.
//
// It must never answer that there is no visa when rows cannot be read or never came, and never count one entry twice.
package visaregdb

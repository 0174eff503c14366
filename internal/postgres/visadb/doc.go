// Package visadb is the register of visas at the centre: each visa with its events, found by its number, its document and its person
// through keyed hashes, for who a visa is for stands sealed. What changes leaves a note in the same transaction, from which the crossing
// points (visadb/publish), the portal and the printing of notices are told.
//
// It must never change a visa without an event and an audit entry, never delete one, and never let two officers change what one of them
// has not seen.
package visadb

// Package passengerdb keeps passenger data at the centre: what carriers sent, sealed and in one chain of digests; what was read of it; and
// the flights with the persons expected on them. It implements apipnr.Keeper, apipnr.Manifests and the store of the intake.
//
// Whatever identifies a person stands sealed under a data key of his flight, apart from the rest, so that masking is a deletion of rows and
// key. It must never keep a plain byte of a message or of a person, never change what was kept, and never give a person's data to somebody
// who looks without an audit entry in the same transaction.
package passengerdb

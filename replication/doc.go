// Package replication carries what happened at a station to the centre, and what the centre decides back to the stations.
//
// Up: every act at a station writes one Event in its own transaction (the outbox). A Relay numbers committed events without
// gap, chains them by hash and sends them in batches; a Receiver hands them to the Applier, which commits events and cursor
// in one transaction; only then does the station forget them. The position in the centre's database decides, nothing else
// does: no acknowledgement of a broker, no window of remembered ids. Whenever the two disagree the station goes back to
// the centre's cursor.
//
// Down: reference data (alert lists, users, rules) in datasets with one writer, a gapless version and a digest.
//
// The package knows no database: Outbox, Applier, Completeness, DatasetSource and ReferenceStore are interfaces, kept by
// the conformance suites of replicationtest. It must never drop an event, never apply one twice, never skip a number
// without saying so, and never log a payload.
package replication

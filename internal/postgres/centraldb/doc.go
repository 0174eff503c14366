// Package centraldb keeps the centre's rows: the crossings that stations report, the read models that analysts' questions are
// answered from, the reference data that goes back to the stations, and the proof that nothing is missing.
//
// Events enter by the Applier alone, in one transaction with the cursor. A read of persons' records takes the audit entry that
// goes with it and writes it in the same transaction. The package must never lose an event it cannot read (it parks it), never
// let one event stop those after it, and never answer a count from another snapshot than the rows.
package centraldb

// Package intake reads what carriers sent and was kept, and applies it to the flights and the persons expected on them: it joins messages
// that came in parts, finds duplicates, puts aside what cannot be used, and keeps the order of each flight.
//
// It must never lose what was kept, never apply a message twice, and never let a message that cannot be used hold up another.
package intake

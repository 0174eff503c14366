// Package receiptdb keeps receipts and the public keys that verify them: at a crossing point the copies that were printed, at the centre
// the keys of all crossing points. It must never keep a private key, nor count a copy without its record and its audit entry.
package receiptdb

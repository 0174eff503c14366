// Package audit is the tamper-evident record of who did what to whose data: entries, their canonical bytes, the Merkle
// tree over them (RFC 6962), signed checkpoints, and the witness that co-signs them.
//
// It exists so that a thief of one machine cannot rewrite history unseen. It knows no database: storage hands it hashes
// and keeps what it answers. It must never take raw personal data into a leaf, for a leaf can never be erased, and it
// must never sign a tree that does not continue the one it signed before.
package audit

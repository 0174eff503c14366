// Package filedb keeps the individual file at a crossing point: one person over all documents and identities, his movements from
// every crossing point, the links between files, duplicates to decide, repairs, and evidence. It must never merge two files by
// itself, and never change or delete a record: what does not stand any more says so and stays.
package filedb

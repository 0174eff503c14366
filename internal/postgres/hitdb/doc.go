// Package hitdb keeps a crossing point's hits: their steps as records, the queue that is read from them, the pairs of travellers and
// alerts that are not the same person, and what the centre tells. It exists so that a hit is raised in the transaction of the act that
// it comes with. It must never raise the same hit twice, and never drop what the centre told.
package hitdb

// Package fingertaskdb keeps a crossing point's tasks about prints: their steps as records, the queue that is read from them, the pairs
// of persons who were found to be different, and what the centre tells. It exists so that a task is raised in the transaction of what
// found it, and that what follows from a verdict is written with it.
//
// It must never hold a print, never raise the same task twice, and never drop what the centre told this station.
package fingertaskdb

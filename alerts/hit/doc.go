// Package hit is the way of a match from the moment it is raised to its outcome: who looked, who was asked, who answered, what was done.
// It must never close a hit without an outcome, never forget one that waits for somebody, and never let a machine say that two people
// are the same.
package hit

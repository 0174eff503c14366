// Package staycheck is the check of the rules of stay at a counter: how long somebody may stay at entry, and how long he stayed too
// long at exit. It proposes the stay that the officer grants, and explains it. It must never hide that records are missing,
// contradict each other, or are old.
package staycheck

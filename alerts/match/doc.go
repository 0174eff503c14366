// Package match finds the alerts that a traveller may be meant by, and says why. It is the project's own matcher: an immutable index over
// tokens of names, dates of birth and document numbers, in memory, without any service. It must never lose a match because another
// alert matches better, never depend on the order of a map, and never hold a rule for one name or one list.
package match

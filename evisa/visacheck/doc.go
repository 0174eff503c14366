// Package visacheck answers, at a counter and before boarding, whether a traveller may come by the rules of entry and his visas: which
// visa lets him in and what is left of it, or why none does. It implements border.Check, so that every place asks the same.
//
// It must never say that somebody has no visa when it could not look, and never let an entry count twice.
package visacheck

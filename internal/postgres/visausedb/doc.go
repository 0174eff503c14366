// Package visausedb keeps, at the centre, how visas are used: entries taken out of the events of the crossing points, the cases of visas
// that posts used without knowing of each other, and the versions of the rules of entry. It exists because a visa is used far from the
// office that issued it, at posts that may be apart for days.
//
// It must never take a use away or write over one: what does not fit becomes a case, which a person decides. It must never publish rules
// that one person alone put in force.
package visausedb

// Package refusaldb keeps the copy numbers and copies of the standard form for refusal of entry, and lists the refusals of a crossing
// point. It exists so that numbers have no gaps and every copy that was made is known. It never writes a refusal itself: that is
// stationdb's Write, in whose transaction Number is called.
package refusaldb

// Package expecteddb keeps at a crossing point who is expected on the day's flights, as the centre tells it, and who of them came. It
// exists so that the counter finds a traveller's record without a line to the centre, in one statement.
//
// It must never keep a person whom the dataset no longer has, and never show persons to anybody without an audit entry.
package expecteddb

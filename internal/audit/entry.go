package audit

import "time"

// Entry is one act or one read of a person's data, as the application states it. It never holds raw personal data:
// search terms go into QueryHMAC, values into Commitment, and ObjectID is a random identifier.
type Entry struct {
	At            time.Time // when, by the station's wall clock; kept to the microsecond, in UTC
	Actor         string    // who: the user's id, or the name of the service
	Role          string    // the role he acted in
	Post          string    // border crossing point
	Lane          string
	Workstation   string
	Verb          Verb
	ObjectKind    string // what kind of thing: "crossing", "traveller", "user", ...
	ObjectID      string
	Purpose       string // why, as a purpose code; required for consultation and disclosure
	Justification string // why, in the user's words
	QueryHMAC     []byte // QueryHMAC of the search terms
	ResultCount   int    // how many records were shown; not negative
	Decision      string // outcome of the act: "admit", "refer", "denied", ...
	Commitment    []byte // Commit of the personal values the act was about
}

// Actor is the part of an Entry that a session knows: who acts, in which role, and where.
type Actor struct {
	ID          string
	Role        string
	Post        string
	Lane        string
	Workstation string
}

// Entry starts an entry of this actor; the caller fills in purpose, result and decision.
func (a Actor) Entry(at time.Time, verb Verb, kind, id string) Entry {
	return Entry{
		At: at, Actor: a.ID, Role: a.Role, Post: a.Post, Lane: a.Lane, Workstation: a.Workstation,
		Verb: verb, ObjectKind: kind, ObjectID: id,
	}
}

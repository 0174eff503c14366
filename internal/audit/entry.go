package audit

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Longest values that an entry may carry, in bytes.
const (
	MaxText          = 200  // every text field but the justification
	MaxJustification = 4000 // Entry.Justification
	MaxDigest        = 64   // Entry.QueryHMAC and Entry.Commitment
)

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
	Name        string // log-in name, for records that people read; it is no part of an Entry
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

// Validate reports the first field that may not enter the log, by name and with what was expected. The error never
// repeats the value.
func (e Entry) Validate() error {
	switch {
	case e.At.IsZero() || e.At.Year() < 1970 || e.At.Year() > 9999:
		return fmt.Errorf("audit entry: at: expected an instant between the years 1970 and 9999")
	case !e.Verb.Valid():
		return fmt.Errorf("audit entry: verb: expected one of %v", Verbs())
	case e.Actor == "":
		return fmt.Errorf("audit entry: actor: expected who acts, got nothing")
	case e.ResultCount < 0 || e.ResultCount > math.MaxInt32:
		return fmt.Errorf("audit entry: result_count: expected 0 to %d", math.MaxInt32)
	case e.needsReason() && e.Purpose == "" && e.Justification == "":
		return fmt.Errorf("audit entry: purpose: a %s needs a purpose or a justification", e.Verb)
	}
	return e.validateFields()
}

// needsReason tells the verbs that must say why: Article 25(2) of Directive (EU) 2016/680.
func (e Entry) needsReason() bool {
	return e.Verb == Consultation || e.Verb == Disclosure || e.Verb == Combination
}

func (e Entry) validateFields() error {
	for i, text := range e.texts() {
		limit := MaxText
		if textNames[i] == "justification" {
			limit = MaxJustification
		}
		if len(text) > limit {
			return fmt.Errorf("audit entry: %s: expected at most %d bytes, got %d", textNames[i], limit, len(text))
		}
		if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("audit entry: %s: expected UTF-8 without zero bytes", textNames[i])
		}
	}
	if len(e.QueryHMAC) > MaxDigest {
		return fmt.Errorf("audit entry: query_hmac: expected at most %d bytes, got %d", MaxDigest, len(e.QueryHMAC))
	}
	if len(e.Commitment) > MaxDigest {
		return fmt.Errorf("audit entry: commitment: expected at most %d bytes, got %d", MaxDigest, len(e.Commitment))
	}
	return nil
}

// textNames are the names of texts, in the order of the leaf.
var textNames = [...]string{
	"actor", "role", "post", "lane", "workstation", "verb", "object_kind", "object_id", "purpose", "justification",
	"decision",
}

// texts returns the text fields in the order of the leaf.
func (e Entry) texts() [len(textNames)]string {
	return [...]string{
		e.Actor, e.Role, e.Post, e.Lane, e.Workstation, string(e.Verb), e.ObjectKind, e.ObjectID, e.Purpose,
		e.Justification, e.Decision,
	}
}

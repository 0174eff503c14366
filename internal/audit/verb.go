package audit

// Verb says what was done. The first six are those of Article 25 of Directive (EU) 2016/680; the others are the acts
// on the system itself.
type Verb string

// The verbs an entry may carry.
const (
	Collection     Verb = "collection"
	Alteration     Verb = "alteration"
	Consultation   Verb = "consultation"
	Disclosure     Verb = "disclosure"
	Combination    Verb = "combination"
	Erasure        Verb = "erasure"
	Login          Verb = "login"
	Logout         Verb = "logout"
	Lock           Verb = "lock"
	Denied         Verb = "denied"
	Administration Verb = "administration"
)

// Verbs returns every verb, in the order of the constants.
func Verbs() []Verb {
	return []Verb{
		Collection, Alteration, Consultation, Disclosure, Combination, Erasure,
		Login, Logout, Lock, Denied, Administration,
	}
}

// Valid reports whether v is one of Verbs.
func (v Verb) Valid() bool {
	for _, known := range Verbs() {
		if v == known {
			return true
		}
	}
	return false
}

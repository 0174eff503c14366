package intake

// State is where something that was kept, or one message of it, stands.
type State string

// The states.
const (
	Received     State = "received"      // waits to be read
	WaitingParts State = "waiting_parts" // of a series that is not whole
	Parsed       State = "parsed"        // read; asks for nothing to be applied
	Applied      State = "applied"
	Partial      State = "partial"     // its good records are applied, the others are in quarantine
	Quarantined  State = "quarantined" // nothing of it could be used
	Incomplete   State = "incomplete"  // of a series whose other parts did not come in time: what came is applied
	Duplicate    State = "duplicate"   // the same message came before
	Superseded   State = "superseded"  // a newer push of the flight holds
)

// States are all states, in the order in which one goes through them.
func States() []State {
	return []State{Received, WaitingParts, Parsed, Applied, Partial, Quarantined, Incomplete, Duplicate, Superseded}
}

// Failed reports whether a message of the state may be sent or read again without being a duplicate.
func (s State) Failed() bool { return s == Quarantined || s == Partial || s == Incomplete }

// Reasons of quarantine that are no diagnostic of a reader.
const (
	ReasonNoMessage   = "no_message"   // what came holds no message at all
	ReasonUnreadable  = "unreadable"   // a fault of ours: the reader broke off
	ReasonFunction    = "function"     // of a type or for a purpose that is not known
	ReasonNoFlight    = "no_flight"    // no flight to apply it to
	ReasonNoTraveller = "no_traveller" // every record is bad
	ReasonNotApplied  = "not_applied"  // a fault of ours, again and again
	// ReasonPastRetention is of what comes for a flight whose data the law erased, with the key. apipnr.CodeCarrier is the reason of what
	// comes through the door of a carrier that may not speak for the flight's.
	ReasonPastRetention = "past_retention"
)

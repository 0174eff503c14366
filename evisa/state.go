package evisa

import "slices"

// State is where an application stands.
type State string

// The states. Waiting is known to the portal alone: the application is durable, and not paid.
const (
	Waiting   State = "waiting_payment"
	Received  State = "received"  // paid, or free; its automatic checks run
	Examined  State = "examined"  // in the queue of the desk
	Asked     State = "asked"     // the applicant is to send more
	Interview State = "interview" // the applicant is to come
	Proposed  State = "proposed"  // one officer proposes a decision that a second must make
	Approved  State = "approved"  // a visa was issued
	Refused   State = "refused"
	Appealed  State = "appealed"  // refused, and looked at again by somebody else
	Withdrawn State = "withdrawn" // by the applicant
	Lapsed    State = "lapsed"    // what was asked for did not come in time
)

// States are all states.
func States() []State {
	return []State{Waiting, Received, Examined, Asked, Interview, Proposed, Approved, Refused, Appealed, Withdrawn, Lapsed}
}

// transitions is what may follow what.
func transitions(from State) []State {
	switch from {
	case Waiting:
		return []State{Received, Withdrawn}
	case Received:
		return []State{Examined, Withdrawn}
	case Examined:
		return []State{Asked, Interview, Proposed, Approved, Refused, Withdrawn}
	case Asked, Interview:
		return []State{Examined, Withdrawn, Lapsed}
	case Proposed:
		return []State{Examined, Approved, Refused, Withdrawn}
	case Refused, Lapsed:
		return []State{Appealed}
	case Appealed:
		return []State{Asked, Interview, Proposed, Approved, Refused, Withdrawn}
	case Approved, Withdrawn:
	}
	return nil
}

// May reports whether an application may go from s to another state.
func (s State) May(to State) bool { return slices.Contains(transitions(s), to) }

// Open reports whether somebody still has to do something.
func (s State) Open() bool {
	switch s {
	case Approved, Refused, Withdrawn, Lapsed:
		return false
	default:
		return true
	}
}

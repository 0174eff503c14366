package fingers

import "time"

// State is how a place's biometric store stands: numbers, of nobody in particular.
type State struct {
	Persons int // with references
	Prints  int // references
	Due     int // searches one to many that are not made yet
	Oldest  time.Time
	// Reasons are those of searches that were tried without an answer, each with how many.
	Reasons map[string]int
	Tasks   int // without a verdict that stands
	Waiting int // sealed templates and images that the centre does not have yet
	Parked  int // of them, refused by the centre
	Refused int // persons whom an outside ABIS does not take
	// Retention is how the keeping of prints stands.
	Retention Retention
}

// Retention is how many persons' time of keeping is over, and what became of them.
type Retention struct {
	// Expired are those whom the next round erases; OpenTasks and OpenHits those it keeps, because a task, or a hit or a case, is open.
	Expired, OpenTasks, OpenHits int
	Erased                       int // persons erased because their time was over
}

// GroundRetention is the ground of prints that were erased because their time was over.
const GroundRetention = "retention"

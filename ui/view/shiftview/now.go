package shiftview

import (
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/shift"
)

// Task is something that waits for a supervisor, with the page where it is done. Known is false when it could not be counted: then
// it is shown as not known, never as none.
type Task struct {
	Code  string // names the words shift.task.CODE
	Href  string
	N     int
	Known bool
}

// Now is the page of the post at present.
type Now struct {
	State shift.State
	// Blocks keep the shift from being handed over; for those who lead alone.
	Blocks  []shift.Block
	Tasks   []Task
	Names   Names
	Own     string // the log-in name of who looks
	MayLead bool
	// Unread is the hand-over that the person has not read; nil when there is none.
	Unread *shift.Shift
	// Staff are the accounts that may be in a team; Chosen those marked, when the form comes back.
	Staff []Option
	Done  string
	Wrong string
}

func (p Now) running() (shift.Shift, bool) {
	x, ok := p.State.Shifts[p.State.Current]
	return x, ok && p.State.Current != uuid.Nil
}

// lanes are the open lanes by name.
func (p Now) lanes() []shift.Lane {
	return slices.SortedFunc(maps.Values(p.State.Lanes), func(a, b shift.Lane) int {
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Officer, b.Officer))
	})
}

func (p Now) ownLane() (shift.Lane, bool) {
	lane, ok := p.State.Lanes[p.Own]
	return lane, ok
}

// idle are the members of the team who sit in no lane.
func (p Now) idle(x shift.Shift) []string {
	return slices.DeleteFunc(slices.Clone(x.Team), func(person string) bool { _, in := p.State.Lanes[person]; return in })
}

// others are who may be in the team of the person who begins a shift.
func (p Now) others() []Option {
	return slices.DeleteFunc(slices.Clone(p.Staff), func(o Option) bool { return o.Value == p.Own })
}

package desk

import (
	"reflect"
	"time"

	"github.com/openbmis/openbmis/evisa"
)

// shown reports whether the applicant may know of an event. What the desk does by itself is not told: no check, no judgement and no
// proposal changes anything that he sees, not even a time.
func (e Event) shown() bool {
	switch e.Kind {
	case EventApplied, EventPaid, EventExamined, EventAsked, EventInvited, EventReplied, EventInterviewed, EventApproved, EventRefused, EventAppealed,
		EventWithdrawn, EventLapsed, EventRefundDue, EventRefunded:
		return true
	case EventChecked, EventClaimed, EventReleased, EventNoted, EventJudged, EventProposed, EventReturned, EventSetAside:
	}
	return false
}

// Told is what the applicant may know of a case. Its Version counts what he was shown.
func (c *Case) Told() evisa.Told {
	t := evisa.Told{Application: c.ID, Version: c.Shown, State: c.shownState(), At: c.ShownAt, Visa: c.Visa}
	if c.Application != nil {
		t.Reference = c.Application.Reference
	}
	switch t.State {
	case evisa.Received, evisa.Examined:
		t.Due = c.Due
	case evisa.Asked, evisa.Interview:
		t.Request, t.Due = c.Request, c.Request.Until
	case evisa.Refused:
		t.Grounds, t.Letter, t.AppealUntil = c.Decided.Grounds, c.Decided.Letter, c.AppealUntil
	case evisa.Lapsed:
		t.AppealUntil = c.AppealUntil
	case evisa.Approved:
		t.Standing, t.From, t.Until = evisa.InForce, c.Decided.Terms.From, c.Decided.Terms.Until
	case evisa.Waiting, evisa.Proposed, evisa.Appealed, evisa.Withdrawn:
	}
	for _, r := range c.Refunds {
		if t.Refund = "refunded"; r.Done.IsZero() {
			t.Refund = "due"
			break
		}
	}
	return t
}

// shownState is the state as the applicant is told: a proposal is the desk's own, and an appeal stays one until it is decided.
func (c *Case) shownState() evisa.State {
	switch {
	case c.State != evisa.Proposed && c.State != evisa.Examined:
		return c.State
	case c.Appeal != nil:
		return evisa.Appealed
	}
	return evisa.Examined
}

// Writes reports whether what is new is worth a letter of its own. That he sent his application he was written already, and that its fee came
// in and that it lies with an officer is one piece of news: a family would find a letter for each in its post.
func (c *Case) Writes(before *Case) bool {
	switch state := c.shownState(); {
	case before == nil, state == evisa.Waiting:
		return false
	case state == evisa.Examined:
		return before.shownState() != evisa.Received
	}
	return true
}

// Tells reports whether the applicant is to be told something else than before.
func (c *Case) Tells(before *Case) bool {
	now := c.Told()
	if before == nil {
		return true
	}
	was := before.Told()
	for _, t := range []*evisa.Told{&now, &was} {
		t.Version, t.At = 0, time.Time{}
	}
	return !reflect.DeepEqual(now, was)
}

package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Fold makes a case of its events, oldest first. The same events give the same case.
func (r Rules) Fold(id uuid.UUID, events []Event) *Case {
	c := &Case{ID: id, State: evisa.Waiting}
	for _, p := range r.Plan {
		c.Checks = append(c.Checks, Checked{Name: p.Name, Alert: p.Alert, Pending: true})
	}
	for _, e := range events {
		r.apply(c, e)
	}
	r.conclude(c)
	return c
}

// apply is what one event does to a case.
func (r Rules) apply(c *Case, e Event) {
	c.Events, c.Version = append(c.Events, e), e.Seq
	by := Officer{e.Actor, e.Name}
	if !by.Zero() && c.Touched.IsZero() {
		c.Touched = e.At
	}
	if e.shown() {
		c.Shown, c.ShownAt = c.Shown+1, e.At
	}
	switch e.Kind {
	case EventApplied:
		c.Application = e.Application
		r.receive(c, e.At)
	case EventPaid:
		c.Payments = append(c.Payments, *e.Paid)
		r.receive(c, e.At)
	case EventRefundDue, EventRefunded:
		c.refund(e)
	case EventChecked:
		r.checked(c, e)
	case EventExamined:
		c.State = evisa.Examined
	case EventClaimed:
		c.Owner, c.ClaimedAt = by, e.At
	case EventReleased:
		c.Owner, c.ClaimedAt = Officer{}, time.Time{}
	case EventJudged:
		c.judge(e)
	case EventSetAside:
		c.SetAside = append(c.SetAside, e)
	case EventNoted:
	default:
		c.move(e, by)
	}
}

// move is what the events do that change the state after it is examined.
func (c *Case) move(e Event, by Officer) {
	switch e.Kind { //nolint:exhaustive // the others are apply's
	case EventAsked, EventInvited:
		c.Request, c.State = e.Request, evisa.Asked
		if e.Kind == EventInvited {
			c.State = evisa.Interview
		}
		c.Requests = append(c.Requests, Asked{Request: *e.Request, At: e.At, By: e.Name})
	case EventReplied:
		c.reply(e)
	case EventInterviewed:
		c.Interview, c.Request, c.State = e.Interview, nil, evisa.Examined
	case EventProposed:
		c.Proposal, c.State = &Proposal{*e.Decision, by, e.At}, evisa.Proposed
	case EventReturned:
		c.Proposal, c.State = nil, evisa.Examined
	case EventApproved, EventRefused:
		c.decide(e, by)
	case EventAppealed:
		c.appeal(e)
	case EventWithdrawn, EventLapsed:
		c.State, c.Request, c.Proposal, c.DecidedAt = evisa.Withdrawn, nil, nil, e.At
		if e.Kind == EventLapsed {
			c.State, c.Decided, c.AppealUntil = evisa.Lapsed, nil, e.AppealUntil
		}
	}
}

// receive makes an application the desk's once it is there and paid where a fee is due.
func (r Rules) receive(c *Case, at time.Time) {
	if c.State != evisa.Waiting || c.Application == nil || !c.paid() {
		return
	}
	c.State, c.ReceivedAt = evisa.Received, at
	target := 72 * time.Hour
	if t, known := r.Policy.Type(c.Application.Type); known {
		target = t.Target()
	}
	c.Due = at.Add(target)
}

// paid reports whether nothing is owed. What went back counts no more.
func (c *Case) paid() bool { return c.Application.Fee.Zero() || len(c.Payments) > 0 }

func (c *Case) refund(e Event) {
	if e.Kind == EventRefundDue {
		c.Refunds = append(c.Refunds, Refund{Paid: *e.Paid, Reason: e.Reason, At: e.At})
		return
	}
	for n := range c.Refunds {
		if c.Refunds[n].Payment == e.Paid.Payment && c.Refunds[n].Done.IsZero() {
			c.Refunds[n].Done = e.At
			return
		}
	}
	c.Refunds = append(c.Refunds, Refund{Paid: *e.Paid, Reason: e.Reason, At: e.At, Done: e.At})
}

// checked keeps the newest answer of a check; one that the plan does not have any more is shown behind the others.
func (r Rules) checked(c *Case, e Event) {
	n := slices.IndexFunc(c.Checks, func(k Checked) bool { return k.Name == e.Finding.Check })
	if n < 0 {
		n = len(c.Checks)
		c.Checks = append(c.Checks, Checked{Name: e.Finding.Check})
	}
	k := Checked{Name: e.Finding.Check, Alert: c.Checks[n].Alert, Finding: *e.Finding, At: e.At, Lists: e.Lists}
	if r.judged(k.Name) {
		k.Hits = hitsOf(k.Finding)
	}
	c.Checks[n] = k
}

func (r Rules) judged(check string) bool {
	return slices.ContainsFunc(r.Plan, func(p PlannedName) bool { return p.Name == check && p.Judged })
}

// hitsOf are the entries that a finding met. Evidence without an entry belongs to an entry of its own.
func hitsOf(f border.Finding) (hits []Hit) {
	if f.Outcome != border.Hit {
		return nil
	}
	for _, e := range f.Evidence {
		n := slices.IndexFunc(hits, func(h Hit) bool { return h.Ref == e.Ref })
		if n < 0 {
			n = len(hits)
			hits = append(hits, Hit{Key: hitKey(f.Check, e), Check: f.Check, Ref: e.Ref, Severity: border.Note})
		}
		hits[n].Evidence = append(hits[n].Evidence, e)
		hits[n].Severity = graver(hits[n].Severity, e.Severity)
	}
	return slices.DeleteFunc(hits, func(h Hit) bool { return h.Severity == border.Note })
}

func graver(a, b border.Severity) border.Severity {
	order := []border.Severity{border.Note, border.Acknowledge, border.SecondLine}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// hitKey names an entry of a check. An entry's reference holds its version, so that a changed entry has another key; evidence without an
// entry is known by what was found.
func hitKey(check string, e border.Evidence) string {
	what := "ref\x00" + e.Ref
	if e.Ref == "" {
		what = "found\x00" + e.Code + "\x00" + e.Found + "\x00" + e.Expected
	}
	sum := sha256.Sum256([]byte(check + "\x00" + what))
	return hex.EncodeToString(sum[:12])
}

// judge keeps a judgement; a later one of the same hit takes its place.
func (c *Case) judge(e Event) {
	c.Judged = slices.DeleteFunc(c.Judged, func(old Event) bool {
		return old.Judgement.Check == e.Judgement.Check && old.Judgement.Hit == e.Judgement.Hit
	})
	c.Judged = append(c.Judged, e)
}

func (c *Case) reply(e Event) {
	for n := range c.Requests {
		if c.Requests[n].ID != e.Reply.Request {
			continue
		}
		if c.Requests[n].Replied.IsZero() {
			c.Requests[n].Replied = e.At
			c.Waited += e.At.Sub(c.Requests[n].At)
		}
		c.Requests[n].Replies = append(c.Requests[n].Replies, *e.Reply)
	}
	if c.State == evisa.Asked && c.Request != nil && c.Request.ID == e.Reply.Request {
		c.State, c.Request = evisa.Examined, nil
	}
}

func (c *Case) decide(e Event, by Officer) {
	c.Proposal, c.Request, c.DecidedAt = nil, nil, e.At
	c.Decided = &Decided{Decision: *e.Decision, By: by, First: Officer{e.First, e.FirstName}, At: e.At, Appeal: e.AppealUntil}
	c.State = evisa.Refused
	c.AppealUntil = e.AppealUntil
	if e.Kind == EventApproved {
		c.State, c.Visa, c.Reversed = evisa.Approved, e.Visa, c.Appeal != nil
	}
}

func (c *Case) appeal(e Event) {
	a := &Appeal{Said: *e.Said, At: e.At, Against: c.Decided}
	if c.Decided != nil {
		a.Refusers = append(a.Refusers, c.Decided.By)
		if !c.Decided.First.Zero() {
			a.Refusers = append(a.Refusers, c.Decided.First)
		}
	}
	c.Appeal, c.State, c.DecidedAt, c.AppealUntil = a, evisa.Appealed, time.Time{}, traveldoc.Date{}
	c.Owner, c.ClaimedAt = Officer{}, time.Time{} // whoever refused hears it not
}

// conclude derives what follows from the whole.
func (r Rules) conclude(c *Case) {
	for n := range c.Checks {
		for h := range c.Checks[n].Hits {
			hit := &c.Checks[n].Hits[h]
			for _, e := range c.Judged {
				if e.Judgement.Check == hit.Check && e.Judgement.Hit == hit.Key {
					hit.Judgement, hit.By, hit.At = e.Judgement, e.Name, e.At
				}
			}
		}
	}
	r.fourEyes(c)
	c.Risk = r.risk(c)
	c.Letters = c.letters()
}

// fourEyes is where a second officer is wanted: by the policy, always where an alert is on the applicant, and to approve wherever an alert
// was hit: nobody clears one alone.
func (r Rules) fourEyes(c *Case) {
	if c.Application == nil {
		return
	}
	if t, known := r.Policy.Type(c.Application.Type); known {
		c.FourEyes = FourEyes{Approve: t.FourEyes, Refuse: t.FourEyes || t.FourEyesRefuse}
	}
	if c.AlertHits() > 0 {
		c.FourEyes.Approve = true
	}
	if c.alertOn() {
		c.FourEyes = FourEyes{true, true}
	}
}

// AlertHits counts the entries of alerts that the applicant met, whatever was judged of them.
func (c *Case) AlertHits() (n int) {
	for _, k := range c.Checks {
		if k.Alert {
			n += len(k.Hits)
		}
	}
	return n
}

// alertOn reports whether an alert was judged to be on the applicant.
func (c *Case) alertOn() bool {
	return slices.ContainsFunc(c.Checks, func(k Checked) bool {
		return k.Alert && slices.ContainsFunc(k.Hits, func(h Hit) bool { return h.Judgement != nil && h.Judgement.Same == SamePerson })
	})
}

func (c *Case) hit(check, key string) (Hit, bool) {
	for _, k := range c.Checks {
		for _, h := range k.Hits {
			if k.Name == check && h.Key == key {
				return h, true
			}
		}
	}
	return Hit{}, false
}

func (c *Case) letters() (all []Letter) {
	for _, e := range c.Events {
		switch {
		case e.Request != nil:
			all = append(all, Letter{string(e.Kind), e.At, e.Name, e.Request.Text})
		case e.Kind == EventRefused && e.Decision.Letter != "":
			all = append(all, Letter{string(e.Kind), e.At, e.Name, e.Decision.Letter})
		}
	}
	return all
}

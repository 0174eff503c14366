package desk

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Why a parcel was set aside (Event.Reason); keys of the text catalogue below "visadesk.set_aside.".
const (
	AsideTwice      = "applied_twice" // the same application again
	AsideReply      = "reply"         // to nothing that is asked for
	AsideWithdrawal = "withdrawal"    // of what is decided
	AsideAppeal     = "appeal"        // against nothing that can be appealed against
	AsideAppealLate = "appeal_late"
	AsidePaid       = "paid_wrong" // another amount or currency than the fee
)

// ErrBody says that a parcel's body is not what its kind says. It holds nothing of it.
var ErrBody = errors.New("body of a parcel: it does not hold what its kind says")

// Take is what a parcel does to a case; c.Application is nil before the application itself came. Whatever fits nowhere is set aside, with
// all that it holds.
func (r Rules) Take(c *Case, p evisa.Parcel) ([]Event, error) {
	switch p.Kind {
	case evisa.ParcelApplication:
		return r.takeApplication(c, p)
	case evisa.ParcelPaid:
		return r.takePaid(c, p)
	case evisa.ParcelReply:
		return r.takeReply(c, p)
	case evisa.ParcelWithdrawal:
		return r.takeWithdrawal(c, p)
	case evisa.ParcelAppeal:
		return r.takeAppeal(c, p)
	}
	return nil, ErrBody
}

func body[T any](p evisa.Parcel) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(p.Body, v); err != nil {
		return nil, ErrBody
	}
	return v, nil
}

func (r Rules) takeApplication(c *Case, p evisa.Parcel) ([]Event, error) {
	a, err := body[evisa.Application](p)
	if err != nil || a.ID != p.Application || a.Reference == "" || a.Fee.Minor < 0 {
		return nil, ErrBody
	}
	if c.Application != nil {
		return []Event{aside(p, AsideTwice, Detail{Application: a})}, nil
	}
	return []Event{{Kind: EventApplied, Detail: Detail{Application: a, Parcel: p.ID}}}, nil
}

func aside(p evisa.Parcel, reason string, d Detail) Event {
	d.Parcel, d.Reason = p.ID, reason
	return Event{Kind: EventSetAside, Detail: d}
}

func (r Rules) takePaid(c *Case, p evisa.Parcel) ([]Event, error) {
	paid, err := body[evisa.Paid](p)
	if err != nil {
		return nil, err
	}
	d := Detail{Paid: paid, Parcel: p.ID}
	for _, before := range c.Payments {
		if before.Payment == paid.Payment && paid.Amount.Minor >= 0 {
			return nil, nil // the same payment told again
		}
	}
	switch fee := c.Application.Fee; {
	case paid.Amount.Minor < 0:
		return []Event{{Kind: EventRefunded, Detail: d}}, nil
	case paid.Amount.Currency != fee.Currency || paid.Amount.Minor < fee.Minor:
		return []Event{aside(p, AsidePaid, d)}, nil
	}
	events := []Event{{Kind: EventPaid, Detail: d}}
	back := *paid
	switch {
	case len(c.Payments) > 0:
		events = append(events, Event{Kind: EventRefundDue, Detail: Detail{Paid: &back, Reason: RefundTwice}})
	case c.State == evisa.Withdrawn && !c.Application.Fee.Zero():
		events = append(events, Event{Kind: EventRefundDue, Detail: Detail{Paid: &back, Reason: RefundWithdrawn}})
	}
	return events, nil
}

func (r Rules) takeReply(c *Case, p evisa.Parcel) ([]Event, error) {
	reply, err := body[evisa.Reply](p)
	if err != nil {
		return nil, err
	}
	d := Detail{Reply: reply, Parcel: p.ID}
	if c.Request == nil || c.Request.ID != reply.Request {
		return []Event{aside(p, AsideReply, d)}, nil
	}
	return []Event{{Kind: EventReplied, Detail: d}}, nil
}

func (r Rules) takeWithdrawal(c *Case, p evisa.Parcel) ([]Event, error) {
	said, err := body[evisa.Said](p)
	if err != nil {
		return nil, err
	}
	d := Detail{Said: said, Parcel: p.ID}
	if !c.State.May(evisa.Withdrawn) {
		return []Event{aside(p, AsideWithdrawal, d)}, nil
	}
	events := []Event{{Kind: EventWithdrawn, Detail: d}}
	if c.Touched.IsZero() && len(c.Payments) > 0 && len(c.Refunds) == 0 {
		back := c.Payments[0]
		events = append(events, Event{Kind: EventRefundDue, Detail: Detail{Paid: &back, Reason: RefundWithdrawn}})
	}
	return events, nil
}

func (r Rules) takeAppeal(c *Case, p evisa.Parcel) ([]Event, error) {
	said, err := body[evisa.Said](p)
	if err != nil {
		return nil, err
	}
	d := Detail{Said: said, Parcel: p.ID}
	switch {
	case !c.State.May(evisa.Appealed) || c.Appeal != nil:
		return []Event{aside(p, AsideAppeal, d)}, nil
	case c.AppealUntil.Before(traveldoc.DateOf(p.At.UTC())):
		return []Event{aside(p, AsideAppealLate, d)}, nil
	}
	return []Event{{Kind: EventAppealed, Detail: d}}, nil
}

// LapsesAt is when an application lapses by itself: when a reply is late, or when nothing came of an interview within the policy's days of a
// reply. Zero while nothing is waited for.
func (r Rules) LapsesAt(c *Case) time.Time {
	switch {
	case c.Request == nil:
		return time.Time{}
	case c.State == evisa.Asked:
		return c.Request.Until
	case c.State == evisa.Interview:
		return c.Request.When.AddDate(0, 0, r.Policy.Reply)
	}
	return time.Time{}
}

// lapsed is what happens when a reply is late, or nothing came of an interview.
func (r Rules) lapsed(c *Case, now time.Time) []Event {
	if at := r.LapsesAt(c); at.IsZero() || now.Before(at) {
		return nil
	}
	e := Event{Kind: EventLapsed, Detail: Detail{AppealUntil: stay.AddDays(traveldoc.DateOf(now.UTC()), r.Policy.Appeal)}}
	return []Event{e}
}

// FilesOf are the files that a parcel's body names; none when it cannot be read.
func FilesOf(p evisa.Parcel) []evisa.File {
	var named struct {
		Files []evisa.File `json:"files"`
	}
	if json.Unmarshal(p.Body, &named) != nil {
		return nil
	}
	return named.Files
}

// Back reports whether a parcel tells of money that went back.
func Back(p evisa.Parcel) bool {
	if p.Kind != evisa.ParcelPaid {
		return false
	}
	paid, err := body[evisa.Paid](p)
	return err == nil && paid.Amount.Minor < 0
}

// Owed reports whether a parcel tells of money that is owed to this case's applicant.
func (c *Case) Owed(p evisa.Parcel) bool {
	paid, err := body[evisa.Paid](p)
	return err == nil && slices.ContainsFunc(c.Refunds, func(r Refund) bool {
		return r.Done.IsZero() && r.Payment == paid.Payment && r.Amount.Minor == -paid.Amount.Minor
	})
}

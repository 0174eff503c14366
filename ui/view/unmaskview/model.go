// Package unmaskview draws the screens of passenger data's law: wishes to see masked data, their decision, the data, and what the machinery
// did. It must never draw masked data on any page but DataPage.
package unmaskview

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Form is the form of a wish as it was sent, with what is wrong by field.
type Form struct {
	Person, Ground, Reason string
	Fault                  map[string]string
}

// Own is somebody's page of wishes.
type Own struct {
	Form  Form
	List  paging.Listed[passengerdb.Unmasking]
	After string // where the page begins
	Now   time.Time
}

// Fault is what is wrong with a decision about a wish.
type Fault struct {
	ID    uuid.UUID
	Fault map[string]string
}

// Waiting is the page of wishes that wait. Own is the account that looks: nobody decides about his own.
type Waiting struct {
	List  paging.Listed[passengerdb.Unmasking]
	After string // where the page begins
	Fault Fault
	Own   string
}

// Data is what was agreed to be seen.
type Data struct {
	passengerdb.Unmasking
	Person apipnr.Expected
}

// Law is the profile in force and what was done by it.
type Law struct {
	Profile law.Profile
	Done    paging.Listed[passengerdb.LawRow]
	After   string // where the page of Done begins
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func word(ctx context.Context, prefix, code string) string {
	return text.FromContext(ctx).Word(prefix, code)
}

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

func moment(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

func page(title text.Key) view.Page { return view.Page{Title: title} }

// state is the code of how a wish stands.
func state(u passengerdb.Unmasking, now time.Time) string {
	switch {
	case u.Decision == "":
		return "waiting"
	case u.Decision == "agreed" && !u.Open(now):
		return "ended"
	}
	return u.Decision
}

func tone(state string) view.Tone {
	switch state {
	case "agreed":
		return view.ToneSuccess
	case "waiting":
		return view.ToneWarning
	}
	return view.ToneInfo
}

// days is a duration in days; "–" where there is none.
func days(ctx context.Context, d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return t(ctx, text.UnmaskDays, "count", int(d/(24*time.Hour)))
}

// fact is a line of the data.
type fact struct{ label, value string }

func facts(ctx context.Context, p apipnr.Expected) []fact {
	list := []fact{
		{t(ctx, text.UnmaskName), strings.TrimSpace(p.Identity.Surname + ", " + p.Identity.GivenNames)},
		{t(ctx, text.UnmaskBirth), text.FromContext(ctx).Date(p.Identity.BirthDate)},
		{t(ctx, text.UnmaskSex), p.Identity.Sex},
		{t(ctx, text.UnmaskNationality), p.Identity.Nationality},
		{t(ctx, text.UnmaskLocator), p.Locator},
	}
	for _, d := range p.Documents {
		list = append(list, fact{t(ctx, text.UnmaskDocument), strings.Join([]string{d.Code, d.Number, d.IssuingState, d.ExpiryDate.String()}, " ")})
	}
	for _, t := range []*apipnr.Traveller{p.API, p.PNR} {
		if t != nil {
			list = append(list, seats(ctx, *t)...)
		}
	}
	if p.Booking != nil {
		list = append(list, booking(ctx, *p.Booking)...)
	}
	filled := list[:0]
	for _, f := range list {
		if strings.Trim(f.value, ", ") != "" {
			filled = append(filled, f)
		}
	}
	return filled
}

func seats(ctx context.Context, p apipnr.Traveller) (list []fact) {
	for _, s := range p.Seats {
		list = append(list, fact{t(ctx, text.UnmaskSeat), s.Seat})
	}
	if c := p.Contact; c != nil {
		list = append(list, fact{t(ctx, text.UnmaskContact), strings.Join(append(append([]string{}, c.Phones...), c.Emails...), ", ")})
	}
	return append(list, fact{t(ctx, text.UnmaskAddress), p.Address})
}

func booking(ctx context.Context, r apipnr.Reservation) (list []fact) {
	list = append(list, fact{t(ctx, text.UnmaskBooked), r.Booked})
	for _, c := range r.Contacts {
		list = append(list, fact{t(ctx, text.UnmaskContact), strings.Join(append(append([]string{c.Name, c.Address}, c.Phones...), c.Emails...), " ")})
	}
	for _, p := range r.Payments {
		list = append(list, fact{t(ctx, text.UnmaskPayment), strings.Join([]string{p.Form, p.Vendor, p.Card, p.Payer}, " ")})
	}
	for n, f := range r.Flights {
		list = append(list, fact{t(ctx, text.UnmaskLeg) + " " + strconv.Itoa(n+1), strings.Join([]string{f.Carrier + f.Number, f.Origin, f.Destination, f.Departure.String()}, " ")})
	}
	return list
}

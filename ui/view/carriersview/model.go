// Package carriersview draws the administrator's pages of carriers: who is admitted, what each was given, what waits aside. It must never
// draw a secret: a credential's file is downloaded once and is on no page.
package carriersview

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// List is the page of all carriers.
type List struct {
	Carriers    []carrierdb.Carrier
	Connections func(code string) int
	Parked      int
	Shut        bool // the door of this process is not open
	Code, Name  string
	Fault       map[string]string // by field, in the page's language; "" for the whole form
}

// One is the page of one carrier.
type One struct {
	carrierdb.Carrier
	Connections int
	Fault       map[string]string
	Request     string // the certificate request as it was sent
	Form        string // which form the fault is about
}

// Aside is a message that was laid aside.
type Aside struct {
	Sequence             uint64
	ID, Carrier, Reason  string
	ReceivedAt, ParkedAt time.Time
}

// Asides is a page of messages that were laid aside.
type Asides struct {
	List  []Aside
	Total int    // how many wait, on all pages
	Next  string // where the next page begins; "" on the last
}

// Parked is the page of messages that were laid aside.
type Parked struct {
	Asides
	After string // where it begins
}

func (o One) fault(form, field string) string {
	if o.Form == form {
		return o.Fault[field]
	}
	return ""
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"carriers.css"}} }

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

func moment(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return text.FromContext(ctx).DateTime(at)
}

func holding(list []carrierdb.Credential, now time.Time) (n int) {
	for _, one := range list {
		if one.Holds(now) {
			n++
		}
	}
	return n
}

func valid(list []carrierdb.Certificate, now time.Time) (n int) {
	for _, one := range list {
		if one.Holds(now) {
			n++
		}
	}
	return n
}

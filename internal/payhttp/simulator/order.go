package simulator

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp"
)

// order is an order as the provider keeps it.
type order struct {
	payhttp.OrderRequest
	ref      string
	made     time.Time
	state    pay.ProviderState
	payments []payhttp.Payment
	refunds  []refund
}

type refund struct {
	payhttp.RefundRequest
	ref  string
	done bool
}

// book is all orders. It is safe for concurrent use.
type book struct {
	mu     sync.Mutex
	byRef  map[string]*order
	byKey  map[uuid.UUID]*order
	newest []*order
	knobs  Knobs
}

// mostOrders bounds the book; the oldest go first.
const mostOrders = 10_000

// What can be wrong with what is asked of the book.
var (
	errConflict = errors.New("key: it was used for something else")
	errUnknown  = errors.New("reference: not known")
	errRefused  = errors.New("refund: refused")
)

// make is the order of a key.
func (b *book) make(q payhttp.OrderRequest, ref string, now time.Time) (order, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.byKey[q.Key]; o != nil {
		if o.Amount != q.Amount {
			return order{}, errConflict
		}
		return *o, nil
	}
	if len(b.newest) == mostOrders {
		delete(b.byRef, b.newest[0].ref)
		delete(b.byKey, b.newest[0].Key)
		b.newest = b.newest[1:]
	}
	o := &order{OrderRequest: q, ref: ref, made: now, state: pay.AtOpen}
	b.byRef[ref], b.byKey[q.Key] = o, o
	b.newest = append(b.newest, o)
	return *o, nil
}

// find is an order as it stands now; one whose page is closed has expired.
func (b *book) find(ref string, now time.Time) (order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.byRef[ref]
	if o == nil {
		return order{}, false
	}
	o.expire(now)
	return o.copy(), true
}

func (o *order) expire(now time.Time) {
	if o.state == pay.AtOpen && now.After(o.Until) {
		o.state = pay.AtExpired
	}
}

func (o *order) copy() order {
	c := *o
	c.payments, c.refunds = slices.Clone(o.payments), slices.Clone(o.refunds)
	return c
}

// settle pays or refuses an order that is open. False: it was not open.
func (b *book) settle(ref string, paid bool, id func() uuid.UUID, now time.Time) (order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.byRef[ref]
	if o == nil {
		return order{}, false
	}
	o.expire(now)
	if o.state != pay.AtOpen {
		return o.copy(), false
	}
	o.state = pay.AtRefused
	if paid {
		o.state = pay.AtPaid
		o.take(b.knobs, id, now)
	}
	return o.copy(), true
}

func (o *order) take(k Knobs, id func() uuid.UUID, now time.Time) {
	times := 1
	if k.Twice {
		times = 2
	}
	for range times {
		o.payments = append(o.payments, payhttp.Payment{Ref: "pay_" + id().String(), Amount: k.taken(o.Amount), At: now.UTC()})
	}
}

// again takes another payment of an order, whatever its state: what providers find out late.
func (b *book) again(ref string, id func() uuid.UUID, now time.Time) (order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.byRef[ref]
	if o == nil {
		return order{}, false
	}
	o.state = pay.AtPaid
	o.payments = append(o.payments, payhttp.Payment{Ref: "pay_" + id().String(), Amount: b.knobs.taken(o.Amount), At: now.UTC()})
	return o.copy(), true
}

// refund is the refund of a key.
func (b *book) refund(q payhttp.RefundRequest, ref string) (refund, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.byRef[q.Order]
	if o == nil {
		return refund{}, errUnknown
	}
	for n := range o.refunds {
		if o.refunds[n].Key == q.Key {
			o.refunds[n].done = true // asked again: it has arrived meanwhile
			if o.refunds[n].RefundRequest != q {
				return refund{}, errConflict
			}
			return o.refunds[n], nil
		}
	}
	if b.knobs.Deny || !o.covers(q) {
		return refund{}, errRefused
	}
	r := refund{q, ref, !b.knobs.Slow}
	o.refunds = append(o.refunds, r)
	return r, nil
}

// covers says whether a payment has as much left as is wanted back.
func (o *order) covers(q payhttp.RefundRequest) bool {
	for _, p := range o.payments {
		if p.Ref != q.Payment {
			continue
		}
		left := p.Amount.Minor
		for _, r := range o.refunds {
			if r.Payment == p.Ref {
				left -= r.Amount.Minor
			}
		}
		return p.Amount.Currency == q.Amount.Currency && q.Amount.Minor > 0 && q.Amount.Minor <= left
	}
	return false
}

func (o *order) standing() payhttp.Standing {
	return payhttp.Standing{Ref: o.ref, Key: o.Key, State: o.state, Payments: append([]payhttp.Payment{}, o.payments...)}
}

package pay

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Store keeps orders, payments and refunds; internal/postgres/paydb is it. Each method is one transaction.
type Store interface {
	// Open is the group's order to pay: the open or paid one, else a new one after the last failed or expired. NotFound payment_unknown.
	Open(ctx context.Context, group uuid.UUID) (Order, error)
	// Begun says that the provider has a page for an order that was created.
	Begun(ctx context.Context, order uuid.UUID, provider string, p Page) (Order, error)
	// Apply adds what a provider says of an order. Saying it twice is saying it once. NotFound payment_unknown.
	Apply(ctx context.Context, provider string, s Standing) (Order, error)
	// Account is everything of a group.
	Account(ctx context.Context, group uuid.UUID) (Account, error)
	// Due are orders that the provider is to be asked about; each is put off, so that a kill or an error means later, not never.
	Due(ctx context.Context, provider string, most int) ([]Order, error)
	// Owed are refunds that the provider is to be asked for, put off likewise. What the centre wants is taken up first.
	Owed(ctx context.Context, provider string, most int) ([]Back, error)
	// Went keeps a provider's answer to a refund; refused says that it will not.
	Went(ctx context.Context, refund uuid.UUID, r Returned, refused bool) error
	// Forged keeps that a call-back was refused, and nothing of what it said.
	Forged(ctx context.Context, provider, why string) error
	// Wait returns when something may be due, or after at most the time.
	Wait(ctx context.Context, provider string, most time.Duration) error
}

package pay

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Options of a service.
type Options struct {
	// Return is the URL that the browser comes back to; "{group}" stands for the group's id. Notify is the URL of call-backs.
	Return, Notify string
	// Open is how long a provider's page stays open; zero means 30 minutes.
	Open time.Duration
	// Every is the longest that the worker sleeps; zero means 15 seconds.
	Every time.Duration
	Now   func() time.Time
	Log   *slog.Logger
}

// Service is the portal's way to the provider. It is safe for concurrent use, and by several programs on one database.
type Service struct {
	store    Store
	provider Provider
	o        Options
}

// NewService makes one.
func NewService(store Store, provider Provider, o Options) *Service {
	if o.Open <= 0 {
		o.Open = 30 * time.Minute
	}
	if o.Every <= 0 {
		o.Every = 15 * time.Second
	}
	return &Service{store: store, provider: provider, o: o}
}

// Start gives the order with the page to send the browser to (Order.Page); an order that is paid already comes without asking anybody.
// Unavailable payment_away when the provider does not answer: trying again charges nobody twice.
func (s *Service) Start(ctx context.Context, group uuid.UUID) (Order, error) {
	return s.start(ctx, group)
}

// Returned is called when the browser comes back: the provider is asked at once, whatever the browser says. Without an answer the account
// is as it was, and the worker asks again.
func (s *Service) Returned(ctx context.Context, group uuid.UUID) (Account, error) {
	return s.returned(ctx, group)
}

// Account is everything of a group's fee, without asking the provider.
func (s *Service) Account(ctx context.Context, group uuid.UUID) (Account, error) {
	return s.store.Account(ctx, group)
}

// CallBack takes a provider's call-back. Forbidden payment_forged when it is not the provider's: it is logged and nothing else.
func (s *Service) CallBack(ctx context.Context, header func(name string) string, body []byte) error {
	return s.callBack(ctx, header, body)
}

// Run asks the provider for orders without an answer and for refunds that are owed, until ctx ends.
func (s *Service) Run(ctx context.Context) error { return s.run(ctx) }

package pay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

func (s *Service) start(ctx context.Context, group uuid.UUID) (Order, error) {
	order, err := s.open(ctx, group)
	if err != nil || order.State != Created {
		return order, err
	}
	page, err := s.provider.Create(ctx, Wanted{
		Key: order.ID, Amount: order.Amount, Language: order.Language, Notify: s.o.Notify,
		Return: strings.ReplaceAll(s.o.Return, "{group}", group.String()), Until: s.o.Now().Add(s.o.Open),
	})
	if err != nil {
		return order, problem.New(problem.Unavailable, "payment_away").Because(fmt.Errorf("create order %s: %w", order.ID, err))
	}
	return s.store.Begun(ctx, order.ID, s.provider.Name(), page)
}

// open is the order to pay. One whose page has closed is asked about first, so that nobody is sent to a closed page; without an answer it stays the one
// to pay, for it may have been paid in time.
func (s *Service) open(ctx context.Context, group uuid.UUID) (Order, error) {
	order, err := s.store.Open(ctx, group)
	if err != nil || order.State != Pending || s.o.Now().Before(order.ExpiresAt) {
		return order, err
	}
	if err := s.ask(ctx, order); err != nil {
		return order, problem.New(problem.Unavailable, "payment_away").Because(err)
	}
	return s.store.Open(ctx, group)
}

func (s *Service) returned(ctx context.Context, group uuid.UUID) (Account, error) {
	account, err := s.store.Account(ctx, group)
	if err != nil {
		return Account{}, err
	}
	order, found := account.Order()
	if !found || order.State != Pending {
		return account, nil
	}
	if err := s.ask(ctx, order); err != nil {
		s.o.Log.WarnContext(ctx, "payment provider gave no answer", "order", order.ID, "error", err)
		return account, nil
	}
	return s.store.Account(ctx, group)
}

func (s *Service) callBack(ctx context.Context, header func(string) string, body []byte) error {
	standing, err := s.provider.Called(header, body)
	if err != nil {
		s.o.Log.WarnContext(ctx, "call-back refused", "provider", s.provider.Name(), "error", err)
		return errors.Join(problem.New(problem.Forbidden, "payment_forged").Because(err), s.store.Forged(ctx, s.provider.Name(), err.Error()))
	}
	_, err = s.store.Apply(ctx, s.provider.Name(), standing)
	return err
}

// ask asks the provider about one order and keeps the answer.
func (s *Service) ask(ctx context.Context, order Order) error {
	standing, err := s.provider.Ask(ctx, order.Ref)
	if errors.Is(err, ErrUnknown) && !s.o.Now().Before(order.ExpiresAt) {
		// The provider has forgotten it, and its page is closed: nobody can pay it any more, and another may be made.
		s.o.Log.WarnContext(ctx, "the payment provider knows an order no more, whose page has closed: it counts as expired", "order", order.ID)
		standing, err = Standing{Ref: order.Ref, Key: order.ID, State: AtExpired}, nil
	}
	if err != nil {
		return fmt.Errorf("ask about order %s: %w", order.ID, err)
	}
	if standing.Key != order.ID || standing.Ref != order.Ref {
		return fmt.Errorf("ask about order %s: the answer is about another one", order.ID)
	}
	_, err = s.store.Apply(ctx, s.provider.Name(), standing)
	return err
}

// atOnce is how many orders and refunds one round takes.
const atOnce = 50

func (s *Service) run(ctx context.Context) error {
	for ctx.Err() == nil {
		more, err := s.Round(ctx)
		if err != nil && ctx.Err() == nil {
			s.o.Log.ErrorContext(ctx, "payments: a round failed", "error", err)
		}
		if more && err == nil {
			continue
		}
		if err := s.store.Wait(ctx, s.provider.Name(), s.o.Every); err != nil && ctx.Err() == nil {
			s.o.Log.ErrorContext(ctx, "payments: cannot wait for work", "error", err)
			pause(ctx, s.o.Every)
		}
	}
	return nil
}

// pause lets a database that is away come back.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Round asks about what is due once. It reports whether there is more at once. An order or refund that the provider gives no answer to is
// logged and due again later.
func (s *Service) Round(ctx context.Context) (more bool, err error) {
	orders, err := s.store.Due(ctx, s.provider.Name(), atOnce)
	if err != nil {
		return false, err
	}
	for _, order := range orders {
		if err := s.ask(ctx, order); err != nil {
			s.o.Log.WarnContext(ctx, "payment provider gave no answer", "order", order.ID, "error", err)
		}
	}
	refunds, err := s.store.Owed(ctx, s.provider.Name(), atOnce)
	if err != nil {
		return false, err
	}
	for _, b := range refunds {
		if err := s.refund(ctx, b); err != nil {
			s.o.Log.WarnContext(ctx, "refund is still owed", "refund", b.Key, "error", err)
		}
	}
	return len(orders) == atOnce || len(refunds) == atOnce, nil
}

func (s *Service) refund(ctx context.Context, b Back) error {
	answer, err := s.provider.Refund(ctx, b)
	refused := errors.Is(err, ErrRefused)
	if err != nil && !refused {
		return err
	}
	if refused {
		s.o.Log.ErrorContext(ctx, "the payment provider refuses a refund: somebody must see to it", "refund", b.Key, "error", err)
	}
	return s.store.Went(ctx, b.Key, answer, refused)
}

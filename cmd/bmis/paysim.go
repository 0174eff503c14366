package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
)

type paySimulatorCommand struct {
	Listen   string        `default:"127.0.0.1:8490" help:"Address to answer on."`
	URL      string        `placeholder:"URL" help:"Where browsers reach it. Default: http:// and the address."`
	Key      string        `default:"pay-simulator.key" help:"File of the key that it shares with the portal (BMIS_PAY_KEY); made when it is missing."`
	Twice    bool          `help:"Take every payment twice."`
	Delay    time.Duration `default:"0s" help:"Before each call-back."`
	Lose     bool          `help:"Never call back."`
	Repeat   bool          `help:"Call back twice."`
	Amount   int64         `default:"0" help:"Added to the amount that is taken, in minor units."`
	Currency string        `placeholder:"CODE" help:"Take this currency instead of the order's."`
	Mute     bool          `help:"Do what is asked and cut the connection instead of answering."`
	Slow     bool          `help:"Refunds are on their way first, and done when asked again."`
	Deny     bool          `help:"Refuse refunds."`
}

// Help is shown by bmis pay-simulator --help.
func (paySimulatorCommand) Help() string {
	return `A payment provider that takes no money. It speaks the protocol of docs/payments.md, holds its orders in memory alone and forgets them when it
ends. Its page, at the address that it prints, shows the orders and changes how it behaves while it runs.`
}

// Run answers until it is interrupted.
func (c paySimulatorCommand) Run(ctx context.Context, a *app) error {
	knobs := simulator.Knobs{
		Twice: c.Twice, Delay: c.Delay, Lose: c.Lose, Repeat: c.Repeat, Amount: c.Amount, Currency: c.Currency, Mute: c.Mute, Slow: c.Slow, Deny: c.Deny,
	}
	if err := knobs.Check(); err != nil {
		return usageError{err}
	}
	key, err := payhttp.OpenKey(c.Key, rand.Reader)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("payment simulator: %w", err)
	}
	url := c.URL
	if url == "" {
		url = "http://" + listener.Addr().String()
	}
	s, err := simulator.New(simulator.Options{URL: url, Key: key, ID: uuid.New, Now: a.Now, Log: slog.New(slog.NewTextHandler(a.Err, nil))})
	if err != nil {
		_ = listener.Close() // nobody was let in
		return err
	}
	defer s.Close()
	if err := s.Set(knobs); err != nil {
		return err
	}
	if err := a.say("SIMULATOR of a payment provider on %s; no money moves. Key in %s.", url, c.Key); err != nil {
		return err
	}
	return serveUntil(ctx, listener, s)
}

// serveUntil answers until ctx ends, and lets what is being answered finish.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	stopped := context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ending) // what hangs is cut
	})
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("payment simulator: %w", err)
	}
	return nil
}

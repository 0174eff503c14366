package ca

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Issue makes a fresh certificate with its key: from the authority of this program, or by asking the centre.
type Issue func(ctx context.Context) (*tls.Certificate, error)

// Source keeps one certificate and renews it when a third of its life has passed. It is safe for concurrent use.
type Source struct {
	issue  Issue
	now    func() time.Time
	logger *slog.Logger

	renewing sync.Mutex // one renewal at a time
	mu       sync.RWMutex
	current  *tls.Certificate
	retryAt  time.Time
}

// renewalPause is the pause after a renewal that failed.
const renewalPause = time.Minute

// NewSource starts with the certificate first (with its Leaf set), or, when it is nil, with one that issue makes now.
func NewSource(ctx context.Context, first *tls.Certificate, issue Issue, now func() time.Time, logger *slog.Logger) (*Source, error) {
	s := &Source{issue: issue, now: now, logger: logger, current: first}
	if first == nil {
		if err := s.renew(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Server is the source of this authority's certificate for a server reached under hosts.
func (a *Authority) Server(hosts []string, logger *slog.Logger) (*Source, error) {
	issue := func(context.Context) (*tls.Certificate, error) { return a.IssueServer(hosts) }
	return NewSource(context.Background(), nil, issue, a.now, logger)
}

// Current is the certificate in use. The caller must not change it.
func (s *Source) Current() *tls.Certificate {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.current
}

// RenewAt is when the certificate in use is due.
func (s *Source) RenewAt() time.Time {
	leaf := s.Current().Leaf
	return RenewAt(leaf.NotBefore, leaf.NotAfter)
}

// Refresh renews the certificate if that is due. A renewal that fails while the old certificate is valid is told to the operator
// and tried again after a minute; it is an error only when the old one has expired.
func (s *Source) Refresh(ctx context.Context) error {
	if !s.due() {
		return nil
	}
	s.renewing.Lock()
	defer s.renewing.Unlock()
	if !s.due() { // another did it while we waited
		return nil
	}
	err := s.renew(ctx)
	if err == nil {
		return nil
	}
	s.mu.Lock()
	s.retryAt = s.now().Add(renewalPause)
	s.mu.Unlock()
	expires := s.Current().Leaf.NotAfter
	s.logger.WarnContext(ctx, "a certificate was not renewed", "expires", expires, "error", err)
	if s.now().Before(expires) {
		return nil
	}
	return err
}

func (s *Source) due() bool {
	now := s.now()
	s.mu.RLock()
	defer s.mu.RUnlock()
	leaf := s.current.Leaf
	return !now.Before(RenewAt(leaf.NotBefore, leaf.NotAfter)) && !now.Before(s.retryAt)
}

func (s *Source) renew(ctx context.Context) error {
	fresh, err := s.issue(ctx)
	if err != nil {
		return fmt.Errorf("renewing a certificate: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = fresh
	return nil
}

// GetCertificate serves tls.Config.GetCertificate; it renews by itself.
func (s *Source) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if err := s.Refresh(hello.Context()); err != nil {
		return nil, err
	}
	return s.Current(), nil
}

// GetClientCertificate serves tls.Config.GetClientCertificate. It never renews, since a station renews over the very connection
// that is being opened: Run does.
func (s *Source) GetClientCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return s.Current(), nil
}

// Run looks every interval whether the certificate is due, until ctx ends.
func (s *Source) Run(ctx context.Context, interval time.Duration) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
				s.logger.ErrorContext(ctx, "the certificate has expired and was not renewed", "error", err)
			}
		}
	}
}

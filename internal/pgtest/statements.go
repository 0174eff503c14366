package pgtest

import (
	"context"
	"net/http"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/openbmis/openbmis/internal/postgres"
)

// Statements keeps the SQL that a program sends to its database while it answers requests, so that tests can hold a page to a
// number. What works in the background is not kept. The zero value keeps nothing until Watch is called.
type Statements struct {
	mu       sync.Mutex
	watching bool
	sent     []string
}

// Watch begins anew.
func (s *Statements) Watch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watching, s.sent = true, nil
}

// Sent is what was sent since Watch, in order. BEGIN and COMMIT are statements too: each is a way to the server and back.
func (s *Statements) Sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.sent...)
}

// TraceQueryStart implements pgx.QueryTracer.
func (s *Statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.note(ctx, data.SQL)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (s *Statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// WithStatements lets a pool tell s what it sends.
func WithStatements(s *Statements) postgres.Option {
	return func(c *pgxpool.Config) { c.ConnConfig.Tracer = s }
}

// TraceBatchStart implements pgx.BatchTracer.
func (*Statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer: a statement counts, however many go to the server together.
func (s *Statements) TraceBatchQuery(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	s.note(ctx, data.SQL)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (*Statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// note keeps a statement of a request.
func (s *Statements) note(ctx context.Context, sql string) {
	if ctx.Value(http.ServerContextKey) == nil { // of no request
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watching {
		s.sent = append(s.sent, sql)
	}
}

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
)

// The database's troubles are told in the person's language, with nothing of what the database said.
func TestTheDatabasesTroublesAreTold(t *testing.T) {
	for code, cause := range map[string]error{"storage_full": syscall.ENOSPC, "database_away": syscall.ECONNRESET} {
		b := newBench(t, func(s *web.Server) {
			s.Handle(http.MethodGet, "/", auth.CrossingRecord, func(*web.Context) error { return fmt.Errorf("look at lane 7: %w", cause) })
		})
		for _, language := range text.Languages() {
			answer := b.ask(t, call{method: "GET", path: "/", token: "officer", headers: []string{"Accept-Language", string(language)}})
			require.Equal(t, http.StatusServiceUnavailable, answer.Code)
			require.Contains(t, answer.Body.String(), text.Must().Printer(language).T(text.Key("problem."+code)))
			require.NotContains(t, answer.Body.String(), "lane 7")
		}
		require.Contains(t, b.log.String(), cause.Error(), "the log has the cause")
	}
}

// A browser that went away is no failure of ours.
func TestABrowserThatLeftIsNoFailure(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	b := newBench(t, func(s *web.Server) {
		s.Handle(http.MethodGet, "/", auth.CrossingRecord, func(c *web.Context) error {
			leave()
			return fmt.Errorf("query: %w", c.Ctx().Err())
		})
	})
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	request.AddCookie(&http.Cookie{Name: "__Host-session", Value: "officer"})
	b.handler.ServeHTTP(httptest.NewRecorder(), request)
	require.Contains(t, b.log.String(), `"status":499`)
	require.NotContains(t, b.log.String(), "ERROR")
}

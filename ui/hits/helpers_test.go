package hits_test

import (
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

func (s *station) idOf(t testing.TB, alert string) (id string) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select id::text from hit where alert = $1`, alert).Scan(&id))
	return id
}

// address is the page of the one hit on the arrest.
func (s *station) address(t testing.TB) string { return "/hits/" + s.idOf(t, "national/2026-117") }

func (s *station) stage(t testing.TB) hit.Stage {
	t.Helper()
	actor := audit.Actor{ID: "t", Name: "t", Role: "second_line", Post: webtest.Post}
	d, err := s.desk.Look(t.Context(), actor, uuid.MustParse(s.idOf(t, "national/2026-117")))
	require.NoError(t, err)
	return d.Hit.Stage()
}

package hits_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

// What the centre told and nobody here can use is shown to the supervisor, who can ask the centre; it is no work of the second line.
func TestWhatTheCentreToldAndCannotBeUsedIsShownToTheSupervisor(t *testing.T) {
	s := open(t)
	sara, sam := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara")), s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	require.NotContains(t, s.Get(t, sara, "/hits").Body, "hits-stuck")
	_, err := s.DB.Pool.Exec(t.Context(), `INSERT INTO hit_told (hit, data) VALUES ($1, '[]')`, uuid.New())
	require.NoError(t, err)
	_, err = s.store.TakeTold(t.Context(), 10)
	require.Error(t, err)
	for _, address := range []string{"/hits", "/hits/rows", "/hits?filter=mine"} {
		page := s.Get(t, sara, address)
		require.Equal(t, http.StatusOK, page.Status)
		require.Contains(t, page.Body, "1 message of the centre about hits cannot be used here", address)
		require.NotContains(t, s.Get(t, sam, address).Body, "hits-stuck", address)
	}
}

package hits_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestWhoMayDoWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.txt")
}

// What nobody could have clicked is answered with a fault and never with a page of somebody.
func TestAddressesThatLeadNowhere(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	for _, path := range []string{
		"/hits/x", "/hits/" + uuid.NewString(), "/hits?filter=x", "/hits?after=x", "/hits?after=MS4xLngueA", "/hits/" + uuid.NewString() + "/portrait",
		"/hits/" + uuid.NewString() + "/pictures/abc",
	} {
		require.Equal(t, http.StatusNotFound, s.Get(t, client, path).Status, path)
	}
}

// A picture is given to who may work on the hit of its alert, and every look is audited; that of another alert is not to be had.
func TestPicturesAreThoseOfTheHit(t *testing.T) {
	s := open(t)
	s.refer(t, "12AB34567", ref)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	answer := s.Get(t, client, s.address(t)+"/pictures/"+digest)
	require.Equal(t, http.StatusOK, answer.Status)
	require.Equal(t, "image/jpeg", answer.Header.Get("Content-Type"))
	require.Equal(t, 1, s.count(t, "audit where object_kind = 'hit' and decision = 'picture' and purpose = 'hit_handling'"))
	require.Equal(t, http.StatusNotFound, s.Get(t, client, s.address(t)+"/pictures/other").Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, s.address(t)+"/portrait").Status, "no reader read anything")
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	require.Equal(t, http.StatusForbidden, s.Get(t, officer, s.address(t)).Status)
}

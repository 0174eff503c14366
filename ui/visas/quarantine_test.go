package visas_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/auth"
)

// What cannot be used is counted over the queue and shown on a page of its own; an officer tries it again, a supervisor sets it aside and says why.
func TestParcelsThatCannotBeUsedAreShown(t *testing.T) {
	c := open(t)
	ada, cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada")), c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	require.Contains(t, c.Get(t, ada, "/visa-quarantine").Body, "Every parcel could be used.")
	require.NotContains(t, c.Get(t, ada, "/visas").Body, "/visa-quarantine\">Parcels that cannot be used")
	a := c.applied(1, "T")
	bad := evisa.Parcel{ID: uuid.New(), Kind: evisa.ParcelReply, Application: a.ID, At: c.Clock.Now(), Body: []byte(`[7]`)}
	require.NoError(t, c.DB.InTx(t.Context(), func(tx pgx.Tx) error { return c.store.Keep(t.Context(), tx, bad) }))
	require.Contains(t, c.Get(t, ada, "/visas").Body, "Parcels that cannot be used: 1")
	page := c.Get(t, ada, "/visa-quarantine").Body
	for _, shown := range []string{a.Reference.String(), "does not hold what its kind says", bad.ID.String(), "Try again"} {
		require.Contains(t, page, shown)
	}
	require.NotContains(t, page, "Set aside", "that is a supervisor's")
	at := "/visa-quarantine/" + bad.ID.String()
	r := c.Post(t, ada, at+"/again", nil)
	require.Equal(t, http.StatusSeeOther, r.Status)
	require.Contains(t, c.Get(t, ada, "/visa-quarantine?done=not").Body, "It still cannot be used.")
	require.Equal(t, http.StatusForbidden, c.Post(t, ada, at+"/aside", url.Values{"reason": {"x"}}).Status)
	require.Contains(t, c.Get(t, cyd, "/visa-quarantine?aside="+bad.ID.String()).Body, "It is not waited for any more")
	r = c.Post(t, cyd, at+"/aside", url.Values{"reason": {" "}})
	require.Equal(t, http.StatusUnprocessableEntity, r.Status)
	require.Contains(t, r.Body, "Say why it is set aside")
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at+"/aside", url.Values{"reason": {"says <b>nothing"}}).Status)
	page = c.Get(t, cyd, "/visa-quarantine").Body
	require.Contains(t, page, "says &lt;b&gt;nothing")
	require.NotContains(t, c.Get(t, ada, "/visas").Body, "Parcels that cannot be used: 1")
	require.Equal(t, http.StatusNotFound, c.Post(t, cyd, "/visa-quarantine/"+uuid.NewString()+"/again", nil).Status)
}

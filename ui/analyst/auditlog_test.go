package analyst_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// What was done about an agency's discreet alerts is on the page, and in its count, for the auditors of that agency alone.
func TestDiscreetEntriesAreForTheirAgencysAuditors(t *testing.T) {
	c := newCentre(t)
	admin := c.Person(t, auth.RoleAdministrator, "admin")
	auditor := func(login, agency string) *http.Client {
		p := c.Person(t, auth.RoleAuditor, login)
		if agency != "" {
			require.NoError(t, c.Door.SetAgency(t.Context(), auth.Session{User: admin.User}.Actor("central"), p.ID, agency))
		}
		return c.SignedIn(t, p)
	}
	own, other, none := auditor("own", "NCB Utopia"), auditor("other", "NCB Utopia 2"), auditor("none", "")
	secret, open := uuid.NewString(), uuid.NewString()
	owner := audit.Actor{ID: uuid.NewString(), Role: string(auth.RoleListOwner), Post: "central"}
	for kind, id := range map[string]string{audit.DiscreetObject("NCB Utopia"): secret, "list_proposal": open} {
		require.NoError(t, auditlog.Insert(t.Context(), c.DB.Pool, owner.Entry(c.Clock.Now(), audit.Alteration, kind, id)))
	}
	for client, shown := range map[*http.Client]bool{own: true, other: false, none: false} {
		page := c.Get(t, client, "/audit").Body
		require.Contains(t, page, open)
		require.Equal(t, shown, strings.Contains(page, secret))
		require.Equal(t, shown, strings.Contains(page, "discreet:NCB Utopia"))
	}
}

package central

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

func keeper(login string) listdb.Person {
	return listdb.Person{Actor: audit.Actor{ID: login, Name: login, Role: string(auth.RoleSupervisor), Post: Name}}
}

func sought(t *testing.T, id, family string, category alerts.Category, action alerts.Action) alerts.Alert {
	t.Helper()
	born, err := traveldoc.ParseDate("1979-03-14")
	require.NoError(t, err)
	a := alerts.Flat{ID: id, Surname: family, GivenNames: "Ekaterina", BirthDate: born, Nationality: "UTO", Reason: "test", Action: string(action)}.
		Alert(listdb.National)
	a.Version, a.Category, a.Action = 0, category, action
	return a
}

// Whoever proposes a check is warned of an arrest of the same person under another spelling: the lists ask the screening's index.
func TestConflictsAreFoundByLikeness(t *testing.T) {
	a := &app{
		db: &postgres.Service{DB: pgtest.New(t, migrations.Central)}, health: node.NewHealth(),
		tools: node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)},
	}
	a.openLists()
	a.lists.Changed() // nothing screens yet
	a.openScreening()
	national := listdb.List{ID: listdb.National, Title: "National", Owner: "UTO-POLICE", Policy: alerts.DefaultPolicy()}
	_, err := a.lists.Add(t.Context(), keeper("ana"), keeper("ben"), national,
		sought(t, "1", "Zhukovskaya", alerts.CategoryArrest, alerts.ActionDetain))
	require.NoError(t, err)
	p, err := a.lists.Propose(t.Context(), keeper("ana"), sought(t, "2", "Joukovskaia", alerts.CategoryCheck, alerts.ActionSpecificCheck), nil, "")
	require.NoError(t, err)

	conflicts := func() []listdb.Conflict {
		r, err := a.lists.Review(t.Context(), keeper("ben"), p.ID, listdb.Look{})
		require.NoError(t, err)
		require.Len(t, r.Rows, 1)
		return r.Rows[0].Conflicts
	}
	require.Empty(t, conflicts(), "no index yet")
	require.NoError(t, a.screening.Drain(t.Context()))
	found := conflicts()
	require.Len(t, found, 1)
	require.Equal(t, "national/1", found[0].Key)
	require.Equal(t, "matcher", found[0].By)
}

// Everybody's front page is the first page of the program that he may open: an owner's is the desk.
func TestFrontPages(t *testing.T) {
	first := func(role auth.Role) string {
		for _, item := range nav() {
			if !item.Seldom && auth.Allowed(role, item.Need) {
				return item.Href
			}
		}
		return ""
	}
	for role, page := range map[auth.Role]string{
		auth.RoleListOwner: "/desk", auth.RoleAnalyst: "/live", auth.RoleSupervisor: "/search", auth.RoleAdministrator: "/stations",
		auth.RoleAuditor: "/stations",
	} {
		require.Equal(t, page, first(role), role)
	}
}

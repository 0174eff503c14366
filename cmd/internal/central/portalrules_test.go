package central

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/migrations"
)

// ruling is a centre that has no more than its rules of entry and its side of the portal.
func ruling(t *testing.T) *app {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	tools := node.Tools{Now: time.Now, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	a := &app{tools: tools, db: &postgres.Service{DB: db}}
	a.applicants = portaldb.NewCentre(portaldb.CentreConfig{DB: db, Now: tools.Now, NewID: tools.NewID, Log: tools.Log})
	require.NoError(t, a.openVisaUse(nil))
	return a
}

// runs tells the portal until the test ends.
func (a *app) runs(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	behind, ctx := errgroup.WithContext(ctx)
	a.runVisaUse(ctx, behind)
	t.Cleanup(func() {
		stop()
		require.NoError(t, behind.Wait())
	})
}

// soon waits until the portal was told of a version.
func (a *app) soon(t *testing.T, version string) {
	t.Helper()
	require.Eventually(t, func() bool {
		told, err := a.applicants.RulesVersion(t.Context())
		return err == nil && told == version
	}, time.Minute, 10*time.Millisecond)
}

func TestThePortalIsToldRulesWhenTheyAreApproved(t *testing.T) {
	a := ruling(t)
	a.runs(t)
	a.visaUse.nudge()
	require.Eventually(t, func() bool { return len(a.visaUse.moved) == 0 }, time.Minute, time.Millisecond)
	told, err := a.applicants.RulesVersion(t.Context())
	require.NoError(t, err)
	require.Empty(t, told, "no rules are in force")
	inForce(t, a.visaUse.rules)
	a.soon(t, "1")
	var rules int
	require.NoError(t, a.db.Pool.QueryRow(t.Context(), `SELECT jsonb_array_length(body -> 'rules') FROM portal.rules`).Scan(&rules))
	require.Equal(t, 2, rules)
}

// Rules that were approved while nobody told the portal, and rules of a portal that are older, are told at start.
func TestThePortalIsToldRulesAtStart(t *testing.T) {
	a := ruling(t)
	inForce(t, a.visaUse.rules)
	<-a.visaUse.moved // by a program that ended then
	require.NoError(t, a.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return a.applicants.PutRules(t.Context(), tx, evisa.RuleBook{Version: "0"})
	}))
	a.runs(t)
	a.soon(t, "1")
}

package hits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/auth"
)

// What a simulator made up says so in the queue and on its own screen, so that nobody is held for an exercise; a real hit does not.
func TestAHitOfASimulatorSaysSo(t *testing.T) {
	s := open(t)
	sam := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sam"))
	s.refer(t, "REAL00001", "national/2026-117@2")
	require.NotContains(t, s.Get(t, sam, "/hits").Body, "simulator")
	scan := s.scan(t, "EXERCISE1")
	f := met("interpol.nominal/N-1@1")
	f.Check, f.Source.Name, f.At = "interpol.nominal", "interpol.nominal.simulator", scan.At
	require.NoError(t, s.store.Found(t.Context(), scan, f))
	require.Contains(t, s.Get(t, sam, "/hits").Body, `class="simulated"`)
	page := s.Get(t, sam, "/hits/"+hit.ID(scan.ID, "interpol.nominal/N-1").String()).Body
	require.Contains(t, page, `class="simulated"`)
	require.Contains(t, page, "simulator")
}

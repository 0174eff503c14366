package vehicle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/traveldoc"
)

type plates struct {
	listed []vehicle.Listed
	state  vehicle.State
}

func (p plates) Plates(string, string, traveldoc.Date) ([]vehicle.Listed, vehicle.State) {
	return p.listed, p.state
}

func TestVehicles(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	fresh := vehicle.State{Version: "7", CurrentAt: now.Add(-time.Hour)}
	old := vehicle.State{Version: "7", CurrentAt: now.Add(-25 * time.Hour)}
	part := fresh
	part.Incomplete = true
	listed := []vehicle.Listed{{ID: "a1", Plate: "KCA 123X", Reason: "stolen", Action: "seize"}}
	tests := map[string]struct {
		without bool
		plates  plates
		outcome border.Outcome
		reason  string
	}{
		"no vehicle":              {true, plates{state: fresh}, border.NoHit, ""},
		"no list":                 {false, plates{state: vehicle.State{Missing: true}}, border.NotChecked, border.ReasonListMissing},
		"not listed":              {false, plates{state: fresh}, border.NoHit, ""},
		"not on an old list":      {false, plates{state: old}, border.NotChecked, border.ReasonListTooOld},
		"not on part of the list": {false, plates{state: part}, border.NotChecked, border.ReasonListIncomplete},
		"listed":                  {false, plates{listed, fresh}, border.Hit, ""},
		"on an old list":          {false, plates{listed, old}, border.Hit, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := border.Subject{At: now}
			if !test.without {
				s.Vehicle = &border.Vehicle{Plate: "KCA 123X", Country: "KEN"}
			}
			f, err := vehicle.New(test.plates, 24*time.Hour).Check(t.Context(), s)
			require.NoError(t, err)
			require.Equal(t, test.outcome, f.Outcome)
			require.Equal(t, test.reason, f.Reason)
			require.Equal(t, !test.without, f.Applicable())
			if test.outcome == border.Hit {
				require.Equal(t, border.SecondLine, f.Severity())
				require.True(t, f.Evidence[1].Restricted, "why it is listed is not for every screen")
			}
		})
	}
}

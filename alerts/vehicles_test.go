package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/traveldoc"
)

type holding struct{ held alerts.Held }

func (h holding) Held() alerts.Held { return h.held }

func TestVehiclesOfTheList(t *testing.T) {
	day := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	entry, err := alerts.Parse("a1", json.RawMessage(`{"plate":"KCA 123-X","plate_country":"EAK","reason":"stolen","action":"refer","valid_from":"2026-01-01","valid_until":"2026-12-31"}`))
	require.NoError(t, err, "an entry may be about a vehicle alone")
	_, err = alerts.Parse("a2", json.RawMessage(`{"plate":" - ","reason":"stolen"}`))
	require.Error(t, err)
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	list := alerts.NewList("7", []alerts.Flat{entry})
	held := alerts.NewVehicles(holding{alerts.Held{List: list, CurrentAt: now}})

	for name, test := range map[string]struct {
		plate, country, on string
		found              int
	}{
		"as written":        {"KCA 123-X", "EAK", "2026-03-14", 1},
		"written otherwise": {"kca123x", "EAK", "2026-03-14", 1},
		"no State noted":    {"KCA123X", "", "2026-03-14", 1},
		"another State's":   {"KCA123X", "F", "2026-03-14", 0},
		"another plate":     {"KCA124X", "EAK", "2026-03-14", 0},
		"not in force":      {"KCA123X", "EAK", "2027-01-01", 0},
	} {
		t.Run(name, func(t *testing.T) {
			listed, state := held.Plates(test.plate, test.country, day(test.on))
			require.Len(t, listed, test.found)
			require.Equal(t, vehicle.State{Version: "7", CurrentAt: now}, state)
		})
	}
	require.Empty(t, list.Find(traveldoc.Identity{}, traveldoc.Document{}, day("2026-03-14")), "no person is a vehicle")
	_, state := alerts.NewVehicles(holding{}).Plates("KCA123X", "", day("2026-03-14"))
	require.True(t, state.Missing)
	_, state = alerts.NewVehicles(holding{alerts.Held{List: list, Unreadable: 1}}).Plates("X", "", day("2026-03-14"))
	require.True(t, state.Incomplete)
}

package central

import (
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/airport"
	"github.com/openbmis/openbmis/border"
)

func TestWhichBorderAFlightCrosses(t *testing.T) {
	table, err := airport.Load("")
	require.NoError(t, err)
	tests := []struct {
		state, from, to string
		want            border.Direction
		told            bool
	}{
		{"GBR", "DXB", "LHR", border.Entry, true},
		{"GBR", "LHR", "DXB", border.Exit, true},
		{"GBR", "LHR", "LHR", "", false},
		{"GBR", "DXB", "JFK", "", false},
		{"GBR", "???", "LHR", border.Entry, true},
		{"GBR", "???", "JFK", "", true},
		{"GBR", "???", "!!!", "", true},
		{"", "DXB", "LHR", "", true},
		{"UTO", "DXB", "LHR", "", true},
	}
	for _, test := range tests {
		f := apipnr.ExpectedFlight{}
		f.Origin, f.Destination = test.from, test.to
		got, told := crossingsOf(test.state, table).direction(f)
		require.Equal(t, test.want, got, test)
		require.Equal(t, test.told, told, test)
	}
}

package units

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDirections(t *testing.T) {
	// the same minutia as the formats write it: 112 degrees
	require.EqualValues(t, 80, ISO().Angle(80))
	require.EqualValues(t, 80, ANSI().Angle(56))
	require.EqualValues(t, 80, TypeNine().Angle(292))
	for angle := range 256 {
		a := uint8(angle)
		require.Equal(t, angle, ISO().Value(a))
		require.Equal(t, a, TypeNine().Angle(TypeNine().Value(a)))
		require.Less(t, TypeNine().Value(a), 360)
		require.Less(t, ANSI().Value(a), 180)
		require.LessOrEqual(t, int8(ANSI().Angle(ANSI().Value(a))-a), int8(1))
		require.GreaterOrEqual(t, int8(ANSI().Angle(ANSI().Value(a))-a), int8(-1))
	}
	for value := range 180 { // 256 angles for 180 values: nothing is lost
		require.Equal(t, value, ANSI().Value(ANSI().Angle(value)))
	}
}

func TestResolutions(t *testing.T) {
	for written, ppi := range map[float64]float64{197: 500, 196: 196 * 2.54, 394: 1000, 224: 224 * 2.54, 98: 250} {
		require.InDelta(t, ppi, FromPerCentimetre(written), 1e-9)
	}
	require.EqualValues(t, 197, PerCentimetre(500))
	require.EqualValues(t, 394, PerCentimetre(1000))
	for written, ppi := range map[float64]float64{19.69: 500, 39.37: 1000, 19.68: 500, 22.4: 568.96} {
		require.InDelta(t, ppi, FromPerMillimetre(written), 1e-9)
	}
	scaled, ok := Scale(100, 1000, 500)
	require.True(t, ok)
	require.EqualValues(t, 50, scaled)
	_, ok = Scale(65535, 100, 500)
	require.False(t, ok)
}

package fingersview

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

// F5 offers first what has no print, and chooses it when it is the only one.
func TestAFingerWithoutAPrintIsOfferedFirst(t *testing.T) {
	index, middle, ring := biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing
	for name, c := range map[string]struct {
		states []fingers.FingerState
		order  []biometrics.Position
		only   biometrics.Position
	}{
		"the last":    {[]fingers.FingerState{fingers.Good, fingers.Low, fingers.Wanted}, []biometrics.Position{ring, index, middle}, ring},
		"two":         {[]fingers.FingerState{fingers.Good, fingers.Wanted, fingers.Wanted}, []biometrics.Position{middle, ring, index}, 0},
		"none":        {[]fingers.FingerState{fingers.Good, fingers.Good, fingers.IsMissing}, []biometrics.Position{index, middle, ring}, 0},
		"all of them": {[]fingers.FingerState{fingers.Wanted, fingers.Wanted, fingers.Wanted}, []biometrics.Position{index, middle, ring}, 0},
	} {
		var s Screen
		for n, position := range []biometrics.Position{index, middle, ring} {
			s.View.Fingers = append(s.View.Fingers, fingers.Finger{Position: position, State: c.states[n]})
		}
		var order []biometrics.Position
		for _, f := range s.codable() {
			order = append(order, f.Position)
		}
		require.Equal(t, c.order, order, name)
		only, is := s.only()
		require.Equal(t, c.only, only, name)
		require.Equal(t, c.only != 0, is, name)
	}
}

// The engine and its method are two names.
func TestEngineWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(context.Background(), texts.Printer("en"))
	require.Equal(t, "Engine openbmis-gallery · method openbmis-fingerprint-1", engineWords(ctx, "openbmis-gallery openbmis-fingerprint-1"))
	require.Equal(t, "Engine openbmis-fingerprint-1", engineWords(ctx, "openbmis-fingerprint-1"))
	require.Equal(t, "Engine An ABIS 2", engineWords(ctx, "An ABIS 2"))
}

package fingers_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/refusal"
)

func TestWhatARefusalSaysOfATaking(t *testing.T) {
	missing := func(codes ...biometrics.Missing) *fingers.Taking {
		taking := &fingers.Taking{}
		for n, code := range codes {
			taking.Slots = append(taking.Slots, fingers.Slot{Position: biometrics.Fingers()[n], Missing: code})
		}
		return taking
	}
	some := missing(biometrics.Bandaged, biometrics.NotAsked)
	some.Slots = append(some.Slots, fingers.Slot{Position: biometrics.LeftIndex, Print: uuid.New()})
	for _, c := range []struct {
		taking *fingers.Taking
		want   string
	}{
		{nil, ""}, {missing(), ""}, {missing(biometrics.Exempt, biometrics.NotAsked), ""}, {some, refusal.BiometricsTaken},
		{missing(biometrics.Amputated, biometrics.NotAsked), refusal.BiometricsImpossible}, {missing(biometrics.DeviceFailure), refusal.BiometricsImpossible},
	} {
		require.Equal(t, c.want, fingers.OfRefusal(c.taking))
	}
}

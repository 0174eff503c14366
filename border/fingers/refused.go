package fingers

import (
	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/refusal"
)

// OfRefusal is what a form of refusal says of a taking: taken when it holds a print, impossible when every finger that was asked for is coded
// as missing, and "" when nothing was tried, or when the person is exempt.
func OfRefusal(t *Taking) string {
	if t == nil {
		return ""
	}
	tried := false
	for _, s := range t.Slots {
		switch s.Missing {
		case "":
			return refusal.BiometricsTaken
		case biometrics.NotAsked, biometrics.Exempt:
		default:
			tried = true
		}
	}
	if tried {
		return refusal.BiometricsImpossible
	}
	return ""
}

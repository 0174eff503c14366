package counterview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// Beside a visa that stands against the entry nothing green says how long somebody may stay; what an officer may go over leaves it.
func TestNoGroundNoGreenStay(t *testing.T) {
	stay := border.Answer{Finding: border.Finding{Check: border.CheckStay, Outcome: border.NoHit, Grant: &border.Grant{MaxDays: 90}}}
	visa := func(o border.Outcome, s border.Severity) border.Answer {
		return border.Answer{Finding: border.Finding{Check: evisa.CheckName, Outcome: o, Evidence: []border.Evidence{{Code: "x", Severity: s}}}}
	}
	for want, c := range map[string]struct {
		visa border.Answer
		way  border.Direction
	}{
		"not-checked": {visa(border.Hit, border.SecondLine), border.Entry},
		"no-hit":      {visa(border.Hit, border.Acknowledge), border.Entry},
	} {
		card := &Card{Answers: []border.Answer{stay, c.visa}}
		require.Equal(t, want, card.grantClass(c.way))
	}
	leaving := &Card{Answers: []border.Answer{stay, visa(border.Hit, border.SecondLine)}}
	require.False(t, leaving.groundless(border.Exit), "nobody is kept from leaving")
}
